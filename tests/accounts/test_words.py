"""What this room says: in the journal, in the manual, in both languages."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.accounts.world import ALICE, AT_HOME, World, with_proofs

from bosco.accounts.commands import commands
from bosco.accounts.model import SAYINGS
from bosco.accounts.own import Profile
from bosco.accounts.tokens import Wish
from bosco.journal.store import waiting
from bosco.kit.refusal import Refusal
from bosco.kit.words import Message
from bosco.store.tx import Tx
from bosco.web.visitor import ROLES

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs/manual/accounts.md").read_text(encoding="utf-8")


def test_every_command_and_role_is_in_the_manual() -> None:
    for command in commands():
        assert f"bosco {' '.join(command.path)}" in MANUAL
    for role in ROLES:
        assert f"`{role}`" in MANUAL


def test_every_line_that_this_room_writes_can_be_told() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/bosco/accounts").glob("*.py"))
    written = set(re.findall(r'"((?:account|token)\.[a-z-]+)"', text))
    assert written == set(SAYINGS)


def test_a_line_holds_all_that_its_sentence_needs(world: World) -> None:
    def look(tx: Tx) -> list[tuple[str, str]]:
        return [(row.what, row.data) for row in tx.run(select(waiting))]

    async def story() -> None:
        alice = await world.settle()
        for login in ("alice", "nobody"):
            with pytest.raises(Refusal):
                await world.sign_in.with_password(login, "wrong", AT_HOME)
        browser = with_proofs(AT_HOME, await world.sign_in.with_password("alice", ALICE, AT_HOME))
        with pytest.raises(Refusal):
            await world.sign_in.with_code("000000", browser)
        await world.sign_in.with_code(world.codes[0], browser)
        await world.second_factor.renew_codes("alice", ALICE)
        await world.own.end_others("alice", None)
        await world.own.describe("bob", Profile("", "bob@example.org", None, None, None))
        await world.sign_in.sign_out((await world.bob()).session)
        token, _ = await world.tokens.make(Wish("CI", "viewer", "bob", None), actor="user:bob")
        await world.tokens.revoke(token.id, actor="user:bob")
        await world.team.give_role("bob", "admin", actor="terminal")
        await world.team.disable("bob", actor="terminal")
        await world.team.enable("bob", actor="terminal")
        await world.team.reset("alice", forget_totp=True, actor="terminal")
        assert alice.login == "alice"
        lines = await world.store.read(look)
        # Only a crowd of guessers makes the one that is missing; its own test counts it.
        assert {what for what, _ in lines} == set(SAYINGS) - {"account.many-failed"}
        for what, data in lines:
            for language in ("fr", "en"):
                said = Message(SAYINGS[what].text, json.loads(data)).say(language)
                assert "{" not in said

    world.run(story)
