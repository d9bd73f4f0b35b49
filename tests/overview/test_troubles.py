"""What the first page says in five seconds: what is wrong, since when, who is on it, what comes next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.alerts.world import plan_of

from bosco.alerts.model import Alert, Hold
from bosco.incidents.store import Case
from bosco.kit.words import say
from bosco.notices.model import Ahead, Matter, NextStep
from bosco.overview.now import standing_now
from bosco.overview.troubles import Wrong, wrong_now
from bosco.records.record import Pledge, Record, Spell
from bosco.services.model import Standing

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLAN = plan_of("plan: Shop\nteam: {ada: {name: Ada}}\nservices: {api: {name: API, down: P1}}\n")
ALERT = Alert(
    id="A",
    fingerprint="a",
    source="rule",
    title="disk_space: Critical",
    priority="P2",
    level="critical",
    service=None,
    labels={},
    seen="96%",
    against="95%",
    why="disk_space (96%) >= 95%",
    since=NOW,
    raised_at=NOW,
    changed_at=NOW,
)
CASE = Case("SHOP-0001", "incident", "api", NOW, NOW, None, None)
RECORD = Record(
    number="SHOP-0001",
    kind="incident",
    title="API is down",
    stage="open",
    priority="P1",
    opened_at=NOW,
    opened_by="bosco",
    changed_at=NOW,
    seq=1,
    service="api",
    stages=(Spell(stage="open", at=NOW, by="bosco"),),
    pledges=(Pledge(at=NOW, priority="P1", seconds={"acknowledge": 900, "resolve": 7200}),),
)


def wrong(*alerts: Alert, incidents: Any = (), ahead: Any = None, state: str = "up", counts: Any = None) -> Wrong:
    standings: Any = {"api": Standing(state, NOW, "seen")}  # type: ignore[arg-type]
    held = counts or {"firing": len(alerts), "held": sum(one.hold is not None for one in alerts)}
    return wrong_now(PLAN, standing_now(PLAN, standings), incidents, alerts, held, ahead or {}, NOW)


def test_nothing_wrong_is_said_calmly() -> None:
    found = wrong()
    assert (found.tone, str(say(found.says, "en")), found.shown) == ("ok", "Everything that is watched is up", ())


def test_an_alert_says_who_has_it_and_what_comes_next() -> None:
    step = NextStep(at=NOW + timedelta(minutes=5), says="Ada is told")
    found = wrong(ALERT, ahead={ALERT.subject: Ahead((step,), "user:ada")})
    (one,) = found.shown
    assert (found.tone, str(say(found.says, "en"))) == ("critical", "disk_space: Critical")
    assert (say(one.owner, "en"), one.next_says, one.next_at) == ("Ada", "Ada is told", step.at)


def test_an_incident_speaks_for_its_alerts_and_comes_by_its_priority() -> None:
    other = replace(ALERT, id="B", priority="P3", since=NOW - timedelta(hours=1))
    speaker = Matter(key="record:SHOP-0001", subject="", path="", title="", priority="P1", since=NOW)
    ahead = {ALERT.subject: Ahead((), None, speaker)}
    found = wrong(other, ALERT, incidents=[(CASE, RECORD)], ahead=ahead, state="down")
    assert [one.href for one in found.shown] == ["/incidents/SHOP-0001", "/alerts/B"]
    # Nobody is told any more; what comes next is the end of a promise.
    assert (str(found.shown[0].next_says), found.shown[0].next_at) == ("Acknowledge", NOW + timedelta(minutes=15))
    assert (found.incidents, found.alerts, str(say(found.says, "en"))) == (1, 2, "API is down")


def test_what_is_muted_is_counted_and_not_shown() -> None:
    found = wrong(replace(ALERT, hold=Hold("silence", "known")))
    assert (found.shown, found.muted, found.tone) == ((), 1, "ok")


def test_an_incident_that_is_well_again_comes_last_and_is_no_longer_critical() -> None:
    found = wrong(incidents=[(replace(CASE, recovered=NOW), RECORD)])
    assert (found.tone, str(say(found.says, "en"))) == ("degraded", "1 incident is not closed yet")
    both = wrong(replace(ALERT, priority="P4"), incidents=[(replace(CASE, recovered=NOW), RECORD)])
    assert [one.recovered for one in both.shown] == [False, True]


def test_of_many_the_most_urgent_are_shown_and_the_rest_counted() -> None:
    many = [replace(ALERT, id=f"{n}", priority="P1" if n == 29 else "P3") for n in range(30)]
    found = wrong(*many)
    assert (len(found.shown), found.more, found.shown[0].href) == (6, 24, "/alerts/29")
