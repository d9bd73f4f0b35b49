from pathlib import Path

import pytest
from tests.plan.checking import told, warned

from bosco.alerts.section import priority_of, rules_of
from bosco.plan.load import load, load_texts
from bosco.plan.show import show

HERE = Path(__file__).parent
PLANS = sorted(path for path in (HERE.parents[1] / "plans").iterdir() if any(path.glob("*.y*ml")))


def test_the_supervision_block_of_zenbilling_loads_as_printed() -> None:
    loaded = load_texts({"plan.yml": "plan: ZenBilling\n", "seed.yml": (HERE / "seeds/zenbilling.yml").read_text()})
    assert told(loaded) == []
    assert loaded.plan is not None
    rules = {(rule.layer, rule.measure, rule.level): str(rule.condition) for rule in rules_of(loaded.plan)}
    assert len(rules) == 18
    assert rules["infrastructure", "cpu_usage", "warning"] == "70%"
    assert rules["infrastructure", "network_latency", "critical"] == "500ms"
    assert rules["business", "invoice_generation_errors", "critical"] == "5%"
    unfed = [line for line in warned(loaded) if "nothing feeds" in line]
    assert [line.split(": ")[1] for line in unfed] == [
        # The block alone has no probe.
        "nothing feeds network_latency",
        "nothing feeds api_response_time",
        "nothing feeds error_rate",
        "nothing feeds database_connections",
        "nothing feeds failed_payments",
        "nothing feeds invoice_generation_errors",
    ]


def test_the_alerts_block_of_cesizen_loads_as_printed() -> None:
    loaded = load_texts({"plan.yml": "plan: CESIZen\n", "seed.yml": (HERE / "seeds/cesizen.yml").read_text()})
    assert told(loaded) == []
    assert loaded.plan is not None
    rules = rules_of(loaded.plan)
    assert [(rule.measure, rule.level, str(rule.condition)) for rule in rules] == [
        ("failed_logins", "critical", "> 50/min"),
        ("data_access_anomaly", "critical", "detected"),
        ("admin_privilege_change", "critical", "any"),
        ("vulnerability_scan", "warning", "medium+"),
        ("unusual_traffic", "warning", "> 200% normal"),
        ("cert_expiry", "warning", "< 30 days"),
    ]
    assert [priority_of(loaded.plan, rule) for rule in rules] == ["P2"] * 3 + ["P3"] * 3


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_the_plans_we_ship_have_no_mistake(path: Path) -> None:
    assert told(load(path)) == []


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_a_plan_that_we_ship_shown_and_loaded_again_is_the_same(path: Path) -> None:
    loaded = load(path).plan
    assert loaded is not None
    again = load_texts({"plan.yml": show(loaded)})
    assert told(again) == []
    assert again.plan == loaded
    assert again.plan is not None
    assert show(again.plan) == show(loaded)
