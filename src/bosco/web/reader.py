"""For whom a page is being written: language, time zone, theme and the present instant."""

import contextlib
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from bosco.kit.words import LANGUAGES, Language
from bosco.web.forgery import token_of
from bosco.web.site import Site
from bosco.web.visitor import STRANGER, AnyRequest, Theme, Visitor

T = TypeVar("T")

THEMES: tuple[Theme, ...] = ("auto", "light", "dark")
LANGUAGE_COOKIE = "bosco_language"
THEME_COOKIE = "bosco_theme"


@dataclass(frozen=True)
class Reader:
    """What every word, number and date of a page depends on."""

    language: Language
    zone: ZoneInfo
    now: datetime
    theme: Theme = "auto"
    visitor: Visitor = STRANGER
    # What this browser's forms carry; asked for only by pages that hold a form.
    token: Callable[[], str] = str


_READER: ContextVar[Reader | None] = ContextVar("reader", default=None)
_NOBODY = Reader("en", ZoneInfo("UTC"), datetime.fromtimestamp(0, UTC))


def reader() -> Reader:
    """Return whom the page under way is for."""
    return _READER.get() or _NOBODY


@contextlib.contextmanager
def reading(whom: Reader) -> Iterator[None]:
    """Write for that reader inside the block."""
    token = _READER.set(whom)
    try:
        yield
    finally:
        _READER.reset(token)


@lru_cache(256)
def accepted_language(header: str) -> Language | None:
    """Return which of our languages a browser's Accept-Language prefers, or None if it names neither."""
    best: tuple[float, Language] | None = None
    for part in header[:1000].split(","):
        word, *parameters = part.strip().lower().split(";")
        weight = 1.0
        for parameter in parameters:
            if found := re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameter):
                weight = float(found[1])
        for language in LANGUAGES:
            if re.fullmatch(rf"{language}(-[a-z0-9-]+)?", word.strip()) and weight > (best[0] if best else 0):
                best = (weight, language)
    return best[1] if best else None


@lru_cache(256)
def zone_of(name: str | None, otherwise: str = "UTC") -> ZoneInfo:
    """Return the time zone of that name, or the other one when there is none such."""
    for candidate in (name, otherwise):
        with contextlib.suppress(KeyError, ValueError, OSError):
            if candidate:
                return ZoneInfo(candidate)
    return ZoneInfo("UTC")


def _among(choices: tuple[T, ...], word: str | None) -> T | None:
    for one in choices:
        if one == word:
            return one
    return None


def reader_of(request: AnyRequest, visitor: Visitor, site: Site, now: datetime) -> Reader:
    """Return for whom to write: this device's choice, else the account's, else the browser's, else the plan's."""
    language = (
        _among(LANGUAGES, request.cookies.get(LANGUAGE_COOKIE))
        or visitor.language
        or accepted_language(request.headers.get("accept-language", ""))
        or site.language
    )
    theme = _among(THEMES, request.cookies.get(THEME_COOKIE)) or visitor.theme or "auto"
    return Reader(language, zone_of(visitor.timezone, site.timezone), now, theme, visitor, partial(token_of, request))
