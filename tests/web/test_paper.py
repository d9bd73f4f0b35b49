"""Documents as PDF."""

import io

import pytest
from pypdf import PdfReader

from bosco.web.paper import Chapter, Paper, as_pdf

HOSTILE = [
    '#panic("x")',
    "*bold* _it_ $x$ `code`",
    '@label <label> #import "/etc/passwd": *',
    "\\ \\u{1F4A9}",
    "été ✓ ✗ 日本",
    "a" * 5000,
]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_document_holds_every_word_as_it_was_written(language: str) -> None:
    chapter = Chapter("Résumé", [*HOSTILE[:5]], [("03:00", "api est en panne")], [("Priorité", "P1")])
    made = as_pdf(Paper("CESIZEN-0042", "Panne API", [chapter], "CESIZen", language, [("Début", "03:00")]))  # type: ignore[arg-type]
    assert made.startswith(b"%PDF-")
    said = text_of(made)
    for words in ("CESIZEN-0042", "Résumé", '#panic("x")', "*bold*", "api est en panne", "P1", "1 / 1", "@label"):
        assert words in said, words


def test_a_long_document_has_as_many_pages_as_it_needs() -> None:
    chapters = [Chapter(f"Part {number}", [HOSTILE[5]] * 3) for number in range(30)]
    assert len(PdfReader(io.BytesIO(as_pdf(Paper("Long", "", chapters, "x")))).pages) > 10
