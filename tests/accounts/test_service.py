"""Who is asking: by session, by token, or nobody."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy import text as sql
from tests.accounts.world import ALICE, AT_HOME, BOB, World, with_proofs

from bosco.accounts.remembered import FOR, MOST, Remembered
from bosco.accounts.service import DemoVisitor
from bosco.accounts.store import sessions, users
from bosco.accounts.tokens import Wish
from bosco.kit.clock import VirtualClock
from bosco.kit.ids import SeededIds
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor


def test_a_session_that_another_process_ended_is_worth_nothing_within_seconds(world: World) -> None:
    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        assert await world.accounts.by_session(secret)
        other = World(world.store, world.clock, world.ids, Path("unused"))
        await other.team.disable("bob", actor="user:alice")
        await world.clock.sleep(FOR)
        assert await world.accounts.by_session(secret) is None

    world.run(story)


def test_what_this_process_ended_is_worth_nothing_at_once(world: World) -> None:
    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        _, text = await world.tokens.make(Wish("ci", "viewer", "bob", timedelta(days=1)), actor="user:bob")
        assert await world.accounts.by_session(secret)
        assert await world.accounts.by_token(text)
        await world.team.disable("bob", actor="user:alice")
        assert await world.accounts.by_session(secret) is None
        assert await world.accounts.by_token(text) is None

    world.run(story)


def test_a_question_asked_before_a_change_is_not_remembered_after_it(clock: VirtualClock) -> None:
    remembered = Remembered(clock)
    version = remembered.version
    remembered.forget()
    remembered.keep("proof", Visitor("bob"), version)
    assert remembered.find("proof") is None
    remembered.keep("proof", Visitor("bob"), remembered.version)
    assert remembered.find("proof")


def test_what_is_remembered_does_not_fill_the_memory(clock: VirtualClock) -> None:
    remembered = Remembered(clock)
    for number in range(MOST + 10):
        remembered.keep(str(number), Visitor(str(number)), 0)
    assert remembered.find("0") is None
    assert remembered.find(str(MOST))


def test_when_somebody_was_last_seen_is_written_once_a_minute(world: World) -> None:
    def seen(tx: Tx) -> object:
        return tx.run(select(func.max(sessions.c.seen_at)).where(sessions.c.login == "bob")).scalar_one()

    async def story() -> None:
        await world.settle()
        secret = (await world.bob()).session
        first = await world.store.read(seen)
        await world.clock.sleep(timedelta(seconds=30))
        await world.accounts.by_session(secret)
        assert await world.store.read(seen) == first
        await world.clock.sleep(timedelta(seconds=31))
        await world.accounts.by_session(secret)
        assert await world.store.read(seen) != first

    world.run(story)


def test_when_a_token_was_last_used_is_written_once_a_minute(world: World) -> None:
    async def story() -> None:
        await world.settle()
        _, text = await world.tokens.make(Wish("ci", "viewer", "bob", None), actor="user:bob")
        assert (await world.tokens.list())[0].used_at is None
        await world.accounts.by_token(text)
        first = (await world.tokens.list())[0].used_at
        assert first == world.clock.read()
        await world.clock.sleep(timedelta(seconds=59))
        await world.accounts.by_token(text)
        assert (await world.tokens.list())[0].used_at == first
        await world.clock.sleep(timedelta(seconds=6))
        await world.accounts.by_token(text)
        assert (await world.tokens.list())[0].used_at == world.clock.read()

    world.run(story)


def test_a_password_half_way_to_the_code_is_nobody(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.store.write(lambda tx: tx.run(update(users).values(totp=None)).rowcount)
        entered = await world.sign_in.with_password("alice", ALICE, AT_HOME)
        assert entered.stage == "set-up"
        assert await world.accounts.by_session(entered.session) is None
        done = await world.set_up(entered)
        assert await world.accounts.by_session(done.session)

    world.run(story)


def test_what_is_no_token_is_nobody(world: World) -> None:
    async def story() -> None:
        await world.settle()
        for text in ("", "x", "bosco_", "bosco_00000000_" + "0" * 39, "é" * 60, "\0", "x" * 100_000):
            assert await world.accounts.by_token(text) is None
            assert await world.accounts.by_session(text) is None

    world.run(story)


def test_the_right_id_with_another_secret_is_nobody(world: World) -> None:
    from bosco.accounts.token_form import _checked

    async def story() -> None:
        await world.settle()
        token, text = await world.tokens.make(Wish("ci", "viewer", "bob", None), actor="user:bob")
        assert text.startswith(f"bosco_{token.id}_")
        forged = _checked(f"bosco_{token.id}_{'0' * 32}")
        assert len(forged) == len(text)
        assert await world.accounts.by_token(forged) is None
        assert await world.accounts.by_token(text)

    world.run(story)


def test_in_the_demonstration_every_stranger_is_its_visitor(
    store: Store, clock: VirtualClock, ids: SeededIds, tmp_path: Path
) -> None:
    from tests.accounts.site import Visit, application

    world = World(store, clock, ids, tmp_path, DemoVisitor("responder", "Visitor", "fr"))

    async def story() -> None:
        app = application(world)
        answer = (await Visit(app).get("/api/v1/me")).json()
        assert (answer["role"], answer["via"], answer["language"]) == ("responder", "demo", "fr")
        assert (await Visit(app).get("/accounts")).status_code == 403
        assert (await Visit(app).get("/account")).status_code == 403
        assert await world.accounts.invite_first("http://127.0.0.1:8420") is None
        # A bad token is a bad token, also here.
        assert (await Visit(app).get("/api/v1/me", headers={"Authorization": "Bearer x"})).status_code == 401

    world.run(story)


def test_the_first_link_is_printed_until_there_is_an_account(world: World) -> None:
    async def story() -> None:
        first = await world.accounts.invite_first("https://ops.example.org/")
        second = await world.accounts.invite_first("https://ops.example.org/")
        assert first
        assert second
        assert "https://ops.example.org/welcome/" in str(second)
        await world.settle()
        assert await world.accounts.invite_first("https://ops.example.org/") is None

    world.run(story)


def test_what_has_ended_is_cleared_away(world: World) -> None:
    def count(tx: Tx) -> int:
        return len(tx.run(select(sessions.c.id)).fetchall())

    async def story() -> None:
        await world.settle()
        await world.sign_in.with_password("bob", BOB, AT_HOME)
        assert await world.store.read(count) == 3
        await world.clock.sleep(timedelta(days=15))
        tidying = asyncio.create_task(world.accounts.tidy())
        await world.clock.sleep(timedelta(hours=3))
        assert await world.store.read(count) == 0
        tidying.cancel()

    world.run(story)


def test_the_figures_count_what_lives(world: World) -> None:
    async def story() -> None:
        await world.settle()
        await world.tokens.make(Wish("ci", "viewer", "bob", timedelta(hours=1)), actor="user:bob")
        told = {gauge.name: gauge.value for gauge in await world.accounts.figures()}
        assert told == {"bosco_accounts": 2, "bosco_sessions": 2, "bosco_api_tokens": 1}
        await world.clock.sleep(timedelta(hours=1))
        await world.team.disable("bob", actor="user:alice")
        told = {gauge.name: gauge.value for gauge in await world.accounts.figures()}
        assert told == {"bosco_accounts": 1, "bosco_sessions": 1, "bosco_api_tokens": 0}

    world.run(story)


# A disk that is full for exactly the two tables where uses are noted; by store: SQLite, PostgreSQL.
NOTED = ("accounts_sessions", "accounts_tokens")
REFUSE = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$"
FULL = {
    False: [
        f"CREATE TRIGGER full_{name} BEFORE UPDATE ON {name} BEGIN SELECT RAISE(ABORT, 'full'); END" for name in NOTED
    ],
    True: [
        REFUSE,
        *(
            f"CREATE TRIGGER full_{name} BEFORE UPDATE ON {name} FOR EACH ROW EXECUTE FUNCTION full_disk()"
            for name in NOTED
        ),
    ],
}
EMPTY_AGAIN = {
    False: [f"DROP TRIGGER full_{name}" for name in NOTED],
    True: [*(f"DROP TRIGGER full_{name} ON {name}" for name in NOTED), "DROP FUNCTION full_disk"],
}


async def run_all(world: World, statements: list[str]) -> None:
    def work(tx: Tx) -> None:
        for statement in statements:
            tx.run(sql(statement))

    await world.store.write(work)


def test_a_store_that_cannot_be_written_still_lets_people_look(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        await world.settle()
        browser = with_proofs(AT_HOME, await world.bob())
        _, text = await world.tokens.make(Wish("ci", "viewer", "bob", None), actor="user:bob")
        await world.clock.sleep(timedelta(minutes=5))
        await run_all(world, FULL[world.store.on_postgresql])
        try:
            assert await world.accounts.by_session(browser.session or "")
            assert await world.accounts.by_token(text)
        finally:
            await run_all(world, EMPTY_AGAIN[world.store.on_postgresql])

    world.run(story)
    assert "last seen" in caplog.text


def test_another_key_than_the_one_that_sealed_is_told(world: World, tmp_path: Path) -> None:
    async def story() -> None:
        await world.settle()
        tidying = asyncio.create_task(world.accounts.tidy())
        await world.clock.sleep(timedelta(seconds=1))
        assert await world.accounts.has_right_key() is None
        tidying.cancel()
        other = World(world.store, world.clock, world.ids, tmp_path / "elsewhere")
        assert "another key" in (await other.accounts.has_right_key() or "")
        tidying = asyncio.create_task(other.accounts.tidy())
        await world.clock.sleep(timedelta(seconds=1))
        assert "another key" in (await other.accounts.has_right_key() or "")
        # The one that sealed stays the right one, until nothing is sealed any more.
        assert await world.accounts.has_right_key() is None
        await world.team.give_role("bob", "admin", actor="terminal")
        await world.team.reset("alice", forget_totp=True, actor="terminal")
        await world.clock.sleep(timedelta(hours=1))
        assert await other.accounts.has_right_key() is None
        tidying.cancel()

    world.run(story)


def test_a_key_that_cannot_be_read_keeps_bosco_from_being_ready(world: World, tmp_path: Path) -> None:
    (tmp_path / "broken/secrets").mkdir(parents=True)
    (tmp_path / "broken/secrets/key").write_text("no key")
    broken = World(world.store, world.clock, world.ids, tmp_path / "broken")

    async def story() -> None:
        tidying = asyncio.create_task(broken.accounts.tidy())
        await world.clock.sleep(timedelta(seconds=1))
        assert "holds no key" in (await broken.accounts.has_right_key() or "")
        assert not tidying.done()
        tidying.cancel()

    world.run(story)
