"""Everything that the plan language says exists in both languages."""

import ast
import re
from pathlib import Path

import pytest

import bosco
from bosco.kit.words import translate

ROOT = Path(bosco.__file__).parent
FILES = sorted([*ROOT.glob("plan/*.py"), *ROOT.glob("*/section.py"), ROOT / "kit/units.py", ROOT / "kit/numbers.py"])


def sentences(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("msg", "plural"):
            said = node.args[:1] if node.func.id == "msg" else node.args[1:3]
            found += [one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_sentence_has_its_french(file: Path) -> None:
    from bosco.kit.words import catalogue

    assert [one for one in sentences(file) if one not in catalogue("fr")] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_french_has_the_same_places_to_fill(file: Path) -> None:
    for one in sentences(file):
        places = re.findall(r"\{\w+\}", one)
        assert sorted(places) == sorted(re.findall(r"\{\w+\}", translate(one, "fr"))), one
