"""Documents on paper: headings, lines and tables as a PDF; the words are data, never markup of the page."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import Any

from bosco.kit.words import Language

# A word that is longer than a line is wide may break here.
_LONG_WORD = re.compile(r"(\S{60})(?=\S)")


@dataclass(frozen=True)
class Chapter:
    """A heading with what stands under it: lines in order, then pairs of label and value."""

    heading: str
    lines: Sequence[str] = ()
    # Each with what stands before it in the margin, such as a time.
    moments: Sequence[tuple[str, str]] = ()
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Paper:
    """A document: what it is called, a line under its title, its chapters, what stands at the foot of each page."""

    title: str
    under: str
    chapters: Sequence[Chapter]
    foot: str
    language: Language = "fr"
    facts: Sequence[tuple[str, str]] = field(default=())


def as_pdf(paper: Paper) -> bytes:
    """Lay the document out; takes about a tenth of a second, so call it in a thread."""
    # Heavy, and needed by few.
    import typst  # noqa: PLC0415

    layout = resources.files("bosco.web").joinpath("paper.typ").read_bytes()
    made = typst.compile(layout, sys_inputs={"data": json.dumps(_breakable(asdict(paper)))})
    assert isinstance(made, bytes)
    return made


def _breakable(data: Any) -> Any:
    if isinstance(data, str):
        return _LONG_WORD.sub("\\1\N{ZERO WIDTH SPACE}", data)
    if isinstance(data, dict):
        return {key: _breakable(value) for key, value in data.items()}
    return [_breakable(one) for one in data]
