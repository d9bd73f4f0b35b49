"""The pages about everybody's accounts, and the API, over HTTP."""

import re

from tests.accounts.site import ADDRESS, Visit, application, wrong_in
from tests.accounts.world import ALICE, BOB, World

from bosco.accounts.tokens import Wish


async def alice(world: World) -> Visit:
    await world.settle()
    visit = Visit(application(world))
    await visit.sign_in("alice", ALICE)
    await visit.send("/sign-in/code", code=world.code())
    return visit


def test_an_administrator_invites_somebody(world: World) -> None:
    async def story() -> None:
        visit = await alice(world)
        assert "Bob" in (await visit.get("/accounts")).text
        answer = await visit.send("/accounts/invite", login="Dora!", role="root", email="x", name="", language="xx")
        assert set(wrong_in(answer)) == {"login", "role", "email", "language"}
        answer = await visit.send("/accounts/invite", login="bob", role="viewer")
        assert answer.status_code == 409
        assert "already" in wrong_in(answer)["login"]
        answer = await visit.send(
            "/accounts/invite", login="Dora", role="support", name="Dora", email="", language="fr"
        )
        link = re.search(rf"{ADDRESS}(/welcome/[\w-]+)", answer.text)
        assert link
        dora = Visit(application(world))
        answer = await dora.send(link[1], wanted="un chat dans la cuisine", again="un chat dans la cuisine")
        assert answer.status_code == 303
        assert "Mon compte" in (await dora.get("/account")).text

    world.run(story)


def test_an_administrator_changes_roles_and_shuts_out(world: World) -> None:
    async def story() -> None:
        visit = await alice(world)
        bob = Visit(application(world))
        await bob.sign_in()
        page = "/accounts/people/bob"
        assert (await visit.send(f"{page}/role", page, role="manager")).headers["location"] == page
        assert (await bob.get("/account")).status_code == 303
        await bob.sign_in()
        assert (await visit.send(f"{page}/disable", page)).status_code == 303
        assert (await bob.get("/account")).status_code == 303
        assert (await bob.sign_in()).status_code == 401
        assert "Disabled" in (await visit.get(page)).text
        assert (await visit.send(f"{page}/enable", page)).status_code == 303
        assert (await bob.sign_in()).status_code == 303
        answer = await visit.send(f"{page}/reset", page)
        assert "/welcome/" in answer.text
        assert (await bob.get("/account")).status_code == 303
        assert (await visit.send(f"{page}/role", page, role="root")).status_code == 400
        assert (await visit.get("/accounts/people/nobody")).status_code == 404

    world.run(story)


def test_an_administrator_does_not_shut_themselves_out(world: World) -> None:
    async def story() -> None:
        visit = await alice(world)
        page = "/accounts/people/alice"
        assert "This is you" in (await visit.get(page)).text
        assert (await visit.send(f"{page}/disable", "/account")).status_code == 409
        assert (await visit.send(f"{page}/role", "/account", role="viewer")).status_code == 409
        assert (await visit.get("/accounts")).status_code == 200

    world.run(story)


def test_these_pages_are_for_administrators_alone(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        bob, stranger = Visit(app), Visit(app)
        await bob.sign_in()
        paths = {route.path for route in app.routes if route.path.startswith("/accounts")}
        assert len(paths) > 6
        for path in paths:
            address = re.sub(r"\{\w+(:\w+)?\}", "alice", path)
            for method in ("GET", "POST"):
                answer = await bob.http.request(method, address)
                assert answer.status_code in {403, 405}, path
                answer = await stranger.http.request(method, address)
                assert answer.status_code in {303, 403, 405}, path

    world.run(story)


def test_tokens_of_all_are_listed_and_revoked(world: World) -> None:
    async def story() -> None:
        visit = await alice(world)
        assert "no API token yet" in (await visit.get("/accounts/tokens")).text
        token, _ = await world.tokens.make(Wish("CI", "viewer", "bob", None), actor="user:bob")
        assert "CI" in (await visit.get("/accounts/tokens")).text
        assert (await visit.send(f"/accounts/tokens/{token.id}/revoke", "/accounts/tokens")).status_code == 303
        assert "Revoked" in (await visit.get("/accounts/tokens")).text

    world.run(story)


def test_a_program_asks_who_it_is_and_lists_tokens(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        _, admin = await world.tokens.make(Wish("root", "admin", None, None), actor="terminal")
        other, weak = await world.tokens.make(Wish("CI", "viewer", "bob", None), actor="user:bob")
        program = Visit(app)
        program.http.headers["Authorization"] = f"bearer  {admin}"
        assert (await program.get("/api/v1/me")).json()["role"] == "admin"
        listed = (await program.get("/api/v1/tokens")).json()
        assert {one["name"] for one in listed} == {"root", "CI"}
        assert "digest" not in listed[0]
        assert (await program.http.delete(f"/api/v1/tokens/{other.id}")).status_code == 204
        assert (await program.http.delete(f"/api/v1/tokens/{other.id}")).status_code == 204
        for wrong in ("nothing", "x" * 51, "%00"):
            answer = await program.http.delete(f"/api/v1/tokens/{wrong}")
            assert answer.status_code in {400, 404}
            assert answer.headers["content-type"] == "application/problem+json"
        program.http.headers["Authorization"] = f"Bearer {weak}"
        assert (await program.get("/api/v1/me")).status_code == 401

    world.run(story)


def test_a_token_counts_only_as_a_bearers(world: World) -> None:
    async def story() -> None:
        await world.settle()
        app = application(world)
        _, text = await world.tokens.make(Wish("CI", "viewer", "bob", None), actor="user:bob")
        for header in (
            f"Basic {text}",
            text,
            f"Token {text}",
            f"Bearer {text}x",
            f"Bearer {text} {text}",
            "Bearer",
            "Bearer ",
        ):
            answer = await Visit(app).get("/api/v1/me", headers={"Authorization": header})
            assert answer.status_code == 401, header
            assert answer.headers["www-authenticate"] == "Bearer"
        assert (await Visit(app).get(f"/api/v1/me?token={text}")).status_code == 401
        assert (
            await Visit(app).get("/api/v1/me", headers={"Cookie": f"__Host-bosco_session={text}"})
        ).status_code == 401
        # A bad token is not helped out by a good cookie.
        bob = Visit(app)
        await bob.sign_in("bob", BOB)
        assert (await bob.get("/api/v1/me")).status_code == 200
        assert (await bob.get("/api/v1/me", headers={"Authorization": "Bearer x"})).status_code == 401

    world.run(story)


def test_the_plans_address_stands_in_links(world: World) -> None:
    from bosco.accounts.pages_team import link_base
    from bosco.web.site import Site

    class Asked:
        class url:  # noqa: N801
            scheme, netloc = "https", "ops.example.org"

    from typing import cast

    from tests.accounts.site import shell_of

    from bosco.web.visitor import AnyRequest

    shell = shell_of(world)
    assert link_base(shell, cast(AnyRequest, Asked)) == "https://ops.example.org"
    shell.site = Site("CESIZen", url="https://ops.cesizen.app/")
    assert link_base(shell, cast(AnyRequest, Asked)) == "https://ops.cesizen.app"
