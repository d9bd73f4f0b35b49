"""Who has the right proofs gets in, once each; who has not learns nothing."""

import asyncio
from datetime import timedelta
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from tests.accounts.world import ALICE, AT_HOME, BOB, ELSEWHERE, World, from_address, with_proofs

from bosco.accounts import sessions
from bosco.accounts.entry import Browser, Entered
from bosco.accounts.passwords import Passwords
from bosco.accounts.sign_in import SignIn
from bosco.kit.refusal import Code, Refusal

SURELY_WRONG: list[Any] = ["", "x", BOB + " ", BOB.upper(), "\0" * 20, "🦒" * 1000, "x" * 1_000_000, "\ud800"]


def test_the_right_password_is_enough_for_a_responder(world: World) -> None:
    async def story() -> None:
        await world.settle()
        entered = await world.bob()
        assert entered.stage == "in"
        visitor = await world.accounts.by_session(entered.session)
        assert visitor
        assert (visitor.id, visitor.role, visitor.via) == ("bob", "responder", "session")

    world.run(story)


def test_the_login_may_be_typed_in_capitals_and_the_address_stands_for_it(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for typed in (" BOB ", "Bob", "ｂｏｂ"):
            assert (await world.sign_in.with_password(typed, BOB, AT_HOME)).login == "bob"
        assert (await world.sign_in.with_password("Alice@Example.org", ALICE, AT_HOME)).login == "alice"

    world.run(story)


def test_a_wrong_password_lets_nobody_in(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for number, password in enumerate(SURELY_WRONG):
            with pytest.raises(Refusal) as refused:
                await world.sign_in.with_password("bob", password, from_address(f"198.51.100.{number}"))
            assert refused.value.code is Code.UNAUTHENTICATED, number

    world.run(story)


def test_every_failure_is_told_in_the_same_words(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.team.add("dora", "viewer", name="", email=None, language=None, actor="user:alice")
        await world.team.disable("bob", actor="user:alice")
        said = set()
        for login, password in [
            ("bob", BOB),
            ("alice", "wrong"),
            ("dora", ""),
            ("nobody", "wrong"),
            ("", ""),
            ("\0", "x"),
        ]:
            with pytest.raises(Refusal) as refused:
                await world.sign_in.with_password(login, password, AT_HOME)
            said.add((refused.value.code, str(refused.value)))
        assert len(said) == 1

    world.run(story)


def test_the_password_of_an_administrator_is_only_half_the_way(world: World) -> None:
    async def story() -> None:
        await world.settle()
        entered = await world.sign_in.with_password("alice", ALICE, ELSEWHERE)
        assert (entered.stage, entered.device) == ("code", None)
        assert await world.accounts.by_session(entered.session) is None
        done = await world.sign_in.with_code(world.code(), with_proofs(ELSEWHERE, entered))
        visitor = await world.accounts.by_session(done.session)
        assert visitor
        assert visitor.role == "admin"
        assert await world.sign_in.half_way(entered.session) is None

    world.run(story)


def test_a_code_is_good_once(world: World) -> None:
    async def story() -> None:
        await world.settle()
        code = world.code()
        first = await world.sign_in.with_password("alice", ALICE, AT_HOME)
        second = await world.sign_in.with_password("alice", ALICE, ELSEWHERE)
        await world.sign_in.with_code(code, with_proofs(AT_HOME, first))
        with pytest.raises(Refusal, match="already used"):
            await world.sign_in.with_code(code, with_proofs(ELSEWHERE, second))
        await world.clock.sleep(timedelta(seconds=30))
        await world.sign_in.with_code(world.code(), with_proofs(ELSEWHERE, second))

    world.run(story)


def test_a_recovery_code_is_good_once_however_it_is_typed(world: World) -> None:
    async def story() -> None:
        await world.settle()
        code = world.codes[3]
        entered = await world.sign_in.with_password("alice", ALICE, AT_HOME)
        done = await world.sign_in.with_code(
            f"  {code.upper().replace('-', ' ').replace('0', 'O')} ", with_proofs(AT_HOME, entered)
        )
        assert done.stage == "in"
        assert await world.second_factor.codes_left("alice") == 9
        entered = await world.sign_in.with_password("alice", ALICE, AT_HOME)
        with pytest.raises(Refusal):
            await world.sign_in.with_code(code, with_proofs(AT_HOME, entered))

    world.run(story)


def test_a_few_wrong_codes_end_the_attempt(world: World) -> None:
    async def story() -> None:
        await world.settle()
        browser = with_proofs(ELSEWHERE, await world.sign_in.with_password("alice", ALICE, ELSEWHERE))
        for wrong in ["000000", "", "abcdef", "zzzz-zzzz-zzzz"]:
            with pytest.raises(Refusal, match="not right"):
                await world.sign_in.with_code(wrong, browser)
        with pytest.raises(Refusal, match="ended"):
            await world.sign_in.with_code("1" * 6, browser)
        with pytest.raises(Refusal, match="ended"):
            await world.sign_in.with_code(world.code(), browser)

    world.run(story)


def test_a_code_without_the_password_before_it_is_nothing(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for session in (None, "", "made-up", "x" * 10_000, "\0"):
            with pytest.raises(Refusal, match="ended"):
                await world.sign_in.with_code(world.code(), Browser(AT_HOME.seen, session))

    world.run(story)


def test_who_dawdles_at_the_code_starts_again(world: World) -> None:
    async def story() -> None:
        await world.settle()
        browser = with_proofs(AT_HOME, await world.sign_in.with_password("alice", ALICE, AT_HOME))
        await world.clock.sleep(sessions.HALF_WAY)
        with pytest.raises(Refusal, match="ended"):
            await world.sign_in.with_code(world.code(), browser)

    world.run(story)


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(world: World) -> None:
    async def story() -> None:
        await world.settle()
        planted = Browser(AT_HOME.seen, session="known-to-the-attacker", device="known-too")
        entered = await world.bob(planted)
        assert entered.session != "known-to-the-attacker"
        assert entered.device != "known-too"
        assert await world.accounts.by_session("known-to-the-attacker") is None

    world.run(story)


def test_signing_in_again_ends_the_browsers_earlier_session(world: World) -> None:
    async def story() -> None:
        await world.settle()
        first = await world.bob()
        second = await world.bob(with_proofs(AT_HOME, first))
        assert second.device == first.device
        assert await world.accounts.by_session(first.session) is None
        assert await world.accounts.by_session(second.session)

    world.run(story)


def test_nothing_that_opens_a_door_is_stored(world: World) -> None:
    async def story() -> None:
        alice = await world.settle()
        bob = await world.bob()
        _, link = await world.team.add("dora", "viewer", name="", email=None, language=None, actor="user:alice")
        with pytest.raises(Refusal):
            await world.sign_in.with_password("typed the Password here by mistake", "x", AT_HOME)
        stored = await world.everything_stored()
        proofs = [ALICE, BOB, alice.session, bob.session, bob.device, link.rsplit("/", 1)[1], *world.codes]
        for proof in [*proofs, repr(world.alices_secret), world.alices_secret.hex(), "by mistake"]:
            assert proof
            assert proof not in stored

    world.run(story)


def test_everything_about_an_account_is_in_the_journal(world: World) -> None:
    async def story() -> None:
        alice = await world.settle()
        with pytest.raises(Refusal):
            await world.sign_in.with_password("bob", "wrong", AT_HOME)
        with pytest.raises(Refusal):
            await world.sign_in.with_password("mallory", "wrong", AT_HOME)
        await world.sign_in.sign_out(alice.session)
        assert await world.lines() == [
            ("user:alice", "account.added"),
            ("user:alice", "account.password-chosen"),
            ("user:alice", "account.second-factor-set-up"),
            ("user:alice", "account.signed-in"),
            ("user:bob", "account.added"),
            ("user:bob", "account.invited"),
            ("user:bob", "account.password-chosen"),
            ("user:bob", "account.signed-in"),
            ("user:bob", "account.password-wrong"),
            ("accounts", "account.unknown-failed"),
            ("user:alice", "account.signed-out"),
        ]

    world.run(story)


def test_a_password_kept_in_an_older_manner_is_renewed_when_it_is_used(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.change("bob", password=PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(BOB))
        await world.bob()
        kept = (await world.team.find("bob")).password
        assert kept
        assert ",t=1," in kept
        assert "m=8" in kept
        await world.bob()

    world.run(story)


class Counting(PasswordHasher):
    """The real hasher, which notes what each comparison cost."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.costs: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - its name in argon2
        """Note the parameters, and compare."""
        self.costs.append(str(hash).split("$")[3])
        return super().verify(hash, password)


def test_every_way_to_fail_costs_one_comparison_of_the_same_price(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.team.add("dora", "viewer", name="", email=None, language=None, actor="user:alice")
        await world.team.disable("bob", actor="user:alice")
        counting = Counting()
        passwords = Passwords(world.clock, counting)
        sign_in = SignIn(world.store, world.ids, world.vault, passwords, world.guessing, world.remembered)
        tried = [
            ("alice", "wrong"),
            ("bob", BOB),
            ("dora", ""),
            ("nobody", "x"),
            ("", ""),
            ("a b", "x"),
            ("alice", "x" * 900),
        ]
        for number, (login, password) in enumerate(tried):
            with pytest.raises(Refusal):
                await sign_in.with_password(login, password, from_address(f"198.51.100.{number}"))
        assert counting.costs == ["m=8,t=1,p=1"] * len(tried)

    world.run(story)


def test_of_many_at_once_one_gets_in_by_a_code_and_one_by_a_link(world: World) -> None:
    async def story() -> None:
        await world.settle()
        halves = [from_address(f"198.51.100.{number}") for number in range(8)]
        halves = [with_proofs(one, await world.sign_in.with_password("alice", ALICE, one)) for one in halves]
        for proof in (world.code(), world.codes[0]):
            waiting, halves = halves[:4], halves[4:]
            tried = await asyncio.gather(
                *(world.sign_in.with_code(proof, one) for one in waiting), return_exceptions=True
            )
            assert [isinstance(one, Entered) for one in tried].count(True) == 1
            assert all(isinstance(one, Entered | Refusal) for one in tried)
        _, link = await world.team.add("dora", "viewer", name="", email=None, language=None, actor="user:alice")
        secret = link.rsplit("/", 1)[1]
        tried = await asyncio.gather(
            *(world.invitations.accept(secret, None, BOB, AT_HOME) for _ in range(8)), return_exceptions=True
        )
        assert [isinstance(one, Entered) for one in tried].count(True) == 1
        assert all(isinstance(one, Entered | Refusal) for one in tried)

    world.run(story)
