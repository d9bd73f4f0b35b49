"""The heartbeat kind: what the plan says of a job that reports by itself."""

from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, seen

from bosco.plan.cron import Cron
from bosco.plan.load import load_texts
from bosco.probes.section import PROBES
from bosco.services.section import SERVICES


def test_a_period_or_a_cron_line_says_when_it_should_come() -> None:
    daily = probe("{heartbeat: 1d, grace: 2h, key: '${KEY}'}").look
    assert daily.comes_to_us
    assert (daily.rhythm, daily.grace, daily.key) == (timedelta(days=1), timedelta(hours=2), "${KEY}")  # type: ignore[attr-defined]
    nightly = probe('{heartbeat: "30 2 * * *"}').look
    assert isinstance(nightly.rhythm, Cron)  # type: ignore[attr-defined]
    assert nightly.grace == timedelta(hours=1)  # type: ignore[attr-defined]
    assert isinstance(probe("{heartbeat: '@daily'}").look.rhythm, Cron)  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", ["{heartbeat: 1d}", '{heartbeat: "30 2 * * *", grace: 30m}'])
def test_what_is_read_is_written_back(line: str) -> None:
    read = load_texts({"plan.yml": f"probes:\n- {line}\n"}, [PROBES, SERVICES]).plan
    assert read is not None
    (written,) = read.written(PROBES).values()
    again = load_texts(
        {"plan.yml": f"probes:\n- {{heartbeat: '{written['heartbeat']}', grace: {written['grace']}}}\n"},
        [PROBES, SERVICES],
    ).plan
    assert again is not None
    assert next(iter(again[PROBES].values())).heartbeat == next(iter(read[PROBES].values())).heartbeat  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", ["sometimes", "0s", "'61 * * * *'", "'* * * *'", "-1d"])
def test_mistakes_are_told(value: str) -> None:
    assert len(mistakes(f"{{heartbeat: {value}}}")) == 1


def test_nobody_looks_at_a_heartbeat() -> None:
    assert seen("{heartbeat: 1d}").outcome == "unknown"
