"""A post-mortem: its parts, each sentence with the line of the journal that it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

import msgspec

from bosco.journal.model import Line
from bosco.kit.packed import pack
from bosco.kit.units import say_duration
from bosco.kit.words import Message, Sayable, msg
from bosco.plan.section import together

Part = Literal["summary", "impact", "timeline", "causes", "well", "actions"]
PARTS: dict[Part, Message] = {
    "summary": msg("Summary"),
    "impact": msg("Impact"),
    "timeline": msg("What happened"),
    "causes": msg("Causes"),
    "well": msg("What went well"),
    "actions": msg("Actions"),
}
# What a person has to write, for no machine knows it; each asks without blaming anybody.
ASKED: dict[Part, Message] = {
    "causes": msg("What made this possible? Name conditions and systems, not people."),
    "well": msg("What helped: an alarm that came early, a way back that worked, somebody who knew?"),
    "actions": msg("What will be done so that it does not come again, by whom and by when?"),
}


class Sentence(msgspec.Struct, frozen=True):
    """A drafted sentence, packed, and the id of the line that it rests on; a person's own has no line."""

    says: Any
    line: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What is known of an incident when its post-mortem is drafted."""

    number: str
    title: Sayable
    priority: str
    began: datetime
    detected: datetime
    lines: Sequence[Line]
    acknowledged: datetime | None = None
    recovered: datetime | None = None
    resolve_by: datetime | None = None
    services: tuple[Sayable, ...] = ()
    zone: tzinfo = UTC
    # Fields of its sheet that say what it meant for users, with their labels.
    impact: tuple[tuple[Sayable, Sayable], ...] = ()


# The first of each of these is a turn of the story; everything else is on the incident's own page.
_TOLD_ONCE = ("notice.sent", "escalation.step", "matter.acknowledged", "alert.acknowledged")
_TOLD_ALWAYS = (
    *("probe.went-down", "probe.degraded", "probe.came-back", "service.went-down", "service.degraded"),
    *("service.came-back", "alert.fired", "alert.resolved", "clock.broke", "service.deployed", "plan.took-effect"),
    *(
        "record.opened",
        "record.moved",
        "record.closed",
        "record.priority",
        "record.failed",
        "record.reopened",
        "incident.",
    ),
)
MOST_LINES = 120


def draft(known: Known) -> dict[Part, tuple[Sentence, ...]]:
    """Draft the parts that can be drafted from what is written down; the others stay empty, to be written."""
    turns = list(_turns(known.lines))
    return {
        "summary": tuple(_summary(known)),
        "impact": tuple(_impact(known)),
        "timeline": tuple(Sentence(_packed_line(line), line.id, line.at) for line in turns),
        "causes": (),
        "well": tuple(_well(known)),
        "actions": (),
    }


def _turns(lines: Iterable[Line]) -> Iterable[Line]:
    once: set[str] = set()
    told = 0
    for line in sorted(lines, key=lambda one: (one.at, one.place or 0)):
        if told >= MOST_LINES:
            return
        if line.what.startswith(_TOLD_ONCE):
            if line.what in once:
                continue
            once.add(line.what)
        elif not line.what.startswith(_TOLD_ALWAYS):
            continue
        told += 1
        yield line


def _packed_line(line: Line) -> dict[str, str]:
    return {"text": {"fr": line.say("fr"), "en": line.say("en")}}  # type: ignore[dict-item]


def _first(known: Known, *whats: str) -> Line | None:
    found = [line for line in known.lines if line.what.startswith(whats)]
    return min(found, key=lambda line: line.at, default=None)


def _last(known: Known, *whats: str) -> Line | None:
    found = [line for line in known.lines if line.what.startswith(whats)]
    return max(found, key=lambda line: line.at, default=None)


def _resting(line: Line | None) -> str | None:
    return line.id if line else None


def _summary(known: Known) -> Iterable[Sentence]:
    first = _first(known, "probe.", "service.", "alert.fired", "record.opened")
    yield Sentence(
        pack(msg("{title} began at {began}.", title=known.title, began=_clock(known, known.began))),
        _resting(first),
        known.began,
    )
    opened = _first(known, "alert.fired", "record.opened")
    delay = say_duration(max(known.detected - known.began, known.detected - known.detected))
    yield Sentence(
        pack(msg("It was noticed at {at}, {delay} later.", at=_clock(known, known.detected), delay=delay)),
        _resting(opened),
        known.detected,
    )
    if known.acknowledged is not None:
        taken = _first(known, "matter.acknowledged", "alert.acknowledged", "record.acknowledged")
        span = say_duration(known.acknowledged - known.detected)
        yield Sentence(
            pack(
                msg(
                    "Somebody had it at {at}, {delay} after it was noticed.",
                    at=_clock(known, known.acknowledged),
                    delay=span,
                )
            ),
            _resting(taken),
            known.acknowledged,
        )
    if known.recovered is not None:
        back = _last(known, "service.came-back", "probe.came-back", "alert.resolved", "record.moved", "record.closed")
        span = say_duration(known.recovered - known.began)
        yield Sentence(
            pack(msg("It worked again at {at}, {span} after it began.", at=_clock(known, known.recovered), span=span)),
            _resting(back),
            known.recovered,
        )


def _impact(known: Known) -> Iterable[Sentence]:
    for label, value in known.impact:
        written = _last(known, "record.written", "record.opened")
        yield Sentence(pack(msg("{label}: {value}", label=label, value=value)), _resting(written))
    if known.services:
        first = _first(known, "service.", "alert.fired", "record.opened")
        services = together(known.services)
        yield Sentence(pack(msg("Services touched: {services}.", services=services)), _resting(first))


def _well(known: Known) -> Iterable[Sentence]:
    if known.recovered and known.resolve_by and known.recovered <= known.resolve_by:
        back = _last(known, "service.came-back", "alert.resolved", "record.closed", "record.moved")
        left = say_duration(known.resolve_by - known.recovered)
        yield Sentence(pack(msg("It was over {left} before its time to resolve was up.", left=left)), _resting(back))


def _clock(known: Known, instant: datetime) -> str:
    return f"{instant.astimezone(known.zone):%Y-%m-%d %H:%M}"
