"""The words that every section is made of: durations, percentages, texts, addresses, names; typed for Pydantic."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, PlainSerializer
from pydantic_core import CoreSchema, core_schema

from bosco.kit.numbers import Unreadable, write_number
from bosco.kit.units import (
    Quantity,
    Rate,
    read_duration,
    read_percentage,
    read_quantity,
    read_rate,
    read_size,
    write_duration,
    write_percentage,
    write_rate,
    write_size,
)
from bosco.kit.words import Text, msg
from bosco.plan.condition import Condition, as_target, parse
from bosco.plan.day_words import read_date, read_time, say_time
from bosco.plan.ledger import UnknownName, nearest
from bosco.plan.secrets import PLACE

T = TypeVar("T")


@dataclass(frozen=True)
class Reads:
    """Reads a value of the plan from its text, and writes it back; editors are told what it says."""

    read: Callable[[Any], Any]
    write: Callable[[Any], str]
    says: str
    example: str
    bare_number: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # Plans repeat themselves: thousands of probes share a few durations and conditions.
        known = lru_cache(maxsize=2048)(self.read)

        def take(value: Any) -> Any:
            if isinstance(value, str):
                return known(str(value))
            if isinstance(value, (dict, list, bool)) or value is None:
                expected = msg("something like {example}", example=self.example)
                raise Unreadable(msg("a single value belongs here"), expected=expected)
            return self.read(value)

        return core_schema.no_info_plain_validator_function(
            take,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
            metadata={"reads": self.says},
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {
            "type": ["string", "number"] if self.bare_number else "string",
            "description": self.says,
            "examples": [self.example],
        }


def _deadline(value: Any) -> timedelta:
    """Read a duration that may be said as a limit (`< 2h`) or as `immediately`."""
    if isinstance(value, str):
        if value.strip().casefold() in ("now", "immediate", "immediately", "immédiat", "immédiate", "immédiatement"):
            return timedelta(0)
        value = re.sub(r"^\s*(?:<=?|≤)\s*", "", value)
    return read_duration(value)


def _longer_than_nothing(span: timedelta) -> timedelta:
    if span <= timedelta(0):
        raise Unreadable(msg("it must be longer than nothing"))
    return span


def _quantity(value: Any) -> Quantity:
    return value if isinstance(value, Quantity) else read_quantity(value)


def _time(value: Any) -> time:
    return value if isinstance(value, time) else read_time(str(value))


Duration = Annotated[
    timedelta, Reads(read_duration, write_duration, "A duration: 30s, 5m, 2h, 3d, 1w, 1mo.", "5m", True)
]
# A rhythm or a limit, which nothing can be done within if it is nothing.
Span = Annotated[Duration, AfterValidator(_longer_than_nothing)]
Deadline = Annotated[timedelta, Reads(_deadline, write_duration, "A time limit: 2h, < 24h, immediately.", "2h", True)]
Percentage = Annotated[float, Reads(read_percentage, write_percentage, "A percentage: 99.95%.", "99.95%", True)]
Size = Annotated[int, Reads(read_size, write_size, "A size: 800KB, 2MB, 1GiB.", "2MB", True)]
RateText = Annotated[Rate, Reads(read_rate, write_rate, "A rate: 50/min, 10/h.", "50/min")]
Amount = Annotated[Quantity, Reads(_quantity, str, "A number with its unit: 70%, 1000ms, 50/min.", "1000ms", True)]
TimeOfDay = Annotated[time, Reads(_time, say_time, "A time of day: 09:00.", '"09:00"')]
Day = Annotated[date, Reads(read_date, date.isoformat, "A date: 2026-03-31.", "2026-03-31")]


ConditionText = Annotated[
    Condition, Reads(parse, str, "A condition: > 50/min, < 30 days, 70%, any.", '"> 50/min"', True)
]
# A bare value is met from its good side: `99.9%` as a promise is 99.9% or better.
GoalText = Annotated[
    Condition, Reads(lambda value: as_target(parse(value)), str, "A goal: < 200ms, 99.9%.", "99.9%", True)
]


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    name = str(value).strip()
    known = _time_zones()
    if name not in known:
        ends = {one.rpartition("/")[2].casefold(): one for one in sorted(known, reverse=True)}
        near = ends.get(name.casefold().replace(" ", "_")) or nearest(name, known)
        raise UnknownName(
            msg("“{text}” is not a time zone", text=name[:60]), msg("a time zone such as Europe/Paris"), near
        )
    return ZoneInfo(name)


TimeZone = Annotated[ZoneInfo, Reads(_zone, str, "A time zone: Europe/Paris.", "Europe/Paris")]


def _url(text: str) -> str:
    text = text.strip()
    if PLACE.search(text):
        return text
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        right = False
    if not right or re.search(r"\s", text):
        hint = msg("write {url}", url=f"https://{text}") if re.fullmatch(r"[\w.-]+\.\w{2,}(/\S*)?", text) else None
        raise Unreadable(
            msg("“{text}” is not a web address", text=text[:80]),
            hint,
            expected=None if hint else msg("an address that starts with https://"),
        )
    return text


Url = Annotated[str, AfterValidator(_url)]
# A text that may hold `${NAME}`; its value is filled in where it is used, never here.
SecretText = Annotated[str, AfterValidator(str.strip)]


@dataclass(frozen=True)
class HostPort:
    """Where a service listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(value: Any, default_port: int | None = None) -> HostPort:
    """Return the host and port of `db.internal:5432`, `10.0.0.4:80` or `[::1]:443`."""
    if isinstance(value, HostPort):
        return value
    text = str(value).strip()
    found = re.fullmatch(r"(?:\[(?P<six>[0-9a-fA-F:.%\w]+)\]|(?P<host>[^\s:/\[\]@]+))(?::(?P<port>\d{1,5}))?", text)
    port = int(found["port"]) if found and found["port"] else default_port
    if found is None or port is None or not 0 < port < 65536:
        says = msg("“{text}” is not a host with its port", text=text[:80])
        raise Unreadable(says, expected=msg("something like {example}", example="db.internal:5432"))
    return HostPort(found["six"] or found["host"], port)


def address(default_port: int) -> Reads:
    """Mark a host whose port may be left out, as in the kinds of probe that have a usual one."""
    return Reads(
        lambda value: read_address(value, default_port),
        str,
        "A host, with its port if it is not the usual one.",
        "db.internal",
    )


Address = Annotated[HostPort, Reads(read_address, str, "A host and its port.", "db.internal:5432")]


def _email(text: str) -> str:
    text = text.strip()
    if not PLACE.search(text) and not re.fullmatch(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]{2,}", text):
        raise Unreadable(msg("“{text}” is not an e-mail address", text=text[:80]))
    return text


Email = Annotated[str, AfterValidator(_email)]


def _phone(text: str) -> str:
    if PLACE.search(text):
        return text
    number = re.sub(r"[\s.()/-]", "", text)
    number = "+" + number[2:] if number.startswith("00") else number
    if not re.fullmatch(r"\+\d{7,15}", number):
        says = msg("“{text}” is not a phone number with its country", text=text[:40])
        raise Unreadable(says, expected=msg("something like {example}", example='"+33612345678"'))
    return number


Phone = Annotated[str, AfterValidator(_phone)]

COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "grey", "white", "black")
_FRENCH_COLORS = ("rouge", "orange", "jaune", "vert", "bleu", "violet", "gris", "blanc", "noir")
_COLOR_OF = {**dict(zip(_FRENCH_COLORS, COLORS, strict=True)), "gray": "grey", **{color: color for color in COLORS}}
COLORS_TYPED = frozenset(_COLOR_OF)


def read_color(text: str) -> str:
    """Return the colour's English word, or the `#rrggbb` it was written as."""
    word = text.strip().casefold()
    if re.fullmatch(r"#[0-9a-f]{6}", word):
        return word
    if word not in _COLOR_OF:
        near = nearest(word, _COLOR_OF)
        raise UnknownName(
            msg("“{text}” is not a colour", text=text[:40]), msg("one of {names}", names=", ".join(COLORS)), near
        )
    return _COLOR_OF[word]


Color = Annotated[str, AfterValidator(read_color)]


class _Sayings:
    """A text for everybody, or one for each language."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        one = core_schema.str_schema(strip_whitespace=True)
        field = core_schema.typed_dict_field(one, required=False)
        each = core_schema.typed_dict_schema({"fr": field, "en": field}, extra_behavior="forbid", total=False)
        return core_schema.no_info_before_validator_function(
            lambda value: value.texts if isinstance(value, Text) else value,
            core_schema.no_info_after_validator_function(_text, core_schema.union_schema([one, each])),
            serialization=core_schema.plain_serializer_function_ser_schema(_write_text),
        )


def _text(value: Any) -> Text:
    if isinstance(value, str):
        return Text({"en": value, "fr": value})
    if not value:
        raise Unreadable(msg("a text is missing"))
    first = next(iter(value.values()))
    return Text({"en": value.get("en", first), "fr": value.get("fr", first)})


def _write_text(text: Text) -> Any:
    return text.texts["en"] if len(set(text.texts.values())) == 1 else dict(text.texts)


PlanText = Annotated[Text, _Sayings()]


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) or value is None else [value]


class _Listed:
    """One thing, or a list of them."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        several = handler(schema)
        return {"anyOf": [several["items"], several]} if "items" in several else several


OneOrMany = Annotated[tuple[T, ...], _Listed()]


def slug(text: Any, otherwise: str = "entry") -> str:
    """Return a name made of what people read: `Backup BDD` becomes `backup-bdd`."""
    if isinstance(text, Mapping):
        text = text.get("en") or text.get("fr") or ""
    letters = unicodedata.normalize("NFKD", str(text or "")).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9.]+", "-", letters).strip("-.")[:60] or otherwise


def name_from(*words: str, otherwise: str = "entry") -> Callable[[Any], str]:
    """Return how an entry of a list gets its name: from the first of these words that it holds."""

    def name_of(entry: Any) -> str:
        held = entry if isinstance(entry, Mapping) else {}
        return next((slug(held[word], otherwise) for word in words if held.get(word)), otherwise)

    return name_of


def read_name(text: str) -> str:
    """Return a name that other lines of the plan can use."""
    if re.fullmatch(r"\w[\w.-]{0,79}", text):
        return text
    suggestion = re.sub(r"[^\w.]+", "-", text).strip("-.")[:80]
    hint = msg("write {name}", name=suggestion) if suggestion else None
    raise Unreadable(msg("“{text}” cannot be a name: letters, digits, - _ . only", text=text[:80]), hint)


Name = Annotated[str, AfterValidator(read_name)]


def _words(value: Any) -> Any:
    """Split `P1, P2` as people also write a short list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaList = Annotated[tuple[T, ...], BeforeValidator(_words)]
NumberText = Annotated[float, PlainSerializer(write_number)]
