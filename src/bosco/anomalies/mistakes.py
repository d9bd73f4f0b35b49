"""What is wrong with a sheet, line by line: all of it at once, each with what was probably meant."""

from collections.abc import Iterator
from dataclasses import dataclass

from bosco.anomalies.sheet import LABELS, Sheet, label_in, never_closed
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, Sayable, msg
from bosco.plan.ledger import nearest

MOST = 50


@dataclass(frozen=True)
class Mistake:
    """Something wrong with a line."""

    line: int
    says: Sayable

    @property
    def told(self) -> Message:
        """Return it with its place."""
        return msg("line {line}: {says}", line=self.line, says=self.says)


@dataclass(eq=False)
class WrongSheet(Refusal):
    """A sheet that cannot be taken as it is; pages show each mistake beside its line."""

    mistakes: tuple[Mistake, ...] = ()


def wrong_sheet(mistakes: list[Mistake]) -> WrongSheet:
    """Return the refusal of a sheet with these mistakes, in the order of its lines."""
    found = sorted(mistakes, key=lambda one: one.line)[:MOST]
    return WrongSheet(
        Code.INVALID, msg("The sheet could not be taken."), _listed([one.told for one in found]), "sheet", tuple(found)
    )


def _listed(told: list[Message]) -> Message:
    first, *more = told
    for one in more:
        first = msg("{first}; {next}", first=first, next=one)
    return first


def mistakes_of_form(sheet: Sheet) -> Iterator[Mistake]:
    """Find what is wrong with how a sheet is written, whatever it says."""
    seen: dict[str, int] = {}
    for piece in sheet.layout:
        if piece.field is None:
            yield from _strange_label(piece.text, piece.line)
            continue
        if piece.field in seen:
            yield Mistake(piece.line, msg("this stands on line {line} already", line=seen[piece.field]))
        seen.setdefault(piece.field, piece.line)
        if piece.field == "logs" and never_closed(piece.text):
            yield Mistake(piece.line, msg("this block of code is never closed"))


def _strange_label(text: str, line: int) -> Iterator[Mistake]:
    label = label_in(text)
    if label is None or label in LABELS:
        return
    # A label of a team's own is kept as it is; one that is nearly ours was mistyped.
    if (near := nearest(label, LABELS)) is not None:
        yield Mistake(line, msg("“{label}” is no label of a sheet; did you mean “{near}”?", label=label, near=near))
