import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from tests.plan.test_seeds import PLANS

from bosco.plan.reader import join, read_files
from bosco.plan.schema import plan_schema
from bosco.plan.starter import starter
from bosco.plan.strict import Quoted

HERE = Path(__file__).parent
SAMPLES = [HERE / "sample.yml", *PLANS]


@pytest.fixture(scope="module")
def schema() -> Any:
    return jsonschema_rs.validator_for(plan_schema())


def complaints(schema: Any, data: Any) -> list[str]:
    return [f"{error.instance_path}: {error.message[:200]}" for error in schema.iter_errors(data)]


def test_it_is_a_json_schema_of_2020() -> None:
    made = plan_schema()
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(made)
    assert made["required"] == ["plan"]
    assert plan_schema(language="fr")["properties"]["services"]["title"] == "Services"
    assert plan_schema(language="fr")["properties"]["hours"]["title"] == "Calendriers ouvrés"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_it_accepts_what_the_loader_accepts_every_value_a_text(schema: Any, path: Path) -> None:
    files = read_files(path)
    data = {key: node.data for key, node in join(files.roots, files.troubles).sections.items()}
    assert complaints(schema, json.loads(json.dumps(data))) == []


def as_an_editor(value: Any) -> Any:
    """Guess the type of what stands without quotes, as YAML 1.2 and the editors that follow it do."""
    if isinstance(value, dict):
        return {key: as_an_editor(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_an_editor(inner) for inner in value]
    if not isinstance(value, str) or isinstance(value, Quoted):
        return str(value) if isinstance(value, str) else value
    if value.lower() in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[value.lower()]
    if re.fullmatch(r"[-+]?[0-9]+", value):
        return int(value)
    return float(value) if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", value) else value


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_it_accepts_what_an_editor_makes_of_the_same_text(schema: Any, path: Path) -> None:
    files = read_files(path)
    data = {key: as_an_editor(node.data) for key, node in join(files.roots, files.troubles).sections.items()}
    assert complaints(schema, data) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_accepts_the_starter(schema: Any, language: Any) -> None:
    assert complaints(schema, yaml.safe_load(starter(language))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "services: {}",
        "plan: x\nservces: {}",
        "plan: x\nservices: {api: {slo: 99%}}",
        "plan: x\nservices: [1]",
        "plan: x\nlanguage: de",
        "plan: x\nprobes: [{every: 1m}]",
        "plan: x\nprobes: {a: {http: https://example.org, confirm: often}}",
        "plan: x\npriorities: {P1: {blink: perhaps}}",
        "plan: x\nescalation: {P1: [{at: 50%}]}",
    ],
)
def test_it_refuses_what_editors_should_underline(schema: Any, wrong: str) -> None:
    assert complaints(schema, yaml.safe_load(wrong)) != []
