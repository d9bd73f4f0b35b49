"""What the pages say, decided without a page: whose fault it is, what a day was, where a line breaks off."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.plan.checking import plan as read_plan

from bosco.kit.words import Language, say
from bosco.notices.urgency import urgency_of
from bosco.plan.load import Plan
from bosco.probes.kind import Outcome
from bosco.probes.model import ProbeView
from bosco.probes.page_chart import chart_start, phase_bar, state_markers, with_holes
from bosco.probes.page_days import bars
from bosco.probes.page_environments import members
from bosco.probes.page_heartbeat import examples
from bosco.probes.page_probe import next_look, target_of, verdict_of
from bosco.probes.page_probes import Row, Wanted, narrowed, ordered, state_tabs
from bosco.probes.page_service import causes_of, last_months, month_kept
from bosco.probes.page_services import causes, stands, summary
from bosco.probes.page_span import span_called
from bosco.probes.page_tree import branches, needed_by
from bosco.probes.section import PROBES
from bosco.probes.state import Sight, Standing, begin
from bosco.services.availability import measure
from bosco.services.days import DayBar
from bosco.services.intervals import Interval
from bosco.services.marks import Mark
from bosco.services.model import Standing as ServiceStanding
from bosco.services.model import State
from bosco.services.section import SERVICES
from bosco.services.spans import Span
from bosco.web.draw import uptime_svg

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = """\
plan: Watched
priorities: {P1: {name: Critical, color: purple, blink: true}}
services:
  web: {needs: [api, cdn], url: "https://app.example.org/"}
  api: {needs: [database], down: P1, group: Inside}
  database: {group: Inside}
  cdn: {}
  alone: {environment: staging}
environments:
  staging: {url: "https://staging.example.org"}
  production: {url: "https://APP.example.org/welcome"}
probes:
  web: {http: "https://app.example.org/health", service: web, every: 1m, confirm: 3}
  stage: {http: "https://staging.example.org/?token=abc", every: 1m}
  door: {tcp: "db.example.org:5432", every: 1m}
  store: {postgres: "host=db user=app password=hunter2", every: 1m}
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(PLAN)


def standings(**states: State) -> dict[str, ServiceStanding]:
    return {name: ServiceStanding(state, NOW, "because") for name, state in states.items()}


def view(state: Outcome = "up", **more: Any) -> ProbeView:
    known: dict[str, Any] = {
        "name": "web",
        "kind": "http",
        "service": "web",
        "label": None,
        "state": state,
        "since": NOW,
        "because": "because",
        "flapping": False,
        "paused": False,
        "every": MINUTE,
        "reading": None,
        "looked_at": NOW,
    }
    return ProbeView(**{**known, **more})


def row(name: str, word: str, **more: Any) -> Row:
    known: dict[str, Any] = {
        "label": name,
        "kind": "http",
        "service": None,
        "service_label": None,
        "since": NOW,
        "because": "",
        "took": None,
    }
    return Row(name=name, word=word, **{**known, **more})


def test_each_service_stands_once_below_the_first_that_needs_it(plan: Plan) -> None:
    found = {str(one.group): [(node.key, node.depth) for node in one.nodes] for one in branches(plan[SERVICES])}
    assert found["None"] == [("web", 0), ("cdn", 1), ("alone", 0)]
    assert found["Inside"] == [("api", 0), ("database", 1)]
    assert needed_by(plan[SERVICES], "database") == ["api", "web"]
    assert needed_by(plan[SERVICES], "web") == []


def test_trouble_is_followed_to_where_it_begins(plan: Plan) -> None:
    assert causes(plan, "web", standings(web="down", api="down", database="down")) == ["database"]
    assert causes(plan, "web", standings(web="down", api="up", database="down")) == []
    assert causes(plan, "web", standings(web="degraded", api="down", cdn="down")) == ["cdn", "api"]
    assert stands(plan, "web", standings(web="up", api="down")).causes == ()


@pytest.mark.parametrize(
    ("states", "tone", "says"),
    [
        ({}, "unknown", "Nothing has been looked at yet"),
        ({"web": "up"}, "ok", "Everything that is watched is up"),
        ({"web": "up", "api": "unknown"}, "unknown", "1 service could not be looked at"),
        ({"web": "up", "api": "degraded"}, "degraded", "api is degraded"),
        ({"web": "degraded", "api": "degraded"}, "degraded", "2 services are degraded"),
        ({"web": "down", "api": "degraded"}, "critical", "web is down"),
        ({"web": "down", "api": "down"}, "critical", "2 services are down"),
    ],
)
def test_one_sentence_tells_the_worst_of_all_services(
    plan: Plan, states: dict[str, State], tone: str, says: str
) -> None:
    found = [stands(plan, key, standings(**states)) for key in plan[SERVICES]]
    told = summary(found)
    assert (told[0], say(told[1], "en")) == (tone, says)


def test_an_environment_has_what_says_so_and_what_has_its_address(plan: Plan) -> None:
    assert members(plan, "production").services == ("web",)
    assert members(plan, "production").probes == ()
    assert members(plan, "staging").services == ("alone",)
    assert members(plan, "staging").probes == ("stage",)


@pytest.mark.parametrize(
    ("hours", "tone", "says"),
    [
        ((24, 0, 0), "ok", "2 Mar 2026: up"),
        ((23, 0, 1), "critical", "2 Mar 2026: down for 1 h"),
        ((22, 2, 0), "degraded", "2 Mar 2026: degraded for 2 h"),
        ((0, 0, 0), "muted", "2 Mar 2026: nobody saw how it was"),
        ((2, 0, 0), "unknown", "2 Mar 2026: up whenever it was seen; unseen for 22 h"),
        ((20, 0, 2), "critical", "2 Mar 2026: down for 2 h; unseen for 2 h"),
    ],
)
def test_a_day_shows_any_downtime_and_never_makes_calm_of_silence(
    hours: tuple[int, int, int], tone: str, says: str
) -> None:
    up, degraded, down = (timedelta(hours=count) for count in hours)
    day = datetime(2026, 3, 2, tzinfo=UTC)
    (bar,) = bars([DayBar(day, timedelta(hours=24), up, degraded, down)])
    assert (bar.tone, say(bar.says, "en").replace("\u00a0", " ")) == (tone, says)


def test_no_line_is_drawn_where_nobody_looked() -> None:
    at, columns = with_holes([0.0, 60.0, 120.0, 600.0], {"mean": [1.0, 2.0, 3.0, 4.0]}, 114.0)
    assert at == [0, 60, 120, 360, 600]
    assert columns["mean"] == [1.0, 2.0, 3.0, None, 4.0]


def test_a_chart_begins_where_the_watching_did() -> None:
    since = NOW - timedelta(hours=24)
    assert chart_start(since, [Interval("web", "up", NOW - timedelta(days=9))], NOW) == since
    assert chart_start(since, [Interval("web", "up", NOW - timedelta(hours=2))], NOW) == NOW - timedelta(hours=2)
    assert chart_start(since, [Interval("web", "unknown", NOW)], NOW) == NOW - timedelta(minutes=5)
    assert chart_start(since, [], NOW) == since


def test_stretches_of_trouble_are_cut_at_the_ends_of_a_chart_and_named_while_they_are_few() -> None:
    since, until = NOW - timedelta(hours=24), NOW
    bad = [
        Interval("web", "down", since - MINUTE, since + MINUTE),
        Interval("web", "up", since + MINUTE, until - MINUTE),
        Interval("web", "degraded", until - MINUTE),
    ]
    first, last = state_markers(bad, since, until)
    assert (first["at"], first["until"], first["tone"]) == (since, since + MINUTE, "red")
    assert (last["at"], last["until"], last["tone"]) == (until - MINUTE, until, "amber")
    assert say(first["says"], "fr") == "En panne"
    many = [Interval("web", "down", since + at * 10 * MINUTE, since + (at * 10 + 1) * MINUTE) for at in range(100)]
    drawn = state_markers(many, since, until)
    assert len(drawn) == 60
    assert not any("says" in one for one in drawn)


def test_what_touched_a_service_is_named_before_how_it_was() -> None:
    since, until = NOW - timedelta(hours=24), NOW
    marks = [
        Mark("deployment", since + 60 * MINUTE, "1.4.2"),
        Mark("incident", since + 600 * MINUTE, "SHOP-0001", since + 700 * MINUTE),
        Mark("incident", since - 600 * MINUTE, "before", since - MINUTE),
    ]
    drawn = state_markers([Interval("web", "down", since + 590 * MINUTE, since + 700 * MINUTE)], since, until, marks)
    assert [(one["tone"], one.get("says")) for one in drawn] == [("blue", "1.4.2"), ("red", None), ("red", "SHOP-0001")]
    assert "until" not in drawn[0]


def test_a_day_says_what_happened_on_it() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    calm = DayBar(day, timedelta(hours=24), timedelta(hours=24), timedelta(0), timedelta(0))
    marks = [Mark("deployment", day + MINUTE, "1.4.2"), Mark("incident", day + 2 * MINUTE, "SHOP-0001")]
    (bar,) = bars([calm], marks)
    assert bar.mark == "red"
    assert say(bar.says, "en").endswith("; 1.4.2; SHOP-0001")
    assert bars([calm], [Mark("incident", day + timedelta(days=1), "tomorrow")]) == bars([calm])


def test_in_a_list_of_many_only_days_with_trouble_speak() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    hours = [(24, 0, 0), (0, 0, 0), (20, 4, 0), (20, 0, 4)]
    days = [DayBar(day, timedelta(hours=24), *(timedelta(hours=count) for count in each)) for each in hours]
    drawn = bars(days, brief=True)
    assert [one.tone for one in drawn] == [one.tone for one in bars(days)]
    assert [bool(one.says) for one in drawn] == [False, False, True, True]
    svg = str(uptime_svg(drawn, "API"))
    assert svg.count("<rect") == 2
    assert '<path class="ok" d="M0 9h3v14h-3z"/>' in svg
    # A year of calm is one path, however many services there are.
    assert len(str(uptime_svg(bars([days[0]] * 90, brief=True), "API"))) < 2000


def test_downtime_is_laid_to_what_the_service_needs() -> None:
    span = Span(NOW - timedelta(days=3), NOW)
    own = Interval("api", "down", NOW - 300 * MINUTE, NOW - 290 * MINUTE)
    followed = Interval("api", "down", NOW - 100 * MINUTE, NOW - 60 * MINUTE)
    month = month_kept(measure([own, followed], span, NOW), 99.9)
    states = [Interval("database", "down", NOW - 101 * MINUTE, NOW - 61 * MINUTE)]
    told = causes_of(month, [("Database", "database"), ("Mail", "mail")], states)
    assert [(say(says, "en"), span) for says, span in told] == [
        ("while Database was down", 40 * MINUTE),
        ("of its own", 10 * MINUTE),
    ]
    assert causes_of(month, [("Mail", "mail")], []) == []


def test_phases_fill_their_bar() -> None:
    drawn = str(phase_bar({"dns": timedelta(milliseconds=1), "first_byte": timedelta(milliseconds=3)}))
    assert 'x="0.0%" width="25.0%"' in drawn
    assert 'x="25.0%" width="75.0%"' in drawn
    assert "<rect" not in str(phase_bar({}))
    assert 'width="0.0%"' in str(phase_bar({"dns": timedelta(0)}))


def test_what_a_probe_looks_at_is_told_without_its_secrets(plan: Plan) -> None:
    probes = plan[PROBES]
    assert target_of(probes["web"]) == "https://app.example.org/health"
    assert target_of(probes["stage"]) == "https://staging.example.org/?token=…"
    assert target_of(probes["door"]) == "db.example.org:5432"
    assert "hunter2" not in target_of(probes["store"])


def test_the_next_look_comes_sooner_while_the_last_one_is_in_doubt(plan: Plan) -> None:
    probe, calm = plan[PROBES]["web"], begin(NOW)
    steady = next_look(view(), probe, calm, NOW)
    assert NOW < steady <= NOW + MINUTE
    doubt = Standing("up", NOW, "", recent=(Sight("down", NOW),))
    soon = next_look(view(looked_at=NOW), probe, doubt, NOW)
    assert soon <= NOW + timedelta(seconds=15)
    told = verdict_of(view(), "up", probe, doubt, NOW)
    assert say(told.next, "en") == "The last look was not good; 3 of 3 make it change its state."


def test_a_probe_that_flaps_does_not_look_calm(plan: Plan) -> None:
    told = verdict_of(view(flapping=True), "up", plan[PROBES]["web"], begin(NOW), NOW)
    assert told.tone == "degraded"
    assert say(told.title, "fr") == "Il change sans cesse d’état"


def test_the_worst_come_first_and_the_latest_of_them_before_the_others() -> None:
    rows = [
        row("calm", "up"),
        row("old", "down", since=NOW - MINUTE),
        row("fresh", "down", since=NOW),
        row("odd", "unknown", share=0.5, p95=9.0),
    ]
    assert [one.name for one in ordered(rows, Wanted())] == ["fresh", "old", "odd", "calm"]
    assert [one.name for one in ordered(rows, Wanted(order="name"))] == ["calm", "fresh", "odd", "old"]
    assert ordered(rows, Wanted(order="failing"))[0].name == "odd"
    assert ordered(rows, Wanted(order="slowest"))[0].name == "odd"
    assert [one.name for one in ordered(rows, Wanted(state="down"))] == ["fresh", "old"]
    tabs = state_tabs(rows, Wanted(search="a b", state="up"))
    assert [(tab["href"], tab["count"]) for tab in tabs] == [
        ("/probes?q=a+b", 4),
        ("/probes?q=a+b&state=down", 2),
        ("/probes?q=a+b&state=unknown", 1),
        ("/probes?q=a+b&state=up", 1),
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_word_of_a_search_must_be_found(language: Language) -> None:
    rows = [row("api-health", "up", service="api", service_label="API Core"), row("web", "up")]
    assert [one.name for one in narrowed(rows, Wanted(search="CORE http"), language)] == ["api-health"]
    assert narrowed(rows, Wanted(search="core tcp"), language) == []
    assert [one.name for one in narrowed(rows, Wanted(service="api"), language)] == ["api-health"]


def test_months_follow_each_other_over_years_and_changes_of_clocks() -> None:
    paris = ZoneInfo("Europe/Paris")
    months = last_months(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), paris, 15)
    assert all(later.start == earlier.end for later, earlier in pairwise(months))
    assert months[0].start == datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    assert months[1].length == timedelta(days=31, hours=-1)


def test_priorities_are_shown_in_the_colours_of_the_plan(plan: Plan) -> None:
    urgent = urgency_of(plan, "P1")
    assert urgent is not None
    assert (urgent.color, urgent.blink) == ("violet", True)
    assert urgency_of(plan, None) is None


def test_spans_that_nobody_knows_are_a_day() -> None:
    assert span_called("90d").length == timedelta(days=90)
    assert span_called("<script>").word == span_called(None).word == "24h"


def test_lines_to_copy_hold_the_address_and_the_rhythm() -> None:
    found = examples("https://ops.example.org/ping/key", "5 4 * * *")
    assert found[0].text.startswith("5 4 * * *  /path/to/job.sh && curl ")
    assert all("https://ops.example.org/ping/key" in one.text for one in found)
    assert examples("https://x/ping/key", None)[0].text.startswith("30 2 * * *")
