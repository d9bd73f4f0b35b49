"""How instants, durations, numbers and shares are set, in French and English typography."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from math import floor, isfinite, log10
from typing import NamedTuple

from babel import Locale
from markupsafe import Markup, escape

from bosco.kit.words import Language, Message, msg, translate
from bosco.web.reader import Reader, reader

NOTHING = "—"
NO_BREAK = "\u00a0"
THIN = "\u202f"  # the narrow space that French puts before a unit, and that never breaks
LOCALES: dict[Language, str] = {"fr": "fr_FR", "en": "en_GB"}
# Set by hand rather than by a library's pattern language: a page of seven hundred probes sets thousands of them.
_PATTERNS: dict[str, dict[Language, str]] = {
    "full": {
        "fr": "{weekday} {day} {month} {year} à {clock}:{second} UTC{offset}",
        "en": "{weekday} {day} {month} {year}, {clock}:{second} UTC{offset}",
    },
    "minute": {"fr": "{weekday} {day} {month} à {clock}", "en": "{weekday} {day} {month}, {clock}"},
    "clock": {"fr": "{clock}", "en": "{clock}"},
    "second": {"fr": "{clock}:{second}", "en": "{clock}:{second}"},
    "day": {"fr": "{day} {month} {year}", "en": "{day} {month} {year}"},
    "month": {"fr": "{long_month} {year}", "en": "{long_month} {year}"},
}
NOW = msg("now")
AGO = msg("{span} ago", span="")
AHEAD = msg("in {span}", span="")
_DAYS = msg("d")
RELATIVE: tuple[tuple[int, Message], ...] = (
    (1, msg("s")),
    (60, msg("min")),
    (3600, msg("h")),
    (86400, _DAYS),
    (30 * 86400, msg("mo")),
    (365 * 86400, msg("y")),
)
_UNITS: tuple[tuple[int, Message], ...] = tuple(reversed(RELATIVE[:4]))


class _Names(NamedTuple):
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    long_months: tuple[str, ...]


@lru_cache(8)
def _names(language: Language) -> _Names:
    locale = Locale.parse(LOCALES[language])
    weekdays, months = locale.days["format"]["abbreviated"], locale.months["format"]
    numbers = range(1, 13)
    return _Names(
        tuple(weekdays[number] for number in range(7)),
        tuple(months["abbreviated"][number] for number in numbers),
        tuple(months["wide"][number] for number in numbers),
    )


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def instant_text(at: datetime, how: str = "full", whom: Reader | None = None) -> str:
    """Return the instant as words in the reader's time zone."""
    whom = whom or reader()
    local = _aware(at).astimezone(whom.zone)
    offset = local.strftime("%z")
    return _PATTERNS[how][whom.language].format(
        **_day_words(local, whom.language),
        clock=f"{local.hour:02}:{local.minute:02}",
        second=f"{local.second:02}",
        offset=f"{offset[:3]}:{offset[3:5]}",
    )


def _day_words(on: date, language: Language) -> dict[str, object]:
    names = _names(language)
    return {
        "weekday": names.weekdays[on.weekday()],
        "day": "1er" if on.day == 1 and language == "fr" else on.day,
        "month": names.months[on.month - 1],
        "long_month": names.long_months[on.month - 1],
        "year": on.year,
    }


def relative_text(at: datetime, whom: Reader | None = None) -> str:
    """Return how long ago, or in how long, by the largest unit that still tells something."""
    whom = whom or reader()
    gap = (_aware(at) - whom.now).total_seconds()
    if abs(gap) < 5:
        return translate(NOW.text, whom.language)
    seconds = abs(gap)
    size, unit = next((one for one in reversed(RELATIVE) if seconds >= one[0] * 1.5), RELATIVE[0])
    span = f"{round(seconds / size)}{NO_BREAK}{unit.say(whom.language)}"
    pattern = AGO if gap < 0 else AHEAD
    return translate(pattern.text, whom.language).format(span=span)


def _time(at: datetime, text: str, kind: str) -> Markup:
    stamp = _aware(at).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    live = " data-relative" if kind == "when" else ""
    # Nothing in it was typed by anybody: names of months, digits, and our own words.
    return Markup(f'<time datetime="{stamp}" title="{instant_text(at)}"{live}>{text}</time>')  # noqa: S704


def when(at: datetime | None) -> Markup:
    """Set an instant as “5 min ago”, with the exact instant beneath."""
    return _time(at, relative_text(at), "when") if at else escape(NOTHING)


def instant(at: datetime | None, how: str = "minute") -> Markup:
    """Set an instant by the calendar: `full`, `minute`, `clock`, `second`, `day` or `month`."""
    return _time(at, instant_text(at, how), how) if at else escape(NOTHING)


def day(on: date | datetime | None, how: str = "day") -> str:
    """Set a day of the calendar, or its `month`."""
    if on is None:
        return NOTHING
    if isinstance(on, datetime):
        return instant_text(on, how)
    language = reader().language
    return _PATTERNS[how][language].format(**_day_words(on, language))


def duration(span: timedelta | float | None, parts: int = 2) -> str:
    """Set a duration by its largest units: `3 h 36 min`, `45 s`, `120 ms`."""
    if span is None:
        return NOTHING
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    language = reader().language
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    if seconds < 10:
        return sign + _short_span(seconds)
    left, said = round(seconds), []
    for size, name in _UNITS:
        count, rest = divmod(left, size)
        if count:
            said.append(f"{count}{NO_BREAK}{name.say(language)}")
        # Units that no longer matter beside the first are dropped with the rest.
        if len(said) == parts or (said and not count):
            break
        left = rest
    return sign + " ".join(said)


def _short_span(seconds: float) -> str:
    if seconds == 0:
        return f"0{NO_BREAK}s"
    if seconds < 0.001:
        return f"{number(seconds * 1_000_000, 0)}{NO_BREAK}µs"
    if seconds < 1:
        return f"{number(seconds * 1000, 1 if seconds < 0.01 else 0)}{NO_BREAK}ms"
    return f"{number(seconds, 1)}{NO_BREAK}s"


def number(value: float | Decimal | None, digits: int = 2) -> str:
    """Set a number with at most that many decimals."""
    if value is None or not isfinite(value):
        return NOTHING
    text = f"{value:,.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    sign = "−" if text.startswith("-") and text.strip("-0.,") else ""
    return sign + text.lstrip("-").translate(_MARKS[reader().language])


_MARKS: dict[Language, dict[int, str]] = {"fr": str.maketrans({",": THIN, ".": ","}), "en": {}}


def figure(value: float | None) -> str:
    """Set a measured value with six digits that count, however large or small it is."""
    if value is None or not isfinite(value):
        return NOTHING
    size = abs(value)
    if size and (size < 1e-6 or size >= 1e15):
        return f"{value:.4g}".replace("-", "−")
    return number(value, max(0, min(9, 5 - floor(log10(size)))) if size else 0)


def percent(share: float | Decimal | None, digits: int = 2) -> str:
    """Set a share of 1 as a percentage; what is not quite all never shows as 100 %, nor what is not nothing as 0 %."""
    if share is None:
        return NOTHING
    exact = Decimal(str(share)) * 100
    step = Decimal(1).scaleb(-digits)
    shown = exact.quantize(step, ROUND_HALF_EVEN)
    if shown >= 100 > exact:
        shown = exact.quantize(step, ROUND_FLOOR)
    text = number(shown, digits)
    if shown == 0 < exact:
        text = f"<{THIN}{number(step, digits)}"
    return f"{text}{THIN}%" if reader().language == "fr" else f"{text}%"


def size(octets: float | None) -> str:
    """Set a size in decimal units."""
    if octets is None:
        return NOTHING
    french = reader().language == "fr"
    letter = "o" if french else "B"
    amount, prefix = float(octets), ""
    for prefix in ("", "k", "M", "G", "T"):  # noqa: B007 - the last one stands for everything larger
        if abs(amount) < 999.5:
            break
        amount /= 1000
    else:
        amount *= 1000
    return f"{number(amount, 0 if not prefix or amount >= 100 else 1)}{NO_BREAK}{prefix}{letter}"


def plain(value: object) -> Markup:
    """Set text that may be missing."""
    return escape(NOTHING) if value is None or value == "" else escape(value)


FILTERS = {
    "when": when,
    "instant": instant,
    "day": day,
    "duration": duration,
    "number": number,
    "figure": figure,
    "percent": percent,
    "size": size,
    "plain": plain,
}
