"""Small drawings that need no script: uptime bars, lines in a tile, meters, and the table behind a chart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from markupsafe import Markup, escape

from bosco.kit.words import Sayable, msg, say
from bosco.web.reader import reader
from bosco.web.typeset import NOTHING, instant_text, number

# Trouble stands out by its height too, never by its colour alone.
_BARS = {
    "ok": (9, 14),
    "degraded": (4, 24),
    "critical": (0, 32),
    "unknown": (9, 14),
    "maintenance": (12, 8),
    "muted": (14, 4),
}
_BAR_TONE = {"maintenance": "info"}
_INSTANT = msg("Instant")
MOST_POINTS = 120
MOST_ROWS = 60


@dataclass(frozen=True)
class Bar:
    """One step of uptime bars: `ok`, `degraded`, `critical`, `unknown`, `maintenance` or `muted`, and what it says."""

    tone: str
    says: Sayable = ""
    # The tone of a mark below it: something happened on that day.
    mark: str | None = None


def uptime_svg(days: Sequence[Bar], label: Sayable) -> Markup:
    """Draw one bar for each day, oldest first; each tells itself under the pointer."""
    language = reader().language
    drawn: list[str] = []
    silent: dict[str, str] = {}
    for at, bar in enumerate(days):
        top, height = _BARS.get(bar.tone, _BARS["muted"])
        tone = escape(_BAR_TONE.get(bar.tone, bar.tone))
        if not bar.says and not bar.mark:
            # What says nothing needs no part of its own: a list of many services stays light.
            silent[tone] = f"{silent.get(tone, '')}M{at * 4} {top}h3v{height}h-3z"
            continue
        told = f"<title>{escape(say(bar.says, language))}</title>" if bar.says else ""
        drawn.append(f'<rect class="{tone}" x="{at * 4}" y="{top}" width="3" height="{height}" rx="1">{told}</rect>')
        if bar.mark:
            drawn.append(
                f'<rect class="{escape(bar.mark)}" x="{at * 4}" y="35" width="3" height="3" rx="1">{told}</rect>'
            )
    drawn += [f'<path class="{tone}" d="{path}"/>' for tone, path in silent.items()]
    height = 38 if any(bar.mark for bar in days) else 32
    return Markup(
        '<svg class="uptime" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(max(1, len(days) * 4 - 1), height, say(label, language), _safe("".join(drawn)))


def spark(values: Sequence[float | None], tone: str | None = None) -> Markup:
    """Draw values as a line without scales; a hole in the values is a hole in the line."""
    step = max(1, -(-len(values) // MOST_POINTS))
    kept = [_mean(values[at : at + step]) for at in range(0, len(values), step)]
    known = [value for value in kept if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    line, area = "", ""
    for run in _runs(kept):
        points = [f"{x},{round(28 - (value - low) / span * 26, 1)}" for x, value in run]
        line += "M" + "L".join(points)
        area += f"M{run[0][0]},32L" + "L".join(points) + f"L{run[-1][0]},32Z"
    return Markup(
        '<svg class="spark {}" viewBox="0 0 {} 32" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="area" d="{}"/><path d="{}"/></svg>'
    ).format(tone or "", len(kept) - 1, area, line)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = []
    joined = False
    for x, value in enumerate(values):
        if value is None:
            joined = False
        elif joined:
            runs[-1].append((x, value))
        else:
            runs.append([(x, value)])
            joined = True
    return runs


def meter_svg(used: float, allowed: float, label: Sayable) -> Markup:
    """Draw how much of what is allowed has been used; beyond it, a line shows where the end was."""
    whole = max(used, allowed, 1e-9)
    end = (
        Markup('<line x1="{0}%" x2="{0}%" y1="0" y2="8"/>').format(round(allowed / whole * 100, 2))
        if used > allowed
        else ""
    )
    words = f"{say(label, reader().language)}: {number(used)} / {number(allowed)}"
    return Markup('<svg role="img" aria-label="{}"><rect width="{}%" height="8"/>{}</svg>').format(
        words, round(max(0.0, used) / whole * 100, 2), end
    )


def chart_json(data: Mapping[str, Any]) -> Markup:
    """Return a chart's data as JSON that is safe inside a page; names are said in the reader's language."""
    text = json.dumps(_told(data), separators=(",", ":"), allow_nan=False)
    return _safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _told(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(one) for one in value]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, float):
        return float(f"{value:.6g}") if isfinite(value) else None
    return say(value, reader().language)


def chart_table(data: Mapping[str, Any]) -> Markup:
    """Set a chart's values as a table, evenly thinned out when there are many."""
    language = reader().language
    instants: Sequence[Any] = data.get("at", ())
    series: Sequence[Mapping[str, Any]] = data.get("series", ())
    unit = say(data.get("unit", ""), language)
    step = max(1, -(-len(instants) // MOST_ROWS))
    head = Markup("").join(
        Markup('<th scope="col" class="number">{}{}</th>').format(
            say(one["name"], language), f" ({unit})" if unit else ""
        )
        for one in series
    )
    rows = []
    for at in range(0, len(instants), step):
        cells = Markup("").join(Markup('<td class="number">{}</td>').format(_cell(one["values"][at])) for one in series)
        rows.append(Markup('<tr><th scope="row">{}</th>{}</tr>').format(_instant(instants[at]), cells))
    return Markup(
        '<table class="table"><thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(_INSTANT.say(language), head, Markup("").join(rows))


def _cell(value: float | None) -> str:
    return NOTHING if value is None else number(value)


def _instant(at: Any) -> str:
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return instant_text(moment, "minute")


def _safe(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - every value in it has been escaped where it was put in


DRAWINGS = {"uptime_svg": uptime_svg, "spark": spark, "meter_svg": meter_svg, "chart_table": chart_table}
