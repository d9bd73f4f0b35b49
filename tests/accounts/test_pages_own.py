"""The page “My account”, over HTTP."""

import re

from tests.accounts.site import Visit, application, wrong_in
from tests.accounts.world import BOB, World

NEW = "un saxophone dans la savane"


def test_people_change_what_pages_know_of_them(world: World) -> None:
    async def story() -> None:
        await world.settle()
        bob = Visit(application(world))
        await bob.sign_in()
        page = await bob.get("/account")
        assert "Firefox on Linux" in page.text
        assert "203.0.113.7" in page.text
        fields = {
            "name": "Bob D.",
            "email": "bob@example.org",
            "language": "fr",
            "theme": "dark",
            "timezone": "Europe/Paris",
        }
        answer = await bob.send("/account", **fields)
        assert answer.headers["location"] == "/account"
        page = await bob.get("/account")
        assert '<html lang="fr" data-theme="dark">' in page.text
        assert "Bob D." in page.text
        # What this device was told earlier does not hide it.
        await bob.send("/preferences", "/account", language="en", next="/account")
        assert '<html lang="en"' in (await bob.get("/account")).text
        await bob.send("/account", **fields)
        assert '<html lang="fr"' in (await bob.get("/account")).text

    world.run(story)


def test_every_mistake_stands_beside_its_field_and_nothing_is_lost(world: World) -> None:
    async def story() -> None:
        await world.settle()
        bob = Visit(application(world))
        await bob.sign_in()
        fields = {"name": "x" * 200, "email": "bob@", "language": "xx", "theme": "pink", "timezone": "Mars/Olympus"}
        answer = await bob.send("/account", **fields)
        assert answer.status_code == 400
        assert set(wrong_in(answer)) == {"name", "email", "language", "theme", "timezone"}
        assert 'value="bob@"' in answer.text
        answer = await bob.send("/account", email="alice@example.org")
        assert answer.status_code == 409
        assert "Another account" in wrong_in(answer)["email"]

    world.run(story)


def test_the_password_is_changed_with_the_old_one(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        bob, thief = Visit(app), Visit(app)
        await bob.sign_in()
        await thief.sign_in()
        page = "/account/password"
        answer = await bob.send(page, current="guess", wanted=NEW, again=NEW)
        assert (answer.status_code, set(wrong_in(answer))) == (403, {"current"})
        answer = await bob.send(page, current=BOB, wanted=NEW, again="other")
        assert (answer.status_code, set(wrong_in(answer))) == (400, {"again"})
        answer = await bob.send(page, current=BOB, wanted="short", again="short")
        assert (answer.status_code, set(wrong_in(answer))) == (400, {"wanted"})
        answer = await bob.send(page, current="", wanted="", again="")
        assert set(wrong_in(answer)) == {"current", "wanted", "again"}
        assert (await thief.get("/account")).status_code == 200
        answer = await bob.send(page, current=BOB, wanted=NEW, again=NEW)
        assert answer.headers["location"] == "/account"
        assert (await bob.get("/account")).status_code == 200
        assert (await thief.get("/account")).status_code == 303
        for text in (answer.text, page):
            assert NEW not in text

    world.run(story)


def test_sessions_are_ended_from_the_page(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        bob, other, third = Visit(app), Visit(app), Visit(app)
        for one in (bob, other, third):
            await one.sign_in()
        page = await bob.get("/account")
        ends = re.findall(r'action="(/account/sessions/\w+/end)"', page.text)
        assert len(ends) == 3  # the two others, and the one Bob was welcomed in
        for address in ends:
            assert (await bob.send(address, "/account")).status_code == 303
        assert [(await one.get("/account")).status_code for one in (bob, other, third)] == [200, 303, 303]
        await other.sign_in()
        assert (await bob.send("/account/sessions/end-others", "/account")).status_code == 303
        assert [(await one.get("/account")).status_code for one in (bob, other)] == [200, 303]
        assert (await bob.send("/account/sessions/nothing/end", "/account")).status_code == 303

    world.run(story)


def test_a_responder_sets_up_a_second_factor_and_gives_it_up(world: World) -> None:
    import base64

    async def story() -> None:
        await world.settle()
        bob = Visit(application(world))
        await bob.sign_in()
        address = "/account/second-factor"
        page = await bob.get(address)
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
        assert key
        world.alices_secret = base64.b32decode(key[1].replace(" ", ""))
        answer = await bob.send(address, code=world.code(), password="guess")
        assert set(wrong_in(answer)) == {"password"}
        answer = await bob.send(address, code="000000", password=BOB)
        assert set(wrong_in(answer)) == {"code"}
        answer = await bob.send(address, code="", password="")
        assert set(wrong_in(answer)) == {"code", "password"}
        answer = await bob.send(address, code=world.code(), password=BOB)
        assert answer.status_code == 200
        codes = set(re.findall(r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}", answer.text))
        assert len(codes) == 10
        assert "10 recovery codes are left." in (await bob.get("/account")).text
        answer = await bob.send("/account/recovery-codes", password="guess")
        assert set(wrong_in(answer)) == {"password"}
        answer = await bob.send("/account/recovery-codes", password=BOB)
        assert codes.isdisjoint(re.findall(r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}", answer.text))
        answer = await bob.send(f"{address}/forget", password="guess")
        assert set(wrong_in(answer)) == {"password"}
        answer = await bob.send(f"{address}/forget", password=BOB)
        assert answer.headers["location"] == "/account"
        assert (await Visit(application(world)).sign_in()).headers["location"] == "/"

    world.run(story)


def test_a_token_is_made_shown_once_used_and_revoked(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        bob, program = Visit(app), Visit(app)
        await bob.sign_in()
        answer = await bob.send(
            "/account/tokens", "/account", token_name="CI", token_role="responder", token_lasts="30"
        )
        found = re.search(r"bosco_[0-9a-z]{8}_[0-9a-z]{39}", answer.text)
        assert found
        assert found[0] not in (await bob.get("/account")).text
        program.http.headers["Authorization"] = f"Bearer {found[0]}"
        me = (await program.get("/api/v1/me")).json()
        assert (me["name"], me["role"], me["via"]) == ("CI", "responder", "token")
        # What a person owns is not for programs.
        assert (await program.get("/account")).status_code == 403
        assert (await program.http.post("/account/tokens", data={"token_name": "x"})).status_code == 403
        revoke = re.search(r'action="(/account/tokens/\w+/revoke)"', (await bob.get("/account")).text)
        assert revoke
        assert (await bob.send(revoke[1], "/account")).status_code == 303
        assert (await program.get("/api/v1/me")).status_code == 401
        assert (await bob.send("/account/tokens/nothing/revoke", "/account")).status_code == 404

    world.run(story)


def test_nobody_makes_a_token_with_more_rights_than_their_own(world: World) -> None:
    async def story() -> None:
        await world.settle()
        bob = Visit(application(world))
        await bob.sign_in()
        page = await bob.get("/account")
        assert re.findall(
            r'<option value="(\w+)"[^>]*>', page.text.split('name="token_role"')[1].split("</select>")[0]
        ) == ["viewer", "responder"]
        for role in ("admin", "root", ""):
            answer = await bob.send("/account/tokens", "/account", token_name="x", token_role=role, token_lasts="30")
            assert 400 <= answer.status_code < 500
            assert set(wrong_in(answer)) == {"token_role"}
        answer = await bob.send("/account/tokens", "/account", token_name="", token_role="viewer", token_lasts="9999")
        assert set(wrong_in(answer)) == {"token_name", "token_lasts"}

    world.run(story)


def test_strangers_and_forged_requests_change_nothing(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        bob, stranger = Visit(app), Visit(app)
        await bob.sign_in()
        posts = [
            route.path
            for route in app.routes
            if "POST" in getattr(route, "methods", ()) and route.path.startswith("/account")
        ]
        assert len(posts) > 10
        for path in posts:
            address = re.sub(r"\{\w+(:\w+)?\}", "alice", path)
            assert (await bob.http.post(address, data={"x": "y"})).status_code == 403, path
            assert (await stranger.send(address, "/sign-in")).status_code in {303, 400}, path
        assert stranger.cookie("__Host-bosco_session") is None

    world.run(story)
