"""What people do with their own account."""

from datetime import timedelta

import pytest
from tests.accounts.world import ALICE, AT_HOME, BOB, ELSEWHERE, World, with_proofs

from bosco.accounts.own import Profile
from bosco.kit.refusal import Code, Refusal
from bosco.web.limit import TooOften

NEW = "un saxophone dans la savane"


def test_another_password_ends_every_other_session(world: World) -> None:
    async def story() -> None:
        await world.settle()
        thief = await world.bob(ELSEWHERE)
        here = with_proofs(AT_HOME, await world.bob())
        after = await world.own.choose_password("bob", BOB, NEW, here)
        assert await world.accounts.by_session(thief.session) is None
        assert await world.accounts.by_session(here.session or "") is None
        assert await world.accounts.by_session(after.session)
        with pytest.raises(Refusal):
            await world.bob()
        assert (await world.sign_in.with_password("bob", NEW, AT_HOME)).stage == "in"

    world.run(story)


def test_a_session_alone_does_not_change_the_password(world: World) -> None:
    async def story() -> None:
        await world.settle()
        here = with_proofs(AT_HOME, await world.bob())
        for _ in range(5):
            with pytest.raises(Refusal, match="not your password"):
                await world.own.choose_password("bob", "guess", NEW, here)
        with pytest.raises(TooOften):
            await world.own.choose_password("bob", BOB, NEW, here)
        await world.clock.sleep(timedelta(seconds=2))
        await world.own.choose_password("bob", BOB, NEW, here)

    world.run(story)


def test_a_bad_new_password_is_refused(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.own.describe("bob", Profile("Bobby Tables", None, None, None, None))
        here = with_proofs(AT_HOME, await world.bob())
        for wanted in ("short", "bobby aime les tables", "motdepasse2026", "x" * 500):
            with pytest.raises(Refusal) as refused:
                await world.own.choose_password("bob", BOB, wanted, here)
            assert refused.value.code is Code.INVALID, wanted
        assert await world.accounts.by_session(here.session or "")

    world.run(story)


def test_sessions_are_listed_and_ended_one_by_one(world: World) -> None:
    async def story() -> None:
        await world.settle()
        here, there = await world.bob(), await world.bob(ELSEWHERE)
        listed = await world.own.sessions("bob")
        assert {one.address for one in listed} == {"203.0.113.7", "198.51.100.9"}
        others = [one for one in listed if one.address == "198.51.100.9"]
        assert not await world.own.end_session("alice", others[0].id)
        for one in others:
            assert await world.own.end_session("bob", one.id)
            assert not await world.own.end_session("bob", one.id)
        assert await world.accounts.by_session(there.session) is None
        assert await world.accounts.by_session(here.session)

    world.run(story)


def test_every_other_session_is_ended_at_once(world: World) -> None:
    async def story() -> None:
        await world.settle()
        here, there = await world.bob(), await world.bob(ELSEWHERE)
        assert await world.own.end_others("bob", here.session) == 2
        assert await world.accounts.by_session(there.session) is None
        assert await world.accounts.by_session(here.session)
        assert await world.own.end_others("bob", here.session) == 0

    world.run(story)


def test_what_people_say_about_themselves_is_how_pages_greet_them(world: World) -> None:
    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        await world.own.describe("bob", Profile("Bob D.", "BOB@Example.org", "fr", "dark", "Europe/Paris"))
        visitor = await world.accounts.by_session(secret)
        assert visitor
        assert (visitor.name, visitor.language, visitor.theme, visitor.timezone) == (
            "Bob D.",
            "fr",
            "dark",
            "Europe/Paris",
        )
        assert (await world.sign_in.with_password("bob@example.org", BOB, AT_HOME)).login == "bob"
        with pytest.raises(Refusal, match="Another account"):
            await world.own.describe("alice", Profile("", "bob@example.org", None, None, None))
        with pytest.raises(Refusal, match="e-mail"):
            await world.own.describe("bob", Profile("", "bob@", None, None, None))
        await world.own.describe("bob", Profile("", None, None, None, None))
        assert (await world.own.find("bob")).email is None

    world.run(story)


def test_a_second_factor_may_be_set_up_by_anybody_and_ends_sessions_without_one(world: World) -> None:
    async def story() -> None:
        await world.settle()
        there, here = await world.bob(ELSEWHERE), with_proofs(AT_HOME, await world.bob())
        _, world.alices_secret = await world.second_factor.begin(here)
        with pytest.raises(Refusal, match="not your password"):
            await world.second_factor.confirm(world.code(), "guess", here)
        with pytest.raises(Refusal, match="not your password"):
            await world.second_factor.confirm(world.code(), None, here)
        with pytest.raises(Refusal, match="does not fit"):
            await world.second_factor.confirm("000000", BOB, here)
        after, codes = await world.second_factor.confirm(world.code(), BOB, here)
        assert len(set(codes)) == 10
        assert await world.accounts.by_session(there.session) is None
        assert await world.accounts.by_session(after.session)
        assert (await world.bob()).stage == "code"

    world.run(story)


def test_nobody_sees_what_another_session_is_setting_up(world: World) -> None:
    async def story() -> None:
        await world.settle()
        here, there = with_proofs(AT_HOME, await world.bob()), with_proofs(ELSEWHERE, await world.bob(ELSEWHERE))
        _, planted = await world.second_factor.begin(there)
        _, mine = await world.second_factor.begin(here)
        assert planted != mine
        assert (await world.second_factor.begin(here))[1] == mine

    world.run(story)


def test_a_second_factor_is_forgotten_with_the_password_but_not_by_an_administrator(world: World) -> None:
    async def story() -> None:
        await world.settle()
        here = with_proofs(AT_HOME, await world.bob())
        _, world.alices_secret = await world.second_factor.begin(here)
        await world.second_factor.confirm(world.code(), BOB, here)
        with pytest.raises(Refusal, match="not your password"):
            await world.second_factor.forget("bob", "guess")
        await world.second_factor.forget("bob", BOB)
        assert (await world.bob()).stage == "in"
        assert await world.second_factor.codes_left("bob") == 0
        with pytest.raises(Refusal, match="needs a second factor"):
            await world.second_factor.forget("alice", ALICE)

    world.run(story)


def test_new_recovery_codes_replace_the_old_ones(world: World) -> None:
    async def story() -> None:
        await world.settle()
        old = world.codes[0]
        with pytest.raises(Refusal):
            await world.second_factor.renew_codes("alice", "guess")
        new = await world.second_factor.renew_codes("alice", ALICE)
        browser = with_proofs(AT_HOME, await world.sign_in.with_password("alice", ALICE, AT_HOME))
        with pytest.raises(Refusal):
            await world.sign_in.with_code(old, browser)
        assert (await world.sign_in.with_code(new[9], browser)).stage == "in"
        with pytest.raises(Refusal, match="no second factor"):
            await world.second_factor.renew_codes("bob", BOB)

    world.run(story)


def test_the_set_up_is_not_for_who_still_owes_a_code(world: World) -> None:
    async def story() -> None:
        await world.settle()
        browser = with_proofs(ELSEWHERE, await world.sign_in.with_password("alice", ALICE, ELSEWHERE))
        with pytest.raises(Refusal, match="ended"):
            await world.second_factor.begin(browser)
        with pytest.raises(Refusal, match="ended"):
            await world.second_factor.confirm("000000", ALICE, browser)

    world.run(story)
