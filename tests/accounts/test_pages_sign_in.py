"""The pages in front of the door, over HTTP."""

import re
from datetime import timedelta
from typing import Any

from tests.accounts.site import Visit, application, wrong_in
from tests.accounts.world import ALICE, BOB, World

SESSION = "__Host-bosco_session"


def test_a_responder_signs_in_and_out(world: World) -> None:
    async def story() -> None:
        await world.settle()
        bob = Visit(application(world))
        answer = await bob.sign_in(next="/account?tab=1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?tab=1")
        page = await bob.get("/account")
        assert page.status_code == 200
        assert "Bob" in page.text
        answer = await bob.send("/sign-out", "/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert bob.cookie(SESSION) is None
        answer = await bob.get("/account")
        assert answer.headers["location"].startswith("/sign-in?next=")

    world.run(story)


def test_the_cookies_are_out_of_reach_of_scripts_and_of_other_sites(world: World) -> None:
    async def story() -> None:
        await world.settle()
        answer = await Visit(application(world)).sign_in()
        cookies = [
            one.casefold()
            for one in answer.headers.get_list("set-cookie")
            if "bosco_session" in one or "bosco_device" in one
        ]
        assert len(cookies) == 2
        for cookie in cookies:
            assert cookie.startswith("__host-")
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
            assert "domain=" not in cookie

    world.run(story)


def test_without_https_the_cookie_has_a_name_that_a_browser_takes(world: World) -> None:
    async def story() -> None:
        await world.settle()
        bob = Visit(application(world), "http://127.0.0.1:8420")
        assert (await bob.sign_in()).status_code == 303
        assert bob.cookie("bosco_session")
        assert (await bob.get("/account")).status_code == 200

    world.run(story)


def test_a_plain_cookie_is_no_proof_over_https(world: World) -> None:
    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        app = application(world)
        assert (await Visit(app).get("/account", headers={"Cookie": f"bosco_session={secret}"})).status_code == 303
        assert (await Visit(app).get("/account", headers={"Cookie": f"{SESSION}={secret}"})).status_code == 200

    world.run(story)


def test_a_wrong_password_is_told_beside_the_field_and_the_login_stays(world: World) -> None:
    async def story() -> None:
        await world.settle()
        answer = await Visit(application(world)).sign_in("bob", "wrong password")
        assert answer.status_code == 401
        assert wrong_in(answer) == {"password": "This login and this password do not go together."}
        assert 'value="bob"' in answer.text
        assert "wrong password" not in answer.text
        assert "bosco_session" not in str(answer.headers)

    world.run(story)


def test_the_pages_speak_french(world: World) -> None:
    async def story() -> None:
        await world.settle()
        visit = Visit(application(world), language="fr")
        assert "Mot de passe" in (await visit.get("/sign-in")).text
        answer = await visit.sign_in("bob", "wrong password")
        assert wrong_in(answer) == {"password": "Cet identifiant et ce mot de passe ne vont pas ensemble."}

    world.run(story)


def test_too_many_tries_are_told_with_how_long_to_wait(world: World) -> None:
    async def story() -> None:
        await world.settle()
        visit = Visit(application(world))
        for _ in range(5):
            await visit.sign_in("bob", "wrong")
        answer = await visit.sign_in("bob", BOB)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "2"
        assert "Try again in 2 seconds." in wrong_in(answer)["password"]

    world.run(story)


def test_an_account_that_does_not_exist_looks_like_any_other(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        pages: list[tuple[int, str, list[str]]] = []
        for login in ("bob", "bab"):
            answer = await Visit(app, client=f"198.51.100.{len(pages)}").sign_in(login, "wrong")
            text = re.sub(r"[0-9a-f]{32,}|[0-9A-Z]{26}", "", answer.text).replace(login, "LOGIN")
            pages.append((answer.status_code, text, sorted(answer.headers.keys())))
        assert pages[0] == pages[1]

    world.run(story)


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/x\r\nSet-Cookie: a=b",
    "http:evil.example",
    "/%0d%0aX: y/../../..//evil.example\n",
    "x" * 5000,
]


def test_nobody_is_sent_to_another_site(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        for target in ELSEWHERE:
            bob = Visit(app)
            answer = await bob.sign_in(next=target)
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), target
            assert "a=b" not in str(answer.headers)
            answer = await bob.get("/sign-in", params={"next": target})
            assert answer.headers["location"] == "/", target

    world.run(story)


def test_a_sign_in_from_another_site_is_refused(world: World) -> None:
    async def story() -> None:
        await world.settle()
        visit = Visit(application(world))
        fields = {"login": "bob", "password": BOB}
        assert (await visit.http.post("/sign-in", data=fields)).status_code == 403
        await visit.get("/sign-in")
        assert (await visit.http.post("/sign-in", data=fields)).status_code == 403
        assert (await visit.http.post("/sign-in", data={**fields, "forgery_token": "guessed"})).status_code == 403
        for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            visit.http.headers.update(header)
            assert (await visit.sign_in()).status_code == 403
        assert visit.cookie(SESSION) is None

    world.run(story)


HOSTILE: list[dict[str, Any]] = [
    {},
    {"login": "bob"},
    {"login": "", "password": ""},
    {"login": "bob\0", "password": "\0"},
    {"login": "b" * 100_000, "password": "x"},
    {"login": "bob", "password": "x" * 3_000_000},
    {"login": "💥" * 200, "password": "💥" * 400},
    {"login": ["bob", "alice"], "password": ["x", "y"]},
    {"login": "bob\r\nX: y", "password": "x"},
    {"login": "' OR 1=1 --", "password": "' OR 1=1 --"},
    {"login": "{login.__class__}", "password": "%s%n{}"},
    {"login": "<script>alert(1)</script>", "password": "x"},
]


def test_hostile_forms_get_a_calm_answer(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        for number, fields in enumerate(HOSTILE):
            answer = await Visit(app, client=f"198.51.100.{number}").send("/sign-in", **fields)
            assert answer.status_code in {400, 401}, fields
            assert "<script>alert" not in answer.text
            assert "bosco_session" not in str(answer.headers)

    world.run(story)


def test_a_form_that_is_no_form_gets_a_calm_answer(world: World) -> None:
    async def story() -> None:
        await world.settle()
        visit = Visit(application(world))
        for kind, body in [
            ("application/json", b"{"),
            ("multipart/form-data", b"x"),
            ("text/plain", b"login=bob"),
            ("application/x-www-form-urlencoded", b"\xff\xfe%ff%00="),
        ]:
            answer = await visit.http.post("/sign-in", content=body, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500

    world.run(story)


def test_an_administrator_needs_the_code(world: World) -> None:
    async def story() -> None:
        await world.settle()
        alice = Visit(application(world))
        answer = await alice.sign_in("alice", ALICE, next="/accounts")
        assert answer.headers["location"] == "/sign-in/code?next=%2Faccounts"
        assert (await alice.get("/accounts")).headers["location"].startswith("/sign-in?next=")
        assert (await alice.get("/sign-in")).headers["location"].startswith("/sign-in/code?next=")
        answer = await alice.send("/sign-in/code", code="000000")
        assert answer.status_code == 401
        assert "not right" in wrong_in(answer)["code"]
        answer = await alice.send("/sign-in/code", "/sign-in/code?next=/accounts", code=world.code(), next="/accounts")
        assert answer.headers["location"] == "/accounts"
        assert (await alice.get("/accounts")).status_code == 200

    world.run(story)


def test_after_five_wrong_codes_the_password_is_asked_again(world: World) -> None:
    async def story() -> None:
        await world.settle()
        alice = Visit(application(world))
        await alice.sign_in("alice", ALICE)
        for _ in range(4):
            assert (await alice.send("/sign-in/code", code="000000")).status_code == 401
        answer = await alice.send("/sign-in/code", code="000000")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert (await alice.get("/sign-in/code")).headers["location"] == "/sign-in"

    world.run(story)


def test_the_first_account_is_made_behind_the_printed_link(world: World) -> None:
    async def story() -> None:
        path = await world.accounts.first_link()
        assert path
        app = application(world)
        alice = Visit(app)
        page = await alice.get(path)
        assert page.status_code == 200
        assert page.headers["referrer-policy"] == "same-origin"
        answer = await alice.send(path, login="Alice", email="", name="", wanted="short", again="shor")
        assert set(wrong_in(answer)) == {"again"}
        answer = await alice.send(path, login="Alice!", email="x", name="", wanted=ALICE, again=ALICE)
        assert set(wrong_in(answer)) == {"login", "email"}
        answer = await alice.send(
            path, login="Alice", email="", name="", wanted="motdepasse2026", again="motdepasse2026"
        )
        assert "first that would be tried" in wrong_in(answer)["wanted"]
        answer = await alice.send(path, login="Alice", email="", name="Alice", wanted=ALICE, again=ALICE)
        assert answer.headers["location"] == "/account/second-factor"
        # Nothing but setting up the second factor is open until that is done.
        for other in ("/account", "/accounts", "/api/v1/me"):
            assert (await alice.get(other)).status_code in {303, 401}
        assert (await alice.get("/sign-in")).headers["location"].startswith("/account/second-factor")
        page = await alice.get("/account/second-factor")
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
        assert key
        picture = await alice.get("/account/second-factor.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.headers["cache-control"] == "no-store"
        assert picture.content.startswith(b"<?xml")
        import base64

        world.alices_secret = base64.b32decode(key[1].replace(" ", ""))
        answer = await alice.send("/account/second-factor", code="123")
        assert "does not fit" in wrong_in(answer)["code"]
        answer = await alice.send("/account/second-factor", code=world.code())
        assert answer.status_code == 200
        codes = re.findall(r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}", answer.text)
        assert len(set(codes)) == 10
        assert (await alice.get("/accounts")).status_code == 200
        # The link is used up.
        assert (await Visit(app).get(path)).status_code == 404
        assert await world.accounts.first_link() is None

    world.run(story)


def test_looking_at_a_link_does_not_use_it_up(world: World) -> None:
    async def story() -> None:
        await world.settle()
        _, path = await world.team.add("dora", "viewer", name="Dora", email=None, language=None, actor="user:alice")
        app = application(world)
        for _ in range(3):
            assert (await Visit(app).get(path)).status_code == 200
            assert (await Visit(app).http.head(path)).status_code == 200
        dora = Visit(app)
        answer = await dora.send(path, wanted="un chat dans la cuisine", again="un chat dans la cuisine")
        assert answer.headers["location"] == "/"
        assert (await dora.get("/account")).status_code == 200
        assert (
            await dora.send(path, wanted="un chien dans la cuisine", again="un chien dans la cuisine")
        ).status_code in {403, 404}

    world.run(story)


def test_a_made_up_link_opens_nothing(world: World) -> None:
    async def story() -> None:
        await world.accounts.first_link()
        app = application(world)
        for secret in ["x", "é", "%00", "..", "a" * 5000, "'; drop table accounts_users; --"]:
            assert (await Visit(app).get(f"/welcome/{secret}")).status_code == 404, secret

    world.run(story)


def test_a_session_ends_after_two_weeks_of_silence_and_after_three_months_in_any_case(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        silent, busy = Visit(app), Visit(app)
        await silent.sign_in()
        await busy.sign_in()
        begun = world.clock.read()
        for _ in range(13):
            await world.clock.sleep(timedelta(days=1))
            assert (await busy.get("/account")).status_code == 200
        await world.clock.sleep(timedelta(days=1))
        assert (await silent.get("/account")).status_code == 303
        while world.clock.read() - begun < timedelta(days=89):
            await world.clock.sleep(timedelta(days=7))
            expected = 200 if world.clock.read() - begun < timedelta(days=90) else 303
            assert (await busy.get("/account")).status_code == expected
        await world.clock.sleep_until(begun + timedelta(days=90, seconds=10))
        assert (await busy.get("/account")).status_code == 303

    world.run(story)
