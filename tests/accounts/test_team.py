"""What administrators do with the accounts of others."""

from datetime import timedelta
from typing import get_args

import pytest
from tests.accounts.world import AT_HOME, BOB, World, secret_of, with_proofs

from bosco.accounts.invitations import Newcomer
from bosco.accounts.tokens import Wish, may_give
from bosco.accounts.users import as_login, refuse_email, refuse_login
from bosco.kit.refusal import Code, Refusal
from bosco.web.visitor import ROLES, Role


def test_another_role_ends_the_sessions_of_before(world: World) -> None:
    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        await world.team.give_role("bob", "responder", actor="user:alice")
        assert await world.accounts.by_session(secret)
        await world.team.give_role("bob", "manager", actor="user:alice")
        assert await world.accounts.by_session(secret) is None
        visitor = await world.accounts.by_session((await world.bob()).session)
        assert visitor
        assert visitor.role == "manager"

    world.run(story)


def test_a_new_administrator_sets_up_a_second_factor_before_anything_else(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.team.give_role("bob", "admin", actor="user:alice")
        entered = await world.bob()
        assert entered.stage == "set-up"
        assert await world.accounts.by_session(entered.session) is None

    world.run(story)


@pytest.mark.parametrize("verb", ["give_role", "disable"])
def test_nobody_takes_away_their_own_rights_and_the_last_administrator_stays(world: World, verb: str) -> None:
    async def act(actor: str) -> None:
        if verb == "give_role":
            await world.team.give_role("alice", "viewer", actor=actor)
        else:
            await world.team.disable("alice", actor=actor)

    async def story() -> None:
        await world.settle()
        with pytest.raises(Refusal, match="their own rights"):
            await act("user:alice")
        with pytest.raises(Refusal, match="last administrator"):
            await act("terminal")
        await world.team.give_role("bob", "admin", actor="terminal")
        await act("user:bob")

    world.run(story)


def test_a_disabled_account_opens_nothing_and_comes_back_whole(world: World) -> None:
    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        _, token = await world.tokens.make(Wish("ci", "viewer", "bob", None), actor="user:bob")
        await world.team.disable("bob", actor="user:alice")
        assert await world.accounts.by_session(secret) is None
        assert await world.accounts.by_token(token) is None
        with pytest.raises(Refusal):
            await world.bob()
        await world.team.enable("bob", actor="user:alice")
        assert (await world.bob()).stage == "in"
        assert await world.accounts.by_token(token)
        assert await world.accounts.by_session(secret) is None

    world.run(story)


def test_a_reset_ends_everything_but_the_new_link(world: World) -> None:
    async def story() -> None:
        await world.settle()
        here = with_proofs(AT_HOME, await world.bob())
        _, device = await world.second_factor.begin(here)
        world.alices_secret = device
        await world.second_factor.confirm(world.code(), BOB, here)
        first = await world.team.reset("bob", forget_totp=False, actor="user:alice")
        second = await world.team.reset("bob", forget_totp=False, actor="user:alice")
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.accept(secret_of(first), None, BOB, AT_HOME)
        with pytest.raises(Refusal):
            await world.bob()
        # The second factor is still asked for.
        assert (await world.invitations.accept(secret_of(second), None, BOB, AT_HOME)).stage == "code"
        third = await world.team.reset("bob", forget_totp=True, actor="user:alice")
        assert (await world.invitations.accept(secret_of(third), None, BOB, AT_HOME)).stage == "in"

    world.run(story)


def test_a_link_is_good_once_and_for_three_days(world: World) -> None:
    async def story() -> None:
        await world.settle()
        _, link = await world.team.add("dora", "viewer", name="", email=None, language=None, actor="user:alice")
        await world.invitations.accept(secret_of(link), None, BOB, AT_HOME)
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.accept(secret_of(link), None, BOB, AT_HOME)
        link = await world.team.reset("dora", forget_totp=False, actor="user:alice")
        await world.clock.sleep(timedelta(days=3))
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.find(secret_of(link))
        link = await world.team.reset("dora", forget_totp=False, actor="user:alice")
        await world.team.disable("dora", actor="user:alice")
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.find(secret_of(link))

    world.run(story)


def test_the_first_account_is_made_once_however_many_links_were_printed(world: World) -> None:
    async def story() -> None:
        old = await world.accounts.first_link()
        new = await world.accounts.first_link()
        assert old
        assert new
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.accept(secret_of(old), Newcomer("mallory"), BOB, AT_HOME)
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.accept(secret_of(new), None, BOB, AT_HOME)
        await world.invitations.accept(secret_of(new), Newcomer("bob", email="bob@example.org"), BOB, AT_HOME)
        assert [user.login for user in await world.team.list()] == ["bob"]
        assert await world.accounts.first_link() is None

    world.run(story)


def test_a_first_link_is_worthless_once_an_account_was_made_on_the_server(world: World) -> None:
    async def story() -> None:
        link = await world.accounts.first_link()
        assert link
        await world.team.add("bob", "viewer", name="", email=None, language=None, actor="terminal")
        with pytest.raises(Refusal, match="no longer good"):
            await world.invitations.accept(secret_of(link), Newcomer("mallory"), BOB, AT_HOME)

    world.run(story)


def test_two_people_never_share_a_login_or_an_address(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for login, email in [("ALICE", None), ("alice@example.org", None), ("dora", "Alice@Example.org")]:
            with pytest.raises(Refusal) as refused:
                await world.team.add(login, "viewer", name="", email=email, language=None, actor="user:alice")
            assert refused.value.code is Code.CONFLICT
        user, _ = await world.team.add("dora@example.org", "viewer", name="", email=None, language=None, actor="x")
        assert user.email == "dora@example.org"

    world.run(story)


def test_there_are_six_roles(world: World) -> None:
    async def story() -> None:
        for role in ("", "root", "Admin", "admin\0"):
            with pytest.raises(Refusal, match="viewer, responder"):
                await world.team.add("dora", role, name="", email=None, language=None, actor="x")

    world.run(story)


@pytest.mark.parametrize(
    "login", ["camille", "c", "jean-luc", "a.b_c-d", "x1", "camille@example.org", "o'neil+ops@ex-ample.co.uk"]
)
def test_a_good_login_is_taken(login: str) -> None:
    assert refuse_login(login) is None


@pytest.mark.parametrize(
    "login",
    [
        "",
        " ",
        "-a",
        "a-",
        "a b",
        "a/b",
        "a/../b",
        "é",
        "a\0",
        "a\n",
        "x" * 65,
        "a@b",
        "@example.org",
        "a@" + "b" * 300 + ".org",
        "<b>",
        "a?b",
        "a#b",
        "a%b@example.org",
    ],
)
def test_a_bad_login_is_refused(login: str) -> None:
    assert refuse_login(login)
    assert refuse_email(login)


def test_a_login_is_one_however_it_is_written() -> None:
    assert {as_login(one) for one in ("Camille", " camille ", "ＣＡＭＩＬＬＥ", "camille\n")} == {"camille"}


def test_a_token_has_no_more_rights_than_whoever_makes_it(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for role in get_args(Role):
            wish = Wish("x", role, "bob", timedelta(days=1))
            if role in {"viewer", "responder"}:
                await world.tokens.make(wish, actor="user:bob")
            else:
                with pytest.raises(Refusal, match="more rights"):
                    await world.tokens.make(wish, actor="user:bob")

    world.run(story)


def test_a_token_does_not_outlive_the_rights_of_its_owner(world: World) -> None:
    async def story() -> None:
        await world.settle()
        _, text = await world.tokens.make(Wish("x", "responder", "bob", None), actor="user:bob")
        assert await world.accounts.by_token(text)
        await world.team.give_role("bob", "support", actor="user:alice")
        assert await world.accounts.by_token(text) is None
        await world.team.give_role("bob", "manager", actor="user:alice")
        assert await world.accounts.by_token(text)

    world.run(story)


def test_a_token_ends_at_its_instant_and_when_revoked(world: World) -> None:
    async def story() -> None:
        await world.settle()
        _, text = await world.tokens.make(Wish("x", "viewer", None, timedelta(hours=1)), actor="terminal")
        other, other_text = await world.tokens.make(Wish("y", "viewer", None, None), actor="terminal")
        await world.clock.sleep(timedelta(minutes=59))
        assert await world.accounts.by_token(text)
        await world.clock.sleep(timedelta(minutes=1, seconds=6))
        assert await world.accounts.by_token(text) is None
        assert await world.accounts.by_token(other_text)
        with pytest.raises(Refusal, match="no token"):
            await world.tokens.revoke(other.id, actor="user:bob", owner="bob")
        await world.tokens.revoke(other.id, actor="user:alice")
        await world.tokens.revoke(other.id, actor="user:alice")
        assert await world.accounts.by_token(other_text) is None
        assert [what for subject, what in await world.lines() if subject == f"token:{other.id}"] == [
            "token.made",
            "token.revoked",
        ]

    world.run(story)


def test_a_token_lasts_a_sensible_time(world: World) -> None:
    async def story() -> None:
        for lasts in (timedelta(0), timedelta(days=-1), timedelta(days=3651)):
            with pytest.raises(Refusal, match="ten years"):
                await world.tokens.make(Wish("x", "viewer", None, lasts), actor="terminal")

    world.run(story)


def test_the_tokens_of_one_person_are_not_without_number(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for _ in range(50):
            token, _ = await world.tokens.make(Wish("x", "viewer", "bob", None), actor="user:bob")
        with pytest.raises(Refusal, match="already"):
            await world.tokens.make(Wish("x", "viewer", "bob", None), actor="user:bob")
        await world.tokens.revoke(token.id, actor="user:bob", owner="bob")
        await world.tokens.make(Wish("x", "viewer", "bob", None), actor="user:bob")

    world.run(story)


def test_an_administrator_may_give_every_role_and_a_viewer_only_their_own() -> None:
    assert all(may_give("admin", role) for role in ROLES)
    assert [role for role in ROLES if may_give("viewer", role)] == ["viewer"]
    assert not may_give("manager", "dpo")
