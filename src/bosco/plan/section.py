"""A section of the plan: the word users type, what may stand under it, and how it reads as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from bosco.kit.words import Language, Message, say

if TYPE_CHECKING:
    from bosco.plan.load import Plan

T = TypeVar("T")
Path = tuple[str | int, ...]
Tone = Literal["plain", "good", "warning", "bad", "quiet", "strong"]


@dataclass(frozen=True)
class Remark:
    """Something to say about a place of the plan that is known by its path, not yet by its line."""

    path: Path
    says: Message
    expected: Message | None = None
    nearest: str | None = None
    # Whether it is about the name at the path's end rather than about the value there.
    of_name: bool = True


class Spoken(Protocol):
    """Whatever says itself in a language: a Message, a Text, a condition, a calendar."""

    def say(self, language: Language, /) -> str:
        """Return it in that language."""


@dataclass(frozen=True)
class Together:
    """Several texts in a row, each in the reader's language; made with `together`."""

    parts: tuple[Spoken | str, ...]
    by: str = ", "

    def say(self, language: Language) -> str:
        """Return them in that language."""
        return self.by.join(str(say(part, language)) for part in self.parts)

    def __str__(self) -> str:
        return self.say("en")


def together(parts: Iterable[Spoken | str], by: str = ", ") -> Together | None:
    """Return the texts one after the other, or None if there are none."""
    found = tuple(parts)
    return Together(found, by) if found else None


@dataclass(frozen=True)
class Cell:
    """One cell of a table: a text with its tone, a colour of the plan, a place to go to."""

    text: Spoken | str
    tone: Tone = "plain"
    color: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Table:
    """A section as the team would write it in its document."""

    columns: tuple[Spoken | str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def cell(text: Spoken | str | None, **more: Any) -> Cell:
    """Return a cell, a dash where there is nothing to say."""
    return Cell("—" if text is None or text == "" else text, **more)


@dataclass(frozen=True, eq=False)
class Section(Generic[T]):
    """One top-level word of the plan; `plan[SECTION]` returns what stands under it, or its default."""

    key: str
    type: Any
    default: Callable[[], T]
    title: Message
    # Where it stands in the document and in `bosco plan show`; the smaller the earlier.
    order: int = 500
    # Whether its keys are names that other sections may use.
    named: bool = False
    # What is said when the plan lacks it; None for what may be left out.
    required: Message | None = None
    # Names a mapping would have given to the entries of a list; None while the section takes no list.
    name_of: Callable[[Any], str] | None = None
    # Names that exist without being declared, with what they stand for (`always`, the default priorities).
    builtin: Callable[[], Iterable[str]] = tuple
    # What no single entry can know: each function is asked once every section has been read.
    check: Sequence[Callable[["Plan"], Iterable[Remark]]] = ()
    warn: Sequence[Callable[["Plan"], Iterable[Remark]]] = ()
    # What will be lacking from an instant on, with its dates; asked only by who says which instant.
    warn_ahead: Sequence[Callable[["Plan", datetime], Iterable[Remark]]] = ()
    table: Callable[[T, "Plan"], Table | None] | None = None
    # Adds to the entries that were written those that every plan has.
    complete: Callable[[dict[Any, Any]], dict[Any, Any]] | None = None

    @property
    def is_one_thing(self) -> bool:
        """Say whether it is one thing with its words, rather than entries with their names."""
        return isinstance(self.type, type)


AnySection = Section[Any]
