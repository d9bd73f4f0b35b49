"""Durations, percentages, sizes, rates and numbers with units: read as people type them, written back, converted."""

import re
from dataclasses import dataclass
from datetime import timedelta

from bosco.kit.numbers import NO_BREAK_SPACE, NUMBER, SPACES, Unreadable, read_number, say_number, write_number
from bosco.kit.words import Text, msg

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
LONGEST = timedelta(days=365 * 100)

# A month is 30 days and a year 365: these durations bound waits and retention; calendars count real months.
_SPANS: dict[timedelta, tuple[str, ...]] = {
    timedelta(microseconds=1): ("us", "µs", "μs", "microsecond", "microseconds", "microseconde", "microsecondes"),
    timedelta(milliseconds=1): ("ms", "millisecond", "milliseconds", "milliseconde", "millisecondes"),
    timedelta(seconds=1): ("s", "sec", "secs", "second", "seconds", "seconde", "secondes"),
    timedelta(minutes=1): ("m", "min", "mins", "mn", "minute", "minutes"),
    timedelta(hours=1): ("h", "hr", "hrs", "hour", "hours", "heure", "heures"),
    _DAY: ("d", "j", "day", "days", "jour", "jours"),
    timedelta(days=7): ("w", "wk", "sem", "week", "weeks", "semaine", "semaines"),
    timedelta(days=30): ("mo", "month", "months", "mois"),
    timedelta(days=365): ("y", "yr", "yrs", "a", "an", "ans", "year", "years", "année", "années", "annee", "annees"),
}
SPAN_OF = {word: span for span, words in _SPANS.items() for word in words}

_SIZES: dict[int, tuple[str, ...]] = {
    1: ("b", "byte", "bytes", "o", "octet", "octets"),
    1000: ("kb", "ko"),
    1000**2: ("mb", "mo"),
    1000**3: ("gb", "go"),
    1000**4: ("tb", "to"),
    1024: ("kib", "kio"),
    1024**2: ("mib", "mio"),
    1024**3: ("gib", "gio"),
    1024**4: ("tib", "tio"),
}
_SIZE_OF = {word: size for size, words in _SIZES.items() for word in words}

_WORD = r"[^\W\d_]+"
_AMOUNT = re.compile(rf"({NUMBER})[{SPACES}]*({_WORD})?")
_JOINT = re.compile(rf"[{SPACES}]+(?:and|et)[{SPACES}]+|,[{SPACES}]+|[{SPACES}]*")
_RATE = re.compile(
    rf"({NUMBER})[{SPACES}]*({_WORD})?[{SPACES}]*(?:/|\bper\b|\bpar\b)[{SPACES}]*({NUMBER})?[{SPACES}]*({_WORD})"
)
_NUMBER_AND_UNIT = re.compile(rf"({NUMBER})[{SPACES}]*(\S.*)?")


def read_duration(value: str | float | timedelta) -> timedelta:
    """Return the duration written as `30s`, `3h 36min`, `1h30`, `24 hours`, `2 ans`, `7j`."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    span = _spans_of(text)
    if span is None:
        raise Unreadable(
            msg("“{text}” is not a duration", text=_shown(text)),
            expected=msg("a duration such as 30s, 5m, 2h, 3d, 1w or 1mo"),
        )
    return span


def _spans_of(text: str) -> timedelta | None:
    """Return the sum of the amounts that the text lists, the largest unit first; None if it is anything else."""
    total, at, last = timedelta(0), 0, timedelta.max
    while found := _AMOUNT.match(text, at):
        unit = _unit_of(found[2], last, text)
        amount = read_number(found[1])
        if unit is None or unit >= last or amount < 0:
            return None
        if amount * unit.total_seconds() > LONGEST.total_seconds():
            raise Unreadable(msg("“{text}” is longer than a hundred years", text=_shown(text)))
        # Whole microseconds, so that 0.1s is exactly 100ms.
        total += round(amount * (unit / _MICROSECOND)) * _MICROSECOND
        if found.end() == len(text):
            return total
        joint = _JOINT.match(text, found.end())
        at, last = joint.end() if joint else found.end(), unit
    return None


def _unit_of(word: str | None, last: timedelta, text: str) -> timedelta | None:
    if word:
        return SPAN_OF.get(word.casefold())
    if last == timedelta(hours=1):
        return timedelta(minutes=1)  # 1h30, as French writes it
    if not text.strip("0.,+ "):
        return timedelta(seconds=1)  # nothing needs no unit
    if re.fullmatch(NUMBER, text):
        raise _unitless(text)
    return None


def _unitless(text: str) -> Unreadable:
    return Unreadable(
        msg("{text} says no unit of time", text=_shown(text)),
        msg("write {first} for seconds or {second} for minutes", first=f"{text}s", second=f"{text}m"),
    )


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


_WRITTEN: tuple[tuple[timedelta, str, str, str], ...] = (
    (timedelta(days=365), "y", "an", "y"),
    (_DAY, "d", "j", "d"),
    (timedelta(hours=1), "h", "h", "h"),
    (timedelta(minutes=1), "m", "min", "min"),
    (timedelta(seconds=1), "s", "s", "s"),
    (timedelta(milliseconds=1), "ms", "ms", "ms"),
    (_MICROSECOND, "us", "µs", "µs"),
)


def _parts(span: timedelta) -> list[tuple[int, str, str, str]]:
    """Return the duration in whole units, the largest first; years only when nothing is left over."""
    hours = span // timedelta(hours=1)
    if hours in (24, 48, 72) and span == timedelta(hours=hours):
        return [(hours, "h", "h", "h")]  # deadlines are told in hours
    found = []
    for unit, written, french, english in _WRITTEN:
        if written == "y" and span % unit:
            continue
        count, span = divmod(span, unit)
        if count:
            found.append((count, written, french, english))
    return found


def write_duration(span: timedelta) -> str:
    """Return the duration as the plan writes it: `3h36m`; reading it again gives the same."""
    return "".join(f"{count}{written}" for count, written, _, _ in _parts(span)) or "0s"


def say_duration(span: timedelta) -> Text:
    """Return the duration for a reader: 3 h 36 min; 2 j 4 h in French, 2 d 4 h in English."""
    if span < timedelta(0):
        inner = say_duration(-span)
        return Text({language: f"-{text}" for language, text in inner.texts.items()})
    french, english = [], []
    for count, _, fr, en in _parts(span):
        french.append(f"{count}{NO_BREAK_SPACE}{fr}{'s' if fr == 'an' and count > 1 else ''}")
        english.append(f"{count}{NO_BREAK_SPACE}{en}")
    nothing = f"0{NO_BREAK_SPACE}s"
    return Text({"fr": " ".join(french) or nothing, "en": " ".join(english) or nothing})


def read_percentage(value: str | float) -> float:
    """Return the percentage written as `99.95%` or `99,95 %`, between 0 and 100; a bare `99.9` is understood."""
    text = str(value).strip()
    bare = text.removesuffix("%").rstrip(SPACES)
    number = read_number(bare if isinstance(value, str) else value)
    if not text.endswith("%") and number <= 1:
        raise Unreadable(
            msg("{text} may be a share or a percentage", text=text),
            msg(
                "write it with its sign: {first}, or {second}",
                first=f"{bare}%",
                second=f"{write_number(number * 100)}%",
            ),
        )
    if not 0 <= number <= 100:
        raise Unreadable(msg("{text} is not between 0% and 100%", text=text))
    return number


def write_percentage(percentage: float) -> str:
    """Return the percentage as the plan writes it: `99.95%`."""
    return f"{write_number(percentage)}%"


def say_percentage(percentage: float, places: int = 3) -> Text:
    """Return the percentage for a reader: 99.95% in English, 99,95 % in French."""
    said = say_number(percentage, places).texts
    return Text({"fr": f"{said['fr']}{NO_BREAK_SPACE}%", "en": f"{said['en']}%"})


def read_size(value: str | float) -> int:
    """Return the bytes of `800KB`, `2.8 MB`, `4 Go`, `512MiB`; KB is 1000 bytes, KiB 1024."""
    text = str(value).strip()
    found = _NUMBER_AND_UNIT.fullmatch(text)
    unit = _SIZE_OF.get((found[2] or "").strip().casefold()) if found else None
    if found and not found[2] and read_number(found[1]) == 0:
        return 0
    if found is None or unit is None or text.startswith("-"):
        raise Unreadable(
            msg("“{text}” is not a size", text=_shown(text)), expected=msg("a size such as 800KB, 2MB or 1GiB")
        )
    size = read_number(found[1]) * unit
    if size > 1e18:
        raise Unreadable(msg("{text} is too large a size", text=_shown(text)))
    return round(size)


def write_size(size: int) -> str:
    """Return the size as the plan writes it, the shortest way: `800KB`, `1GiB`."""
    ways = [f"{size}B"]
    for power, letter in enumerate("KMGT", 1):
        ways += [f"{size // 1000**power}{letter}B"] if size and size % 1000**power == 0 else []
        ways += [f"{size // 1024**power}{letter}iB"] if size and size % 1024**power == 0 else []
    return min(ways, key=len)


def say_size(size: float) -> Text:
    """Return the size for a reader: 1.5 MB in English, 1,5 Mo in French."""
    for factor, letter in ((1000**4, "T"), (1000**3, "G"), (1000**2, "M"), (1000, "k")):
        if abs(size) >= factor:
            said = say_number(size / factor, 1).texts
            english = "KB" if letter == "k" else f"{letter}B"
            return Text(
                {"fr": f"{said['fr']}{NO_BREAK_SPACE}{letter}o", "en": f"{said['en']}{NO_BREAK_SPACE}{english}"}
            )
    said = say_number(size, 0).texts
    return Text({"fr": f"{said['fr']}{NO_BREAK_SPACE}o", "en": f"{said['en']}{NO_BREAK_SPACE}B"})


@dataclass(frozen=True)
class Rate:
    """So many in so long: `50/min`."""

    count: float
    per: timedelta

    @property
    def each_second(self) -> float:
        """Return how many that is in a second."""
        return self.count / self.per.total_seconds()

    def __str__(self) -> str:
        return write_rate(self)

    def say(self, language: str) -> str:
        """Return it for a reader."""
        return f"{say_number(self.count).texts['fr' if language == 'fr' else 'en']}/{_per(self.per)}"


def read_rate(value: "str | Rate") -> Rate:
    """Return the rate written as `50/min`, `10 per hour`, `5 par jour`, `100 req/s`, `3/10m`."""
    if isinstance(value, Rate):
        return value
    text = str(value).strip()
    found = _RATE.fullmatch(text)
    per = SPAN_OF.get(found[4].casefold()) if found else None
    times = read_number(found[3]) if found and found[3] else 1.0
    if found is None or per is None or text.startswith("-") or times <= 0:
        raise Unreadable(
            msg("“{text}” is not a rate", text=_shown(text)), expected=msg("a rate such as 50/min or 10/h")
        )
    per = (
        round(times * (per / _MICROSECOND)) * _MICROSECOND
        if times * per.total_seconds() < LONGEST.total_seconds()
        else LONGEST
    )
    return Rate(read_number(found[1]), per)


def _per(span: timedelta) -> str:
    # A month and a week are 30 and 7 days here, and read again as such.
    names = {timedelta(minutes=1): "min", timedelta(days=7): "w", timedelta(days=30): "mo"}
    if span in names:
        return names[span]
    (count, written, _, _), *more = _parts(span)
    if more:
        return f"{span // _MICROSECOND}us"
    return written if count == 1 else f"{count}{written}"


def write_rate(rate: Rate) -> str:
    """Return the rate as the plan writes it: `50/min`."""
    return f"{write_number(rate.count)}/{_per(rate.per)}"


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, as written; `base` makes two of them comparable."""

    value: float
    unit: str = ""

    @property
    def kind(self) -> str:
        """Return what the unit counts: time, size, share, rate, or the unit itself when it is nobody's but its own."""
        return base_of(self.unit)[0]

    @property
    def base(self) -> float:
        """Return the value in the base unit of its kind: seconds, bytes, per cent, per second."""
        return self.value * base_of(self.unit)[1]

    def to(self, unit: str) -> "Quantity":
        """Return the same quantity in another unit of its kind."""
        return Quantity(convert(self.value, self.unit, unit), unit)

    def __str__(self) -> str:
        return f"{write_number(self.value)}{'' if len(self.unit) < 3 or self.unit.startswith('/') else ' '}{self.unit}"

    def say(self, language: str) -> str:
        """Return it for a reader, its number written in that language."""
        # A thousandth of a millisecond helps nobody; a hundredth of a per cent may be the whole promise.
        fine = self.kind in ("time", "size") and abs(self.value) >= 100
        number = say_number(self.value, 0 if fine else 3).texts["fr" if language == "fr" else "en"]
        tight = not self.unit or self.unit.startswith("/") or (language == "en" and self.unit == "%")
        return f"{number}{'' if tight else NO_BREAK_SPACE}{self.unit}"


def base_of(unit: str) -> tuple[str, float]:
    """Return the kind of a unit and how many base units it is."""
    word = unit.strip().casefold()
    if word in ("", "%"):
        return ("share", 1.0) if word else ("number", 1.0)
    if word in SPAN_OF:
        return "time", SPAN_OF[word].total_seconds()
    if word in _SIZE_OF:
        return "size", float(_SIZE_OF[word])
    counted, slash, per = word.rpartition("/")
    if slash and per.strip() in SPAN_OF:
        inner, factor = base_of(counted) if counted.strip() in _SIZE_OF else ("rate", 1.0)
        return ("flow" if inner == "size" else "rate"), factor / SPAN_OF[per.strip()].total_seconds()
    return word, 1.0


def convert(value: float, unit: str, into: str) -> float:
    """Return the value in another unit of the same kind; a bare number takes any unit as it is."""
    (kind, factor), (wanted, wanted_factor) = base_of(unit), base_of(into)
    # There and back by way of the base unit may lose a last digit.
    if unit == into or "number" in (kind, wanted):
        return value
    if kind != wanted:
        raise Unreadable(msg("{unit} cannot be compared with {other}", unit=unit, other=into))
    return value * factor / wanted_factor


def read_quantity(value: str | float) -> Quantity:
    """Return the number and unit of `70%`, `1000ms`, `50/min`, `800KB`, `12`, `3 users`."""
    text = str(value).strip()
    found = _NUMBER_AND_UNIT.fullmatch(text)
    if found is None:
        return Quantity(read_number(text))
    unit = " ".join((found[2] or "").split())
    if unit and not re.match(r"[^\W\d_]|[%/°$€£]", unit):
        raise Unreadable(msg("“{text}” is not a number with a unit", text=_shown(text)))
    if re.fullmatch(r"(?i)e[+-]?\d+", unit) or (
        found[1].startswith("0") and len(found[1]) > 1 and found[1][1].isdigit()
    ):
        return Quantity(read_number(text))
    return Quantity(read_number(found[1]), re.sub(r"\s*(?:/|\bper\b|\bpar\b)\s*", "/", unit))
