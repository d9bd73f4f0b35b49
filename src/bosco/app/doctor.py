"""Looks at the installation without changing it, and says what it found and what to do."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Refusal
from bosco.kit.units import write_size
from bosco.kit.words import Message, Text, msg
from bosco.plan.load import load
from bosco.plan.secrets import Secrets
from bosco.plan.sections import discover
from bosco.store.migrate import up_to_date
from bosco.store.store import Store

ENOUGH_DISK = 1024**3


@dataclass(frozen=True)
class Found:
    """One thing that was looked at: well, not well, or (None) worth knowing."""

    what: Message
    well: bool | None
    seen: Message | Text
    hint: Message | None = None


def examine(plan: Path, data: Path, database: str | None) -> list[Found]:
    """Look at everything, in the order in which a start needs it."""
    return [*_program(), *_data_folder(data), *_database(data, database), *_plan(plan, data)]


def _program() -> Iterator[Found]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Found(msg("Python"), sys.version_info >= (3, 11), msg("version {version}", version=version))
    modern = sqlite3.sqlite_version_info >= (3, 35)
    yield Found(msg("SQLite"), modern, msg("version {version}", version=sqlite3.sqlite_version))
    assets = resources.files("bosco").joinpath("web", "static", "vendor", "htmx.js")
    yield Found(
        msg("The pages' files"),
        assets.is_file(),
        msg("present") if assets.is_file() else msg("missing"),
        msg("In a checkout, run `make run` once; a wheel brings them along."),
    )


def _data_folder(data: Path) -> Iterator[Found]:
    folder = next(path for path in (data, *data.absolute().parents) if path.exists())
    writable = os.access(folder, os.W_OK)
    yield Found(
        msg("The data folder"),
        writable,
        msg("{folder} can be written", folder=str(data))
        if writable
        else msg("{folder} cannot be written", folder=str(data)),
        msg("Give the folder to the user who runs Bosco, or choose another with --data."),
    )
    free = shutil.disk_usage(folder).free
    hint = msg("Results and the journal need room: free some.")
    yield Found(
        msg("Disk space"), None if free < ENOUGH_DISK else True, msg("{size} free", size=write_size(free)), hint
    )
    secrets = data / "secrets"
    if secrets.exists():
        closed = secrets.stat().st_mode & 0o077 == 0
        yield Found(
            msg("The secrets"),
            closed,
            msg("only their owner can read them") if closed else msg("others on this machine can read them"),
            msg("Run: chmod -R go= {folder}", folder=str(secrets)),
        )


def _database(data: Path, url: str | None) -> Iterator[Found]:
    what = msg("The database")
    if url is None and not (data / "bosco.db").exists():
        yield Found(what, None, msg("not made yet; the first start makes it"))
        return
    try:
        store = Store.open(url or data, RealClock(), RealIds())
        try:
            current = up_to_date(store)
        finally:
            store.close()
    except Refusal as refusal:
        hint = refusal.hint if isinstance(refusal.hint, Message) else None
        yield Found(what, False, msg("{says}", says=refusal.says), hint)
        return
    seen = msg("answers, and is up to date") if current else msg("answers; the next start brings it up to date")
    yield Found(what, True if current else None, seen)


def _plan(plan: Path, data: Path) -> Iterator[Found]:
    loaded = load(plan, discover(), secrets=Secrets(data, os.environ))
    for mistake in loaded.mistakes:
        yield Found(msg("The plan"), False, _both(mistake))
    for warning in loaded.warnings:
        yield Found(msg("The plan"), None, _both(warning))
    if not loaded.mistakes:
        yield Found(msg("The plan"), True, msg("without mistakes"))


def _both(finding: object) -> Text:
    return Text({"fr": finding.say("fr"), "en": finding.say("en")})  # type: ignore[attr-defined]
