"""The manual tells the whole language, and what it shows is true."""

import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.plan.checking import told

from bosco.channels.section import KINDS as CHANNEL_KINDS
from bosco.plan.load import load_texts
from bosco.plan.part import PlanPart, typed_names
from bosco.plan.section import AnySection
from bosco.plan.sections import discover
from bosco.signals.section import every_kind as signal_kinds

PAGE = (Path(__file__).parents[2] / "docs/manual/plan.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def parts(kind: object) -> Iterator[type[PlanPart]]:
    """Yield every part of the plan that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, PlanPart):
        yield kind
        for field in kind.model_fields.values():
            yield from parts(field.annotation)
    for inner in typing.get_args(kind):
        yield from parts(inner)


def words() -> list[tuple[str, str]]:
    found = {
        (section.key, word) for section in discover() for part in parts(section.type) for word in typed_names(part)
    }
    kinds: list[tuple[str, type[BaseModel]]] = [("channels", kind) for kind in CHANNEL_KINDS.values()]
    kinds += [("signals", kind) for kind in signal_kinds().values()]
    return sorted(found | {(section, word) for section, kind in kinds for word in typed_names(kind)})


def test_what_the_manual_shows_loads_as_one_plan() -> None:
    small, *rest = BLOCKS
    assert told(load_texts({"small.yml": small})) == []
    assert told(load_texts({f"{number:02}.yml": block for number, block in enumerate(rest)})) == []


@pytest.mark.parametrize("section", discover(), ids=lambda section: section.key)
def test_every_section_has_its_place_in_the_manual(section: AnySection) -> None:
    assert re.search(rf"^(#.*`{section.key}`|{section.key}:)", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("section", "word"), words())
def test_every_word_of_every_section_is_in_the_manual(section: str, word: str) -> None:
    assert re.search(rf"(`{re.escape(word)}`|[{{ ,]{re.escape(word)}:)", PAGE), f"{section}: {word}"
