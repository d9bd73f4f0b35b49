"""The way of a post-mortem: demanded, drafted, written, read by another, published; each step in a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bosco.incidents import store
from bosco.incidents.model import PostmortemPublished
from bosco.incidents.postmortem import PARTS, Part, Sentence
from bosco.incidents.store import Postmortem
from bosco.journal import write as write_line
from bosco.kit.packed import unpack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Language, msg, say
from bosco.store import timers
from bosco.store.tx import Tx

OVERDUE = "incidents.postmortem-overdue"
# A team that was up all night writes better after a few days, and forgets after a week.
WITHIN = timedelta(days=7)
REMIND_EVERY = timedelta(days=7)
LONGEST_TEXT = 20_000
# Without these nothing has been learnt.
NEEDED: tuple[Part, ...] = ("summary", "causes", "actions")


def demand(tx: Tx, number: str, parts: Mapping[Part, Sequence[Sentence]], by: str) -> None:
    """Begin a post-mortem with what could be drafted; one that was begun stays as it is."""
    if store.postmortem_of(tx, number) is not None:
        return
    due = tx.at + WITHIN
    kept: dict[str, Any] = {part: msgspec.to_builtins(list(parts.get(part, ()))) for part in PARTS}
    store.put_postmortem(tx, Postmortem(number, "draft", 1, kept, tx.at, due, tx.at, by))
    timers.set(tx, OVERDUE, number, due)
    _line(tx, number, "drafted", by, due=due.date().isoformat())


def find(tx: Tx, number: str) -> Postmortem:
    """Return the post-mortem of a record, or refuse."""
    found = store.postmortem_of(tx, number)
    if found is None:
        raise not_found(msg("{number} has no post-mortem.", number=number[:60]))
    return found


def sentences(one: Postmortem, part: Part) -> list[Sentence]:
    """Return the sentences of a part."""
    return msgspec.convert(one.parts.get(part, []), list[Sentence])


def write_part(  # noqa: PLR0913, PLR0917 - who writes what where, over which version
    tx: Tx, number: str, part: str, lines: Sequence[str], version: int, by: str, language: Language
) -> Postmortem:
    """Put a person's words in place of a part; a drafted sentence that was left as it is keeps its line."""
    if part not in PARTS:
        raise not_found(msg("A post-mortem has no part called {part}.", part=part[:60]))
    found = find(tx, number)
    if found.state == "published":
        raise Refusal(Code.CONFLICT, msg("The post-mortem of {number} is published.", number=number))
    if version != found.version:
        raise Refusal(
            Code.CONFLICT,
            msg("Somebody else changed this post-mortem meanwhile."),
            msg("Nothing of yours is lost: compare with what stands there now, and save again."),
        )
    if sum(len(line) for line in lines) > LONGEST_TEXT:
        raise Refusal(Code.TOO_LARGE, msg("A part holds at most {limit} characters.", limit=LONGEST_TEXT))
    known = {str(say(unpack(one.says), language)): one for one in sentences(found, part)}
    kept = [known.get(line.strip()) or Sentence(line.strip()) for line in lines if line.strip()]
    parts: dict[str, Any] = {**found.parts, part: msgspec.to_builtins(kept)}
    made = replace(found, parts=parts, version=found.version + 1, changed=tx.at, by=by)
    store.put_postmortem(tx, made)
    _line(tx, number, "written", by, part=part)
    return made


def give_to_read(tx: Tx, number: str, by: str) -> Postmortem:
    """Say that it is written, and that another is to read it."""
    found = _ready(find(tx, number))
    made = replace(found, state="review", version=found.version + 1, changed=tx.at, by=by)
    store.put_postmortem(tx, made)
    _line(tx, number, "reviewed", by)
    return made


def publish(tx: Tx, number: str, by: str) -> Postmortem:
    """Publish it; from then on it stays as it is."""
    found = _ready(find(tx, number))
    if found.state == "published":
        return found
    made = replace(found, state="published", version=found.version + 1, changed=tx.at, by=by, published=tx.at)
    store.put_postmortem(tx, made)
    timers.cancel(tx, OVERDUE, number)
    _line(tx, number, "published", by)
    tx.publish(PostmortemPublished(number=number, by=by, at=tx.at))
    return made


def _ready(one: Postmortem) -> Postmortem:
    lacking = [part for part in NEEDED if not one.parts.get(part)]
    if lacking:
        names = ", ".join(str(PARTS[part]) for part in lacking)
        raise Refusal(
            Code.CONFLICT,
            msg("The post-mortem of {number} is not finished.", number=one.number),
            msg("These parts are empty: {names}.", names=names),
        )
    return one


def remind(tx: Tx, number: str, now: datetime) -> bool:
    """Tell that a post-mortem is overdue, and again a week later; say whether it is."""
    found = store.postmortem_of(tx, number)
    if found is None or found.state == "published" or found.due is None:
        return False
    _line(tx, number, "overdue", "bosco", due=found.due.date().isoformat())
    timers.set(tx, OVERDUE, number, now + REMIND_EVERY)
    return True


def _line(tx: Tx, number: str, what: str, by: str, **data: Any) -> None:
    told = {"record": number, "by": by, **data}
    write_line(tx, subject=f"record:{number}", what=f"incident.postmortem-{what}", actor=by, data=told)
