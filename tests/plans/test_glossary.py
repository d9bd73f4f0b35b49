import pkgutil
import re
from pathlib import Path

import bosco
from bosco.plan.sections import discover
from bosco.probes.section import every_kind

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs/glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!English|---)([^|]+) \| ([^|]+) \| ([^|]+) \|$", GLOSSARY, re.MULTILINE)
CHAPTERS = re.split(r"^## ", GLOSSARY, flags=re.MULTILINE)[1:]


def words_of(chapter: str) -> set[str]:
    (text,) = (one for one in CHAPTERS if one.startswith(f"{chapter}\n"))
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def test_every_section_of_the_plan_has_its_french_word() -> None:
    assert {section.key for section in discover()} == words_of("Sections of the plan")


def test_every_room_has_its_french_word() -> None:
    rooms = {module.name for module in pkgutil.iter_modules(bosco.__path__) if module.ispkg}
    assert rooms == words_of("The house")


def test_a_chapter_has_one_row_for_one_word() -> None:
    for chapter in CHAPTERS:
        words = re.findall(r"^\| (?!English|---)([^|]+) \|", chapter, re.MULTILINE)
        assert len(words) == len(set(words)), chapter.splitlines()[0]


def test_an_english_word_has_one_french_word() -> None:
    """Where a section or a room has the name of a notion, French may say which of the two it means."""
    french: dict[str, set[str]] = {}
    for english, other, _ in ROWS:
        if not english.startswith("`"):
            french.setdefault(english, set()).add(other)
    assert {english: words for english, words in french.items() if len(words) > 1} == {}


def test_french_is_written_with_its_apostrophe_and_accents() -> None:
    for _, french, _ in ROWS:
        assert "'" not in french


def test_kinds_that_have_a_name_of_their_own_are_explained() -> None:
    named = {english for english, _, _ in ROWS}
    spoken = {"heartbeat", "scenario"} & set(every_kind())
    assert spoken <= named
