"""What the manual shows of conditions and calendars is so."""

import re
from pathlib import Path

import pytest
import yaml

from bosco.plan.condition import parse
from bosco.plan.load import load_texts
from bosco.plan.read_recurrence import read_recurrence

MANUAL = Path(__file__).resolve().parents[2] / "docs/manual"
CONDITIONS = (MANUAL / "conditions.md").read_text(encoding="utf-8")
CALENDARS = (MANUAL / "calendars.md").read_text(encoding="utf-8")


def first_column(text: str, head: str) -> list[str]:
    table = text[text.index(head) :].split("\n\n", maxsplit=1)[0]
    cells = [row.split(" | ")[0] for row in table.splitlines()[2:]]
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(
    "written", [one for one in first_column(CONDITIONS, "| written") if not one.startswith("for ")]
)
def test_a_condition_that_the_manual_shows_is_read(written: str) -> None:
    assert parse(str(parse(written))) == parse(written)


def test_french_conditions_that_the_manual_shows_are_read() -> None:
    sentence = next(line for line in CONDITIONS.splitlines() if line.startswith("French spellings"))
    written = re.findall(r"`([^`]+)`", sentence)
    assert len(written) > 5
    for one in written:
        assert parse(one)


@pytest.mark.parametrize(
    "written", [one for one in first_column(CALENDARS, "| `every:`") if not one.startswith(("…", "every"))]
)
def test_a_rhythm_that_the_manual_shows_is_read(written: str) -> None:
    assert read_recurrence({"every": written})


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", CALENDARS, re.DOTALL))
def test_a_block_that_the_manual_shows_loads(block: str) -> None:
    loaded = load_texts({"plan.yml": "plan: Manual\n", "block.yml": block})
    assert [mistake.say("en") for mistake in loaded.mistakes] == []
    assert yaml.safe_load(block)


def test_french_rhythms_that_the_manual_shows_are_read() -> None:
    paragraph = CALENDARS[CALENDARS.index("French words do the same") :].split("\n\n")[0]
    written = re.findall(r"`([^`]+)`", paragraph)
    assert len(written) > 15
    for one in written:
        assert read_recurrence(one)
