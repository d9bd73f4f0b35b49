import json
from pathlib import Path

import pytest
from tests.plan.test_load import SOUND

from bosco.cli.main import main


@pytest.fixture(autouse=True)
def english_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("BOSCO_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "CHAT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_new_plan_has_neither_mistake_nor_warning(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "shop", "--lang", language]) == 0
    assert Path("shop/plan.yml").read_text(encoding="utf-8").startswith("#")
    capsys.readouterr()
    assert main(["plan", "check", "shop"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    last = {"fr": "shop : aucune erreur, aucun avertissement", "en": "shop: no mistake, no warning"}[language]
    assert said.out.splitlines()[-1].replace("\N{NO-BREAK SPACE}", " ") == last


def test_init_never_writes_over_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yml").write_text("plan: mine\n")
    assert main(["init"]) == 1
    assert Path("plan.yml").read_text() == "plan: mine\n"
    assert capsys.readouterr().err.startswith("plan.yml exists already.")


def test_init_where_nothing_can_be_written_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").write_text("")
    assert main(["init", "taken"]) == 1
    assert capsys.readouterr().err.startswith("taken/plan.yml cannot be written")


def test_check_tells_mistakes_on_standard_error_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yml").write_text(SOUND.replace("sla: 99.9%", "slo: 99.9%"))
    assert main(["plan", "check"]) == 1
    said = capsys.readouterr()
    assert said.err == "plan.yml:10:9: “slo” is not known here; did you mean “sla”?\n"
    assert said.out.splitlines() == [
        "warning: plan.yml:18:17: the secret CHAT is not set, neither in the environment nor in the file secrets/CHAT",
        "plan.yml: 1 mistake, 1 warning",
    ]


def test_a_plan_with_warnings_only_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/secrets").mkdir(parents=True)
    Path("data/secrets/CHAT").write_text("https://hooks.example.org\n")
    Path("plan").mkdir()
    Path("plan/all.yml").write_text(SOUND + "signals: {sales: {unit: €}}\nalerts: {critical: [{sale: any}]}\n")
    assert main(["plan", "check"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines() == [
        "warning: plan/all.yml:29:22: nothing feeds sale: give it a signal, or send it over the API",
        "Team 2 · On call 1 · Services 2 · Probes 2 · Measures 1 · Channels 1 · Calendar 1",
        "plan: no mistake, 1 warning",
    ]


def test_findings_come_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yml").write_text("plan: x\nservces: {}\n")
    assert main(["plan", "check", "plan.yml", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["mistakes"] == [
        {
            "file": "plan.yml",
            "line": 2,
            "column": 1,
            "says": "“servces” is not a section of a plan",
            "expected": None,
            "hint": None,
            "nearest": "services",
            "path": ["servces"],
        }
    ]
    assert isinstance(told["warnings"], list)


def test_the_language_asked_for_wins_over_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yml").write_text("plan: x\nlanguage: fr\nservces: {}\n")
    main(["plan", "check"])
    assert "n’est pas une section" in capsys.readouterr().err
    main(["plan", "check", "--lang", "en"])
    assert "is not a section" in capsys.readouterr().err


def test_no_plan_at_all_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "check"]) == 1
    assert "There is no plan here" in capsys.readouterr().err
    assert main(["plan", "check", "gone.yml"]) == 1
    assert capsys.readouterr().err == "gone.yml:1:1: there is no such file or folder\n"


def test_show_prints_a_plan_that_loads(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yml").write_text(SOUND)
    assert main(["plan", "show", "plan.yml"]) == 0
    Path("again.yml").write_text(capsys.readouterr().out)
    assert main(["plan", "diff", "plan.yml", "again.yml"]) == 0
    assert capsys.readouterr().out == "Nothing changes.\n"


def test_show_and_diff_refuse_a_plan_with_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yml").write_text(SOUND)
    Path("wrong.yml").write_text("plan: x\nservces: {}\n")
    assert main(["plan", "show", "wrong.yml"]) == 1
    assert capsys.readouterr().out == ""
    assert main(["plan", "diff", "plan.yml", "wrong.yml"]) == 1
    assert "wrong.yml:2:1" in capsys.readouterr().err


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Bosco"
