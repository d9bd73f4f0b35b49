"""Every kind of probe is in the manual, and its docstring's line of the plan loads."""

import re
from pathlib import Path

import pytest
import yaml
from tests.targets.looking import loaded, probe

from bosco.probes.section import Probe, every_kind

MANUAL = Path(__file__).resolve().parents[2] / "docs/manual/probes.md"


def line_of(kind: str) -> str:
    """Return the line of the plan in a kind's docstring."""
    found = re.search(r"In the plan: (\{.*\})$", every_kind()[kind].__doc__ or "", re.MULTILINE)
    assert found, f"{kind} shows no line of the plan"
    return found[1]


@pytest.mark.parametrize("kind", sorted(every_kind()))
def test_the_line_in_its_docstring_loads_as_that_kind(kind: str) -> None:
    assert probe(line_of(kind)).kind == kind


@pytest.mark.parametrize("kind", sorted(every_kind()))
def test_it_has_its_heading_in_the_manual_with_lines_that_load(kind: str) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    part = re.search(rf"^### `{kind}`$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert part, f"the manual has no heading ### `{kind}`"
    examples = re.findall(r"```yaml\n(.*?)```", part[1], re.DOTALL)
    assert examples, f"the manual shows no {kind}"
    for example in examples:
        for line in example.strip().splitlines():
            assert probe(line).kind == kind


@pytest.mark.parametrize("kind", sorted(every_kind()))
def test_every_word_of_a_kind_is_in_the_manual(kind: str) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    own = {field.alias or name for name, field in every_kind()[kind].model_fields.items()}
    missing = {word for word in own if f"`{word}`" not in text and f"`{word}:" not in text}
    assert missing == set()


def test_words_that_every_probe_has_are_in_the_manual() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    assert [name for name in Probe.model_fields if f"`{name}`" not in text] == []


def test_whole_plans_in_the_manual_load() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    for example in re.findall(r"```yaml\n(probes:.*?)```", text, re.DOTALL):
        assert yaml.safe_load(example)
        for line in example.splitlines()[1:]:
            if line.strip().startswith("- "):
                assert loaded(line.strip()[2:]).plan is not None
