"""A probe's answers as charts: how fast they came, what each phase took, and the stretches in which it was not well."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from bosco.kit.words import Message, msg
from bosco.probes.chart import Series
from bosco.probes.rollup import PHASES
from bosco.services.intervals import Interval
from bosco.services.marks import Mark
from bosco.web.states import STATES

POINTS = 300
SHORTEST = timedelta(minutes=5)
MOST_MARKERS = 60
# Names stand beside markers as long as they are few and far enough apart to be read.
MOST_NAMED = 6
APART = 0.15
PHASE_NAMES: dict[str, Message] = {
    "dns": msg("Name lookup"),
    "connect": msg("Connection"),
    "tls": msg("Encryption"),
    "first_byte": msg("First byte"),
    "body": msg("Content"),
}
PHASE_TONES = {"dns": "violet", "connect": "green", "tls": "orange", "first_byte": "blue", "body": "grey"}
_OTHER_TONES = ("violet", "green", "orange", "blue", "grey", "amber")
_MARKS = {"down": "red", "degraded": "amber", "unknown": "violet"}
# Points further apart than this many steps have a hole between them.
_HOLE = 1.9

Chart = dict[str, Any]


def chart_start(since: datetime, states: Sequence[Interval], now: datetime) -> datetime:
    """Return where a chart begins: no earlier than what is watched, so that its first minutes fill it."""
    watched = states[0].start if states else since
    return max(since, min(watched, now - SHORTEST))


def first_point(series: Series) -> datetime:
    """Return where a chart's line begins; what was before it has no place on the chart."""
    return max(series.since, datetime.fromtimestamp(series.at[0], UTC)) if series.at else series.since


def answer_chart(series: Series, every: timedelta, markers: list[Chart]) -> Chart:
    """Return the chart of how fast it answered."""
    names = {"mean": msg("On average"), "p95": msg("95% within")}
    columns = {name: getattr(series, name) for name in names}
    at, filled = with_holes(series.at, columns, hole_after(series, every))
    shown = [
        {"name": names[name], "values": filled[name], "tone": tone}
        for name, tone in (("mean", "blue"), ("p95", "amber"))
    ]
    return {"unit": "ms", "at": at, "series": shown, "markers": markers, "from": 0}


def phase_chart(series: Series, every: timedelta, markers: list[Chart]) -> Chart | None:
    """Return the chart of what each phase took; None for a kind that has no phases."""
    columns = {name: series.phases[name] for name in PHASES if name in series.phases}
    if not columns:
        return None
    at, filled = with_holes(series.at, columns, hole_after(series, every))
    shown = [{"name": PHASE_NAMES[name], "values": filled[name], "tone": PHASE_TONES[name]} for name in columns]
    return {"unit": "ms", "at": at, "series": shown, "markers": markers, "from": 0}


def hole_after(series: Series, every: timedelta) -> float:
    """Return how many seconds may lie between two points before a look is missing between them."""
    return max(series.step, every).total_seconds() * _HOLE


def with_holes(
    at: list[float], columns: Mapping[str, list[float | None]], most: float
) -> tuple[list[int], dict[str, list[float | None]]]:
    """Return the points with an empty one put wherever there was no look, so that no line is drawn across."""
    instants: list[int] = []
    filled: dict[str, list[float | None]] = {name: [] for name in columns}
    for place, instant in enumerate(at):
        if instants and instant - instants[-1] > most:
            instants.append(round((instant + instants[-1]) / 2))
            for values in filled.values():
                values.append(None)
        # Whole seconds: a chart's other numbers are told with six digits.
        instants.append(round(instant))
        for name, values in filled.items():
            values.append(columns[name][place])
    return instants, filled


def state_markers(
    intervals: Iterable[Interval], since: datetime, until: datetime, marks: Sequence[Mark] = ()
) -> list[Chart]:
    """Return the stretches in which it was not well, and what touched it; named while there is room for names."""
    happened = [one for one in marks if one.at < until and (one.until or one.at) >= since][-MOST_MARKERS:]
    told = [(_marker(one.at, one.until, one.tone, since, until), one.short or one.says) for one in happened]
    bad = [one for one in intervals if one.state in _MARKS and (one.end or until) > since][-MOST_MARKERS:]
    states = [
        (_marker(one.start, one.end or until, _MARKS[one.state], since, until), STATES[one.state][1]) for one in bad
    ]
    # What happened is named before how it was, for that is what a reader does not see at once.
    _name([*told, *(states if len(states) <= MOST_NAMED else ())], (until - since) * APART)
    return sorted((one for one, _ in [*told, *states]), key=lambda one: one["at"])


def _marker(at: datetime, end: datetime | None, tone: str, since: datetime, until: datetime) -> Chart:
    lasts = {} if end is None else {"until": min(end, until)}
    return {"at": max(at, since), **lasts, "tone": tone}


def _name(told: Sequence[tuple[Chart, object]], apart: timedelta) -> None:
    named: list[datetime] = []
    for one, says in told:
        if len(named) < MOST_NAMED and all(abs(one["at"] - other) > apart for other in named):
            one["says"] = says
            named.append(one["at"])


def phase_shares(phases: Mapping[str, timedelta]) -> list[tuple[Message | str, str, timedelta]]:
    """Return each phase of one look with its name and tone."""
    return [
        (PHASE_NAMES.get(name, name), PHASE_TONES.get(name, _OTHER_TONES[place % len(_OTHER_TONES)]), span)
        for place, (name, span) in enumerate(phases.items())
    ]


def phase_bar(phases: Mapping[str, timedelta]) -> Markup:
    """Draw what part of one look each phase took."""
    total = sum((span.total_seconds() for span in phases.values()), 0.0)
    drawn, left = [], 0.0
    for _, tone, span in phase_shares(phases):
        width = 100 * span.total_seconds() / total if total else 0.0
        drawn.append(
            Markup('<rect class="{}" x="{}%" width="{}%" height="10"/>').format(tone, round(left, 2), round(width, 2))
        )
        left += width
    return Markup('<svg class="phases" aria-hidden="true" focusable="false">{}</svg>').format(Markup("").join(drawn))
