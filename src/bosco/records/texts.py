"""What people write of a case: its title, its service, its fields. Two who write at once never lose a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Sayable, Text, msg
from bosco.plan.load import Plan
from bosco.plan.section import together
from bosco.records.moves import field_label, kind_of
from bosco.records.record import Record, text_of
from bosco.records.section import Field
from bosco.records.store import events
from bosco.records.values import read_value
from bosco.records.writing import Writing
from bosco.services.section import SERVICES
from bosco.store.tx import Tx

LONGEST_TITLE = 200


@dataclass(frozen=True)
class Clashing:
    """A text that somebody else wrote since its form was shown: theirs stands, mine waits to be joined with it."""

    name: str
    label: Text | Sayable
    mine: Any
    theirs: Any
    by: str
    at: datetime


@dataclass(eq=False)
class Clash(Refusal):
    """Nothing was written, because somebody else was quicker; both texts are here."""

    clashing: tuple[Clashing, ...] = ()


def read_title(typed: str) -> str:
    """Return a title on one line."""
    title = " ".join(str(typed).split())
    if not title:
        raise Refusal(Code.INVALID, msg("A record needs a title."), where="title")
    if len(title) > LONGEST_TITLE:
        raise Refusal(Code.INVALID, msg("A title has at most {n} characters.", n=LONGEST_TITLE), where="title")
    return title


def read_service(plan: Plan, name: str | None) -> str | None:
    """Return a service of the plan, or none."""
    if name and name not in plan[SERVICES]:
        raise Refusal(Code.INVALID, msg("There is no service called {name}.", name=name[:60]), where="service")
    return name or None


def read_fields(plan: Plan, kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a kind as they are kept; one that the kind does not have is refused."""
    known = kind_of(plan, kind).fields
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in known:
            listed = msg("It has: {names}.", names=", ".join(known) or "—")
            raise Refusal(Code.INVALID, msg("Such a record has no field “{name}”.", name=name[:60]), listed, name)
        read = read_value(plan, name, known[name], value)
        if read is not None:
            found[name] = read
    return found


def write_texts(
    writing: Writing, changes: Mapping[str, Any], seen: int | None, by: str, why: str | None = None
) -> list[str]:
    """Note what is different, and return the names; refuse all of it if somebody wrote the same since `seen`."""
    plan, record = writing.plan, writing.record
    wanted = {name: _read(plan, record, name, value) for name, value in changes.items()}
    different = {name: value for name, value in wanted.items() if value != text_of(record, name)}
    late = [name for name in different if seen is not None and record.seen.get(name, 0) > seen]
    if late:
        raise _clash(writing.tx, plan, record, {name: different[name] for name in late})
    fields = kind_of(plan, record.kind).fields
    for name, value in different.items():
        data = {"field": name, "value": value, "was": text_of(record, name)}
        event = writing.note(
            "written",
            by,
            why,
            data,
            line="record.written-for" if why else None,
            shown={"field": pack(label_of(fields, name)), "name": name},
        )
        writing.changed(event)
    return list(different)


def _read(plan: Plan, record: Record, name: str, value: Any) -> Any:
    if name == "title":
        return read_title(value)
    if name == "service":
        return read_service(plan, value)
    return read_fields(plan, record.kind, {name: value}).get(name)


def label_of(fields: Mapping[str, Field], name: str) -> Text | Sayable:
    """Return how a text is called."""
    if name in _OWN and name not in fields:
        return _OWN[name]
    return field_label(fields, name)


_OWN: dict[str, Sayable] = {"title": msg("Title"), "service": msg("Service")}


def _clash(tx: Tx, plan: Plan, record: Record, mine: Mapping[str, Any]) -> Clash:
    fields = kind_of(plan, record.kind).fields
    found = []
    for name, value in mine.items():
        last = select(events.c.by, events.c.at).where(
            events.c.number == record.number, events.c.seq == record.seen.get(name, 0)
        )
        row = tx.run(last).one()
        theirs = text_of(record, name)
        found.append(Clashing(name, label_of(fields, name), value, theirs, row.by, row.at))
    names = together(one.label for one in found)
    return Clash(
        Code.CONFLICT,
        msg("Somebody else wrote meanwhile: {names}.", names=names),
        msg("Nothing was stored: join both texts, then store again."),
        found[0].name,
        tuple(found),
    )
