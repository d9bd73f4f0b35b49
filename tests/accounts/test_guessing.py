"""Guessing gets slower and slower; whoever knows the password and the browser never notices."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.accounts.world import ALICE, AT_HOME, BOB, ELSEWHERE, World, from_address, with_proofs

from bosco.accounts.entry import Browser
from bosco.accounts.store import tries
from bosco.kit.refusal import Code, Refusal
from bosco.store.tx import Tx
from bosco.web.limit import TooOften


async def fail(world: World, login: str, browser: Browser, times: int = 1) -> list[Code]:
    codes = []
    for _ in range(times):
        try:
            await world.sign_in.with_password(login, "wrong", browser)
        except Refusal as refusal:
            codes.append(refusal.code)
    return codes


def test_the_sixth_wrong_try_waits(world: World) -> None:
    async def story() -> None:
        await world.settle()
        assert await fail(world, "bob", ELSEWHERE, 6) == [Code.UNAUTHENTICATED] * 5 + [Code.TOO_MANY]
        with pytest.raises(TooOften) as refused:
            await world.sign_in.with_password("bob", BOB, ELSEWHERE)
        assert refused.value.wait == 2
        await world.clock.sleep(timedelta(seconds=2))
        assert (await world.bob(ELSEWHERE)).stage == "in"
        # And the failures are forgotten.
        assert await fail(world, "bob", ELSEWHERE) == [Code.UNAUTHENTICATED]

    world.run(story)


def test_waiting_is_the_same_for_an_account_that_does_not_exist(world: World) -> None:
    async def story() -> None:
        await world.settle()
        assert await fail(world, "bob", ELSEWHERE, 8) == await fail(world, "nobody", AT_HOME, 8)

    world.run(story)


def test_many_tries_at_once_gain_nothing(world: World) -> None:
    async def story() -> None:
        await world.settle()
        codes = await asyncio.gather(*(fail(world, "bob", ELSEWHERE) for _ in range(40)))
        assert [code for (code,) in codes].count(Code.UNAUTHENTICATED) == 5

    world.run(story)


def test_a_stranger_cannot_lock_somebody_out(world: World) -> None:
    async def story() -> None:
        await world.settle()
        at_home = with_proofs(AT_HOME, await world.bob())
        for number in range(40):
            await fail(world, "bob", from_address(f"198.51.100.{number}"), 6)
        # From another address, with nothing but the password.
        assert (await world.bob(from_address("192.0.2.1"))).stage == "in"
        # From the very address of the attack, with a browser that Bob has used before.
        assert (await world.bob(Browser(from_address("198.51.100.1").seen, device=at_home.device))).stage == "in"

    world.run(story)


def test_a_known_browser_is_not_slowed_while_a_crowd_guesses(world: World) -> None:
    async def story() -> None:
        await world.settle()
        device = (await world.bob()).device
        for number in range(130):
            await fail(world, "nobody", from_address(f"198.51.{number}.1"))
        before = world.clock.read()
        await world.bob(Browser(ELSEWHERE.seen, device=device))
        assert world.clock.read() == before
        await world.bob(from_address("192.0.2.77"))
        assert timedelta(0) < world.clock.read() - before <= timedelta(seconds=5)

    world.run(story)


def test_the_device_of_somebody_else_is_no_help(world: World) -> None:
    async def story() -> None:
        await world.settle()
        mallory = with_proofs(ELSEWHERE, await world.bob(ELSEWHERE))
        assert await fail(world, "alice", mallory, 6) == [Code.UNAUTHENTICATED] * 5 + [Code.TOO_MANY]

    world.run(story)


def test_who_holds_a_known_browser_does_not_guess_for_ever(world: World) -> None:
    async def story() -> None:
        await world.settle()
        bob = with_proofs(AT_HOME, await world.bob())
        assert await fail(world, "bob", bob, 6) == [Code.UNAUTHENTICATED] * 5 + [Code.TOO_MANY]

    world.run(story)


def test_one_address_is_slowed_whichever_accounts_it_tries(world: World) -> None:
    async def story() -> None:
        await world.settle()
        codes = [(await fail(world, f"user{number}", ELSEWHERE))[0] for number in range(31)]
        assert codes == [Code.UNAUTHENTICATED] * 30 + [Code.TOO_MANY]
        # A subscriber of IPv6 has as many addresses as there are.
        codes = [(await fail(world, f"user{number}", from_address(f"2001:db8::{number:x}")))[0] for number in range(31)]
        assert codes == [Code.UNAUTHENTICATED] * 30 + [Code.TOO_MANY]

    world.run(story)


def test_an_own_account_does_not_reset_the_count_of_an_address(world: World) -> None:
    async def story() -> None:
        await world.settle()
        codes: list[Code] = []
        for number in range(30):
            await world.sign_in.with_password("bob", BOB, ELSEWHERE)
            codes += await fail(world, f"user{number}", ELSEWHERE)
        codes += await fail(world, "user30", ELSEWHERE)
        assert codes == [Code.UNAUTHENTICATED] * 30 + [Code.TOO_MANY]

    world.run(story)


def test_codes_are_not_guessed_by_who_has_the_password(world: World) -> None:
    async def story() -> None:
        await world.settle()
        tried = 0
        for number in range(6):
            browser = from_address(f"198.51.100.{number}")
            browser = with_proofs(browser, await world.sign_in.with_password("alice", ALICE, browser))
            for _ in range(5):
                try:
                    await world.sign_in.with_code("000000", browser)
                except TooOften:
                    break
                except Refusal:
                    tried += 1
        assert tried == 10

    world.run(story)


def test_codes_of_a_known_browser_are_counted_apart(world: World) -> None:
    async def story() -> None:
        alice = with_proofs(AT_HOME, await world.settle())
        for number in range(3):
            browser = from_address(f"198.51.100.{number}")
            browser = with_proofs(browser, await world.sign_in.with_password("alice", ALICE, browser))
            for _ in range(5):
                with pytest.raises(Refusal):
                    await world.sign_in.with_code("000000", browser)
        entered = await world.sign_in.with_password("alice", ALICE, alice)
        assert (await world.sign_in.with_code(world.code(), with_proofs(alice, entered))).stage == "in"

    world.run(story)


def test_strangers_do_not_fill_the_journal(world: World) -> None:
    async def story() -> None:
        await world.settle()
        before = len(await world.lines())
        for number in range(220):
            await fail(world, "nobody", from_address(f"198.{number}.1.1"))
        lines = (await world.lines())[before:]
        assert [what for _, what in lines].count("account.unknown-failed") == 100
        assert lines[100:] == [("accounts", "account.many-failed")]

    world.run(story)


def test_a_refused_try_is_not_counted(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await fail(world, "bob", ELSEWHERE, 50)
        await world.clock.sleep(timedelta(seconds=2))
        assert (await world.bob(ELSEWHERE)).stage == "in"

    world.run(story)


def test_failures_are_kept_without_names_and_not_for_long(world: World) -> None:
    def rows(tx: Tx) -> list[str]:
        return [str(tuple(row)) for row in tx.run(select(tries))]

    async def story() -> None:
        await world.settle()
        await fail(world, "bob", ELSEWHERE, 3)
        kept = await world.store.read(rows)
        assert kept
        assert "bob" not in "".join(kept)
        assert "198.51" not in "".join(kept)
        await world.clock.sleep(timedelta(hours=25))
        tidying = asyncio.create_task(world.accounts.tidy())
        await world.clock.sleep(timedelta(seconds=1))
        tidying.cancel()
        assert await world.store.read(rows) == []

    world.run(story)
