"""An anomaly's sheet in Markdown: read into its fields, and written back with what nobody changed as it was."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, msg
from bosco.plan.spelling import plain

LARGEST = 256 * 1024
LONGEST_LABEL = 80
Shape = Literal["line", "list", "text"]

# Where each field stands in the sheet: the heading above it, its label there if it is one line, in both languages.
_LINES: Mapping[str, tuple[str, str]] = {
    "detected_at": ("Date/Heure", "Date/Time"),
    "detected_by": ("Détecteur", "Detected by"),
    "severity": ("Gravité", "Severity"),
    "service": ("Service affecté", "Service affected"),
    "user_impact": ("Impact utilisateur", "Impact on users"),
    "version": ("Version", "Version"),
    "browser": ("Navigateur", "Browser"),
    "os": ("OS", "OS"),
    "users_affected": ("Utilisateurs affectés", "Users affected"),
    "failed_requests": ("Requêtes échouées", "Failed requests"),
    "error_rate": ("Taux d'erreur", "Error rate"),
}
_BLOCKS: Mapping[str, tuple[str, str]] = {
    "steps": ("Étapes", "Steps"),
    "logs": ("Logs d'Erreur", "Error logs"),
    "analysis": ("Analyse Préliminaire", "First analysis"),
    "corrective_actions": ("Actions Correctives", "Corrective actions"),
}
FIELDS = (*_LINES, *_BLOCKS)
_NUMBERED = {"steps", "corrective_actions"}
_TITLE = re.compile(r"#\s+(?:ANOMALIE|ANOMALY)\s+(?P<number>\S{1,60})\s*", re.IGNORECASE)
_HEADING = re.compile(r"(#{2,3})\s+(?P<words>.*?)\s*")
_LABELLED = re.compile(r"[-*]\s+\*\*(?P<label>[^*]{1,80})\*\*\s*:\s?(?P<value>.*)")
_ITEM = re.compile(r"\s*(?:[-*]|\d{1,3}[.)])\s+(?P<text>.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
LABELS: Mapping[str, str] = {both[side]: key for key, both in _LINES.items() for side in (0, 1)}


@dataclass(frozen=True)
class Sheet:
    """A sheet: its number and, as they were written, its fields; a list is one item a line, without its marks."""

    number: str
    fields: Mapping[str, str]
    # The text with a place for each field, so that what stands around them is kept.
    layout: tuple["Piece", ...] = field(repr=False, default=())

    @property
    def title(self) -> str:
        """Return what it is about, in a few words."""
        return self.fields.get("user_impact") or self.number


@dataclass(frozen=True)
class Piece:
    """A part of the sheet: text as it stands, or the place of a field with what stood there."""

    text: str
    field: str | None = None
    # What the field said there, so that it is known whether it has changed.
    said: str = ""
    # Where it begins in the sheet, counted from one.
    line: int = 0


def _key(words: str, names: Mapping[str, tuple[str, str]]) -> str | None:
    if len(words) > LONGEST_LABEL:
        return None
    found = plain(words.replace("’", "'"))
    return next((key for key, both in names.items() if found in (plain(both[0]), plain(both[1]))), None)


def label_in(line: str) -> str | None:
    """Return the label of a line that has one: `- **Label** : value`."""
    found = _LABELLED.fullmatch(line.rstrip("\r\n"))
    return found["label"] if found else None


def never_closed(text: str) -> bool:
    """Say whether a block of code begins here and does not end."""
    fence = ""
    for line in text.splitlines():
        if mark := _FENCE.match(line):
            fence = "" if mark[1] == fence else fence or mark[1]
    return bool(fence)


def read_sheet(text: str) -> Sheet:
    """Read a sheet, or refuse what is none."""
    if len(text.encode()) > LARGEST:
        raise Refusal(Code.TOO_LARGE, msg("A sheet holds at most {limit} KiB.", limit=LARGEST // 1024))
    lines = text.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    titled = _TITLE.fullmatch(lines[first].strip("\ufeff \t\r\n")) if first is not None else None
    if titled is None:
        raise Refusal(
            Code.INVALID,
            msg("This is not the sheet of an anomaly."),
            msg("It begins with a line such as {example}.", example="# ANOMALIE ZB-2025-001"),
        )
    layout = tuple(_pieces(lines))
    fields: dict[str, str] = {}
    for piece in layout:
        if piece.field is not None:
            fields.setdefault(piece.field, piece.said)
    return Sheet(titled["number"], fields, layout)


def _pieces(lines: list[str]) -> Iterator[Piece]:
    at, block = 0, None
    while at < len(lines):
        line = lines[at]
        if heading := _HEADING.fullmatch(line.rstrip("\n")):
            block = _key(heading["words"], _BLOCKS)
        elif block is not None and line.strip():
            end = _end_of(lines, at)
            yield replace(_block(block, "".join(lines[at:end])), line=at + 1)
            at, block = end, None
            continue
        elif (labelled := _LABELLED.fullmatch(line.rstrip("\n"))) and (key := _key(labelled["label"], _LINES)):
            start = labelled.start("value")
            yield Piece(line[:start], line=at + 1)
            yield Piece(labelled["value"], key, labelled["value"].strip(), at + 1)
            yield Piece(line[start + len(labelled["value"]) :], line=at + 1)
            at += 1
            continue
        yield Piece(line, line=at + 1)
        at += 1


def _end_of(lines: list[str], at: int) -> int:
    """Return where a block ends: at the next heading outside of a fence, without the empty lines before it."""
    fence, end = "", at
    for place in range(at, len(lines)):
        line = lines[place]
        if mark := _FENCE.match(line):
            fence = "" if mark[1] == fence else fence or mark[1]
        if not fence and _HEADING.fullmatch(line.rstrip("\n")):
            break
        if line.strip():
            end = place + 1
    return end


def _block(key: str, text: str) -> Piece:
    lines = text.splitlines()
    if key == "logs" and _FENCE.match(lines[0]):
        closed = len(lines) > 1 and _FENCE.match(lines[-1])
        return Piece(text, key, "\n".join(lines[1 : -1 if closed else None]))
    items = [found["text"].rstrip() if (found := _ITEM.fullmatch(line)) else line.rstrip() for line in lines]
    return Piece(text, key, "\n".join(item for item in items if item))


def write_sheet(sheet: Sheet, language: Language = "fr") -> str:
    """Write a sheet: in the layout that it was read from, with what has changed since; else in the usual one."""
    if not sheet.layout:
        return _usual(sheet, language)
    written: list[str] = []
    for piece in sheet.layout:
        if piece.field is None:
            titled = _TITLE.fullmatch(piece.text.strip("\ufeff \t\r\n"))
            written.append(piece.text.replace(titled["number"], sheet.number, 1) if titled else piece.text)
            continue
        now = sheet.fields.get(piece.field, "")
        written.append(piece.text if now == piece.said else _written(piece.field, now, piece.text))
    return "".join(written)


def _written(key: str, value: str, before: str) -> str:
    if key in _LINES:
        return " ".join(value.split())
    ending = "\n" if before.endswith("\n") else ""
    return _as_block(key, value) + ending


def _as_block(key: str, value: str) -> str:
    lines = value.splitlines()
    if key == "logs":
        fence = "```" if "```" not in value else "~~~"
        return "\n".join([fence, *lines, fence])
    return "\n".join(f"{at}. {line}" if key in _NUMBERED else f"- {line}" for at, line in enumerate(lines, 1))


def with_fields(sheet: Sheet, fields: Mapping[str, str]) -> Sheet:
    """Return the sheet with other values; what is not named stays."""
    return replace(sheet, fields={**sheet.fields, **fields})


_SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "## Informations Générales",
        "## General information",
        ("detected_at", "detected_by", "severity", "service", "user_impact"),
    ),
    ("## Reproduction\n### Étapes", "## Reproduction\n### Steps", ("steps",)),
    ("### Environnement", "### Environment", ("version", "browser", "os")),
    ("## Logs d'Erreur", "## Error logs", ("logs",)),
    ("## Métriques Impact", "## Impact in figures", ("users_affected", "failed_requests", "error_rate")),
    ("## Analyse Préliminaire", "## First analysis", ("analysis",)),
    ("## Actions Correctives", "## Corrective actions", ("corrective_actions",)),
)


def _usual(sheet: Sheet, language: Language) -> str:
    french = language == "fr"
    parts = [f"# {'ANOMALIE' if french else 'ANOMALY'} {sheet.number}\n"]
    for in_french, in_english, keys in _SECTIONS:
        lines = [_usual_line(key, sheet.fields[key], french) for key in keys if sheet.fields.get(key)]
        if lines:
            parts.append("\n".join([in_french if french else in_english, *lines]) + "\n")
    return "\n".join(parts)


def _usual_line(key: str, value: str, french: bool) -> str:
    if key in _BLOCKS:
        return _as_block(key, value)
    label = _LINES[key][0 if french else 1]
    return f"- **{label}**{' ' if french else ''}: {' '.join(value.split())}"
