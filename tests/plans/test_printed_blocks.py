"""The YAML blocks that the teams' documents print load as they are printed, comments and trailing blanks included."""

from datetime import timedelta
from pathlib import Path

import pytest

from bosco.alerts.section import rules_of
from bosco.plan.load import load_texts

PLANS = Path(__file__).resolve().parents[2] / "plans"
BLANK = "\x20"  # a blank at the end of a line, which editors like to remove

CESIZEN = f"""\
# Alertes Sécurité Cesizen
alerts:
  critical:
    - failed_logins: "> 50/min"
    - data_access_anomaly: "detected"
    - admin_privilege_change: "any"
   {BLANK}
  warnings:
    - vulnerability_scan: "medium+"
    - unusual_traffic: "> 200% normal"
    - cert_expiry: "< 30 days"
"""
ZENBILLING = f"""\
# Configuration supervision ZenBilling
supervision:
  infrastructure:
    - cpu_usage:{BLANK}
        warning: 70%
        critical: 85%
    - memory_usage:
        warning: 75%{BLANK}
        critical: 90%
    - disk_space:
        warning: 80%
        critical: 95%
    - network_latency:
        warning: 100ms
        critical: 500ms
       {BLANK}
  application:
    - api_response_time:
        warning: 1000ms
        critical: 2000ms
    - error_rate:
        warning: 2%
        critical: 5%
    - database_connections:
        warning: 80%
        critical: 95%
       {BLANK}
  business:
    - failed_payments:
        warning: 5%
        critical: 10%
    - invoice_generation_errors:
        warning: 2%
        critical: 5%
"""


@pytest.mark.parametrize(
    ("file", "printed"), [("cesizen/alerts.yml", CESIZEN), ("zenbilling/supervision.yml", ZENBILLING)]
)
def test_the_plan_holds_the_block_as_it_was_printed(file: str, printed: str) -> None:
    assert (PLANS / file).read_text(encoding="utf-8") == printed


def judged(block: str) -> list[tuple[str, str, str, timedelta]]:
    loaded = load_texts({"plan.yml": "plan: Printed\n", "block.yml": block})
    assert [str(mistake) for mistake in loaded.mistakes] == []
    assert loaded.plan is not None
    return [(rule.measure, rule.level, str(rule.condition), rule.lasting) for rule in rules_of(loaded.plan)]


def test_the_alerts_of_cesizen_mean_what_they_say() -> None:
    now = timedelta(0)
    assert judged(CESIZEN) == [
        ("failed_logins", "critical", "> 50/min", now),
        ("data_access_anomaly", "critical", "detected", now),
        ("admin_privilege_change", "critical", "any", now),
        ("vulnerability_scan", "warning", "medium+", now),
        ("unusual_traffic", "warning", "> 200% normal", now),
        ("cert_expiry", "warning", "< 30 days", now),
    ]


def test_the_supervision_of_zenbilling_means_what_it_says() -> None:
    found = judged(ZENBILLING)
    assert len(found) == 18
    assert ("cpu_usage", "critical", "85%", timedelta(0)) in found
    assert ("network_latency", "warning", "100ms", timedelta(0)) in found
    assert ("invoice_generation_errors", "critical", "5%", timedelta(0)) in found
