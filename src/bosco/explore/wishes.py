"""What a client of Prometheus asks, read from its address and form: instants, durations, selectors."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from bosco.kit.words import msg
from bosco.promql.grid import Asked
from bosco.promql.parse import parse
from bosco.promql.refusals import QueryRefusal, wrong
from bosco.promql.source import Matchers
from bosco.promql.tree import Selector
from bosco.web.visitor import AnyRequest

MOST_FIELDS = 1000
MOST_LABELS = 64
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_UNITS = {
    "y": 31_536_000_000,
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
_DURATION = re.compile("".join(rf"(?:(?P<{unit}>[0-9]{{1,9}}){unit})?" for unit in _UNITS), re.ASCII)
# A thousand years, in milliseconds: what lies further away is nobody's question, and sums still fit.
_FARTHEST = 1000 * _UNITS["y"]

Form = Mapping[str, Sequence[str]]


async def form_of(request: AnyRequest) -> Form:
    """Return every field of the address, and of the form if there is one."""
    text = request.url.query or ""
    if request.method == "POST":
        if "urlencoded" not in request.headers.get("content-type", ""):
            raise wrong(msg("A question by POST is a form: application/x-www-form-urlencoded."))
        text = "&".join(part for part in (text, (await request.body()).decode("utf-8", "replace")) if part)
    found: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"):
            found.setdefault(name, []).append(value)
    except ValueError as error:
        raise wrong(msg("A question may have at most {most} fields.", most=MOST_FIELDS)) from error
    return found


def one(form: Form, name: str) -> str:
    """Return a field, empty if it is missing."""
    values = form.get(name)
    return values[0] if values else ""


def instant_of(form: Form, name: str, otherwise: int | None = None) -> int:
    """Return an instant, in milliseconds: seconds since 1970 or RFC 3339."""
    text = one(form, name)
    if not text and otherwise is not None:
        return otherwise
    at = _instant(text)
    if at is None or abs(at) > _FARTHEST:
        raise _unfit(name, msg("“{text}” is not an instant", text=text[:60]))
    return at


def _instant(text: str) -> int | None:
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return round(seconds * 1000) if math.isfinite(seconds) and "_" not in text else None


def duration_of(form: Form, name: str) -> int:
    """Return a duration, in milliseconds: seconds, or as in `1h30m`."""
    text = one(form, name)
    found = milliseconds(text)
    if found is None or found > _FARTHEST:
        raise _unfit(name, msg("“{text}” is not a duration", text=text[:60]))
    return found


def milliseconds(text: str) -> int | None:
    """Return a duration, or None if it is none."""
    parts = _DURATION.fullmatch(text)
    if text and parts:
        return sum(int(value) * _UNITS[unit] for unit, value in parts.groupdict().items() if value)
    try:
        seconds = float(text)
    except ValueError:
        return None
    return round(seconds * 1000) if math.isfinite(seconds) and "_" not in text else None


def seconds_of(form: Form) -> float | None:
    """Return how long the client would wait; None if it does not say."""
    return duration_of(form, "timeout") / 1000 if one(form, "timeout") else None


def count_of(form: Form, name: str) -> int | None:
    """Return how many of something are wanted at most; None for all."""
    text = one(form, name)
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
        raise wrong(msg("{name} must be a number", name=name))
    return int(text)


def selectors_of(form: Form, *, needed: bool = False) -> list[Matchers]:
    """Return the selectors of a question about series."""
    texts = form.get("match[]", ())
    if needed and not texts:
        raise wrong(msg("no match[] parameter provided"))
    if len(texts) > MOST_LABELS:
        raise _unfit("match[]", msg("at most {most} selectors can be asked at once", most=MOST_LABELS))
    return [_selector(text) for text in texts]


def _selector(text: str) -> Matchers:
    try:
        tree = parse(text).tree
    except QueryRefusal as refusal:
        raise named(refusal, "match[]", text) from refusal
    if not isinstance(tree, Selector) or tree.offset or tree.at is not None:
        raise _unfit("match[]", msg("“{text}” is not a selector alone", text=text[:60]))
    return tree.matchers


def span_of(form: Form, now: int) -> Asked:
    """Return the span of a question about series; without one, all that is kept until now."""
    return instant_of(form, "start", 0), instant_of(form, "end", max(now, 0))


def label_of(name: str) -> str:
    """Return the name of a label, or refuse it."""
    if not _LABEL.fullmatch(name):
        raise wrong(msg("invalid label name: “{name}”", name=name[:80]))
    return name


def named(refusal: QueryRefusal, name: str, text: str) -> QueryRefusal:
    """Return a refusal that says which field is wrong, and where in it."""
    where = "" if refusal.place is None else f" {spot(text, refusal.place)}:"
    says = msg("invalid parameter “{name}”:{where} {why}", name=name, where=where, why=refusal.says)
    return QueryRefusal(refusal.code, says, refusal.hint, trouble=refusal.trouble, place=refusal.place)


def spot(text: str, place: int) -> str:
    """Return a place in a text as line and column, from 1."""
    before = text[:place]
    return f"{before.count(chr(10)) + 1}:{place - (before.rfind(chr(10)) + 1) + 1}"


def _unfit(name: str, why: object) -> QueryRefusal:
    return wrong(msg("invalid parameter “{name}”:{where} {why}", name=name, where="", why=why))
