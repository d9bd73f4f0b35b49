"""The four products' plans: they check without a mistake, and say what the teams' tables say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bosco.agenda.section import CALENDAR
from bosco.kit.units import say_duration
from bosco.notices.cells import Light, Tell
from bosco.notices.section import NOTIFY, PRIORITIES
from bosco.plan.load import Loaded, Plan, load
from bosco.plan.recurrence import Recurrence
from bosco.probes.section import PROBES
from bosco.records.section import RECORDS
from bosco.services.section import SERVICES

PLANS = Path(__file__).resolve().parents[2] / "plans"
NAMES = sorted(folder.name for folder in PLANS.iterdir() if folder.is_dir())
PARIS = ZoneInfo("Europe/Paris")

# What the plans name and nothing proves yet; each is true, and stays until something does.
_LOGS = "nothing feeds {}: Bosco keeps no logs; send it over the API"
WARNINGS: dict[str, list[str]] = {
    "blockdeploy": [
        _LOGS.format("application_errors"),
        "no probe watches Smart contracts: nothing will prove that it is up",
    ],
    "cesizen": [_LOGS.format(name) for name in ("failed_logins", "data_access_anomaly", "admin_privilege_change")],
    "make-the-change": [_LOGS.format(name) for name in ("unusual_api_access", "data_exfiltration")],
    "zenbilling": [_LOGS.format("application_errors")],
}


@cache
def loaded(name: str) -> Loaded:
    return load(PLANS / name)


def plan(name: str) -> Plan:
    found = loaded(name).plan
    assert found is not None, [mistake.say("en") for mistake in loaded(name).mistakes]
    return found


def test_the_four_products_have_a_plan() -> None:
    assert NAMES == ["blockdeploy", "cesizen", "make-the-change", "zenbilling"]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_has_no_mistakes_and_only_honest_warnings(name: str) -> None:
    assert [mistake.say("en") for mistake in loaded(name).mistakes] == []
    assert [warning.text("en") for warning in loaded(name).warnings] == WARNINGS.get(name, [])


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_a_file_for_each_theme(name: str) -> None:
    files = {file.name for file in (PLANS / name).iterdir()}
    themes = {"plan.yml", "people.yml", "services.yml", "watch.yml", "notify.yml", "records.yml", "calendar.yml"}
    assert themes <= files
    for file in (PLANS / name).iterdir():
        # Every file says in its first line what it is about.
        assert file.read_text(encoding="utf-8").startswith("# "), file


def empty_words(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [f"{path}: {key}"] if value is None else empty_words(value, f"{path}/{key}")
    elif isinstance(node, list):
        for item in node:
            yield from empty_words(item, path)


@pytest.mark.parametrize("name", NAMES)
def test_no_comma_cuts_a_text_in_two(name: str) -> None:
    """Inside braces, `{promise: 3 copies, 2 places}` is a promise and an empty word."""
    for file in (PLANS / name).glob("*.yml"):
        assert list(empty_words(yaml.safe_load(file.read_text(encoding="utf-8")), file.name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_people_are_roles(name: str) -> None:
    """No real person's number: the block that France keeps for fiction."""
    text = "".join(file.read_text(encoding="utf-8") for file in (PLANS / name).glob("*.yml"))
    assert "+33" not in text.replace("+3363998", "")


def test_cesizen_allows_the_downtime_of_its_table() -> None:
    allowed = {
        key: say_duration(service.downtime_a_month // timedelta(minutes=1) * timedelta(minutes=1)).texts["en"]
        for key, service in plan("cesizen")[SERVICES].items()
        if service.downtime_a_month is not None
    }
    assert {key: text.replace("\N{NO-BREAK SPACE}", " ") for key, text in allowed.items()} == {
        "web": "3 h 36 min",
        "api": "43 min",
        "database": "21 min",
        "cdn": "4 min",
        "auth": "43 min",
    }


def test_cesizen_tells_as_its_matrix_shows() -> None:
    rows = {
        key: {channel: str(one) for channel, one in row.items() if isinstance(one, (Tell, Light))}
        for key, row in plan("cesizen")[NOTIFY].items()
    }
    assert rows["P1"] == {"slack": "now", "email": "now", "sms": "on-call", "dashboard": "red blinking"}
    assert rows["P2"] == {"slack": "within 5m", "email": "within 10m", "sms": "no", "dashboard": "orange"}
    assert rows["P3"] == {"slack": "grouped", "email": "daily at 08:30", "sms": "no", "dashboard": "blue"}
    assert rows["P4"] == {"slack": "grouped", "email": "weekly on mon at 09:00", "sms": "no", "dashboard": "grey"}


HOURS = timedelta(hours=1)
DELAYS = [
    ("cesizen", None, {"P1": 2 * HOURS, "P2": 8 * HOURS, "P3": 24 * HOURS, "P4": 72 * HOURS}),
    (
        "cesizen",
        "request",
        {
            "access": 48 * HOURS,
            "rectification": timedelta(0),
            "erasure": timedelta(days=30),
            "portability": 48 * HOURS,
            "restriction": timedelta(0),
            "objection": timedelta(days=7),
        },
    ),
    (
        "zenbilling",
        None,
        {"critique": 4 * HOURS, "haute": 24 * HOURS, "moyenne": timedelta(days=7), "faible": timedelta(days=30)},
    ),
    (
        "zenbilling",
        "update",
        {
            "security-critical": 24 * HOURS,
            "security-minor": timedelta(days=7),
            "minor": timedelta(days=7),
            "dev": timedelta(days=7),
            "major": timedelta(days=30),
        },
    ),
    ("make-the-change", "security", {"incident": 4 * HOURS}),
]


@pytest.mark.parametrize(("name", "kind", "delays"), DELAYS)
def test_delays_are_those_of_the_tables(name: str, kind: str | None, delays: dict[str, timedelta]) -> None:
    found = plan(name)[RECORDS][kind].priorities if kind else plan(name)[PRIORITIES]
    assert {key: priority.resolve for key, priority in found.items()} == delays


def test_answers_are_due_as_the_tables_say() -> None:
    security = plan("cesizen")[RECORDS]["security"].priorities
    assert [one.respond for one in security.values()] == [HOURS / 2, 2 * HOURS, 8 * HOURS, 24 * HOURS]
    support = plan("make-the-change")[PRIORITIES]
    assert [one.respond for one in support.values()] == [HOURS, 4 * HOURS, 24 * HOURS, 72 * HOURS]


def test_zenbilling_watches_its_twelve_services_twice_a_minute() -> None:
    health = [
        probe for probe in plan("zenbilling")[PROBES].values() if str(getattr(probe, "http", "")).endswith("/health")
    ]
    services = {probe.service for probe in health if probe.every == timedelta(seconds=30)}
    assert len(services) == 12


def rhythm(name: str, key: str) -> Recurrence:
    (found,) = (one for one in plan(name)[CALENDAR].values() if one.name.say("fr") == key)
    return found.recurrence


# plan, entry -> when it comes first after Saturday 5 December 2026, noon in Paris, and how long it takes
COMES = [
    ("cesizen", "Backup BDD", "Sun 06 Dec 00:30", timedelta(minutes=15)),
    ("cesizen", "Revue des incidents", "Mon 07 Dec 09:00", timedelta(0)),
    ("cesizen", "Maintenance majeure", "Sun 06 Dec 02:00", 2 * HOURS),
    ("cesizen", "Mise à jour majeure", "Sun 17 Jan 02:00", 4 * HOURS),
    ("make-the-change", "Maintenance de la base", "Sun 06 Dec 02:00", 2 * HOURS),
    ("make-the-change", "Maintenance lourde", "Sat 05 Dec 23:00", 3 * HOURS),
    ("make-the-change", "Rapport hebdomadaire", "Mon 07 Dec 09:00", timedelta(0)),
    ("zenbilling", "Mises à jour mineures", "Mon 07 Dec 09:00", timedelta(0)),
    ("blockdeploy", "Version de maintenance", "Tue 08 Dec 10:00", timedelta(0)),
]


@pytest.mark.parametrize(("name", "key", "first", "lasts"), COMES)
def test_what_is_planned_comes_at_its_hour(name: str, key: str, first: str, lasts: timedelta) -> None:
    found = rhythm(name, key).after(datetime(2026, 12, 5, 11, tzinfo=UTC), PARIS)
    assert found is not None
    assert found.start.astimezone(PARIS).strftime("%a %d %b %H:%M") == first
    assert found.end - found.start == lasts


@pytest.mark.parametrize("name", NAMES)
def test_no_rhythm_leaves_open_when_it_begins(name: str) -> None:
    assert [key for key, one in plan(name)[CALENDAR].items() if one.recurrence.needs_first_day] == []
