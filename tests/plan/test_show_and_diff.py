from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.plan.checking import plan
from tests.plan.test_load import SOUND

from bosco.plan.diff import diff
from bosco.plan.load import Plan, load_texts
from bosco.plan.show import show

SAMPLE = (Path(__file__).parent / "sample.yml").read_text(encoding="utf-8")


def changes(old: str, new: str) -> list[str]:
    return [change.say("en").replace("\N{NO-BREAK SPACE}", " ") for change in diff(plan(old), plan(new))]


@pytest.mark.parametrize("text", [SOUND, SAMPLE, "plan: x\n", "plan: x\nprobes: [{http: https://example.org}]\n"])
def test_a_plan_shown_and_loaded_again_is_the_same(text: str) -> None:
    before = plan(text)
    after = plan(show(before))
    assert after == before
    assert show(after) == show(before)
    assert diff(before, after) == []


def test_a_shown_plan_tells_every_default_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT", "https://hooks.example.org/very-secret")
    shown = show(plan(SOUND))
    assert "confirm: 2" in shown
    assert "timeout: 10s" in shown
    assert "slack: ${CHAT}" in shown
    assert "very-secret" not in shown


names = some.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
texts = some.text(
    some.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20
).filter(lambda text: text.strip() == text)
services = some.dictionaries(
    names,
    some.fixed_dictionaries(
        {},
        optional={
            "name": texts | some.fixed_dictionaries({"fr": texts, "en": texts}),
            "sla": some.floats(1.5, 99.99).map(lambda sla: f"{round(sla, 3)}%"),
            "over_sla": texts,
            "hours": some.sampled_from(["always", "office"]),
            "group": texts,
        },
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=80)
@given(services, some.sampled_from(["fr", "en"]), texts)
def test_any_plan_shown_and_loaded_again_is_the_same(declared: dict[str, object], language: str, name: str) -> None:
    import json

    whole = {"plan": name, "language": language, "services": declared}
    loaded = load_texts({"plan.yml": json.dumps(whole, ensure_ascii=False)})
    assert loaded.mistakes == ()
    assert isinstance(loaded.plan, Plan)
    assert plan(show(loaded.plan)) == loaded.plan


def test_nothing_changed_is_nothing_told() -> None:
    assert changes(SOUND, "# a comment\n" + SOUND) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("sla: 99.9%", "sla: 99.95%", ["Services / api: sla 99.9% → 99.95%"]),
        ("every: 1m", "every: 2m", ["Probes / home: every 1m → 2m"]),
        ("  ping:", "  pong:", ["Probes / ping: removed", "Probes / pong: added"]),
        (", needs: [api]", "", ["Services / site: needs api, no longer"]),
        ("{sla: 99.9%", "{name: API, sla: 99.9%", ["Services / api: name API, new"]),
        ("critical: 85%", "critical: 90%", ["Supervision / host: cpu_usage / critical 85% → 90%"]),
        ("at: 50%", "at: 60%", ["Escalation / P1: 1 / at 50% → 60%"]),
        ("chat: grouped", "chat: no", ["Who is told, and how / P3: chat grouped → no"]),
        ("plan: Shop", "plan: Store", ["Name: Shop → Store"]),
        ("timezone: Europe/Paris", "timezone: UTC", ["Time zone: Europe/Paris → UTC"]),
        ("every: 30s", "every: 30s, paused: yes", ["Probes / ping: paused no → yes"]),
    ],
)
def test_changes_are_told_in_words(before: str, after: str, told: list[str]) -> None:
    assert SOUND.count(before) == 1
    assert changes(SOUND, SOUND.replace(before, after)) == told


def test_another_order_is_told() -> None:
    assert changes("plan: x\nservices: {a: , b: }", "plan: x\nservices: {b: , a: }") == ["Services: in another order"]


def test_changes_are_told_in_french() -> None:
    found = diff(plan(SOUND), plan(SOUND.replace("paused: no", "").replace("every: 1m", "every: 2m, paused: oui")))
    said = [change.say("fr").replace("\N{NO-BREAK SPACE}", " ") for change in found]
    assert said == ["Sondes / home : every 1m → 2m", "Sondes / home : paused non → oui"]
