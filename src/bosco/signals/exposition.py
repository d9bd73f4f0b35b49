"""Reads what `/metrics` answers: Prometheus's text 0.0.4 and OpenMetrics; lines seen before cost one look-up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bosco.promql.source import NAME, Metadata
from bosco.signals.reading import Loose
from bosco.signals.wire import Broken

OPEN_METRICS = "application/openmetrics-text"
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
# A label with its value, or, in quotes alone, a name that holds other signs.
_LABEL = re.compile(r'\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]|\\.)*)")\s*(?:=\s*"((?:[^"\\]|\\.)*)")?\s*(,|\})')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_META = re.compile(r'# (HELP|TYPE|UNIT) (?:"((?:[^"\\]|\\.)*)"|(\S+))(?:[ \t]+(.*))?')
MOST_METADATA = 10_000


@dataclass
class Exposed:
    """What one answer tells: places and values of lines that are known, all other lines, what metrics mean."""

    places: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    metadata: dict[str, Metadata] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.places) + len(self.loose)


def read_exposition(body: bytes, *, is_open: bool, known: Mapping[bytes, int], most: int) -> Exposed:
    """Return what the answer tells; raises Broken at the first line that is none, or when there are too many."""
    found = Exposed()
    lines = body.split(b"\n")
    if is_open:
        lines = _until_end(lines)
    places, values, find = found.places, found.values, known.get
    for number, line in enumerate(lines, 1):
        if not line or line.isspace():
            continue
        if line[0] == 0x23:
            _read_meta(line, found.metadata)
            continue
        told, _, value = line.rstrip(b"\r ").rpartition(b" ")
        place = find(told)
        try:
            if place is None:
                found.loose.append(_read_line(line, is_open=is_open))
            else:
                values.append(_number(value.decode()))
                places.append(place)
        except (Broken, UnicodeDecodeError) as error:
            why = str(error) if isinstance(error, Broken) else "it is not UTF-8"
            shown = line[:60].decode("utf-8", "replace")
            raise Broken(f"line {number} cannot be read ({why}): {shown}") from None
        if len(found) > most:
            raise Broken(f"it tells more than {most} samples")
    return found


def _until_end(lines: list[bytes]) -> list[bytes]:
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or lines[-1].strip() != b"# EOF":
        raise Broken("it does not end with # EOF: a part of it is missing")
    return lines[:-1]


def _read_line(line: bytes, *, is_open: bool) -> Loose:
    text = line.decode().strip()
    labels: list[tuple[str, str]] = []
    at = 0
    if named := _NAME.match(text):
        labels.append((NAME, named[0]))
        at = named.end()
    at = _blank(text, at)
    if text[at : at + 1] == "{":
        at = _read_labels(text, at + 1, labels)
    if not any(name == NAME for name, _ in labels):
        raise Broken("it has no name")
    told = text[at:]
    if is_open:
        # What stands behind is an example of a measurement.
        told = told.partition(" # ")[0]
    parts = told.split()
    if not 1 <= len(parts) <= 2:
        raise Broken("a value is missing" if not parts else "there is more than a value and an instant")
    value = _number(parts[0])
    if len(parts) == 1:
        raw = line.rstrip(b"\r ").rpartition(b" ")[0] if told == text[at:] else b""
        return Loose(labels, [(0, value)], raw)
    return Loose(labels, [(_instant(parts[1], is_open=is_open), value)])


def _read_labels(text: str, at: int, labels: list[tuple[str, str]]) -> int:
    at = _blank(text, at)
    while text[at : at + 1] != "}":
        found = _LABEL.match(text, at)
        if found is None:
            raise Broken("a label is not written as it must be")
        name, quoted, value, ends = found.groups()
        if value is None:
            if quoted is None:
                raise Broken("a label has no value")
            # A name in quotes stands among the labels.
            labels.append((NAME, _plain(quoted)))
        else:
            labels.append((name if name is not None else _plain(quoted), _plain(value)))
        at = found.end()
        if ends == "}":
            return at
        at = _blank(text, at)
    return at + 1


def _blank(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text) if "\\" in text else text


def _number(text: str) -> float:
    try:
        # Python reads some spellings that nobody else does.
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        raise Broken("its value is no number") from None


def _instant(text: str, *, is_open: bool) -> int:
    try:
        # Seconds with their parts in one form, milliseconds in the other; none for "no instant".
        return round(float(text) * 1000) if is_open else int(text)
    except (ValueError, OverflowError):
        raise Broken("its instant is no number") from None


def _read_meta(line: bytes, metadata: dict[str, Metadata]) -> None:
    try:
        found = _META.match(line.decode().rstrip())
    except UnicodeDecodeError:
        raise Broken("a comment is not UTF-8") from None
    if found is None or len(metadata) >= MOST_METADATA:
        return
    what, quoted, name, told = found.groups()
    name, told = _plain(quoted) if quoted is not None else name, told or ""
    before = metadata.get(name, Metadata("unknown"))
    if what == "TYPE":
        kind = {"untyped": "unknown"}.get(told.strip(), told.strip())[:30]
        metadata[name] = Metadata(kind, before.help, before.unit)
    elif what == "HELP":
        metadata[name] = Metadata(before.type, _plain(told)[:1000], before.unit)
    else:
        metadata[name] = Metadata(before.type, before.help, told.strip()[:100])
