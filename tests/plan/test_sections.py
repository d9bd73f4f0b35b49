from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.plan.checking import check, plan, told, warned

from bosco.agenda.section import CALENDAR
from bosco.alerts.section import good_of, priority_of, rules_of
from bosco.channels.section import CHANNELS
from bosco.kit.words import say
from bosco.notices.cells import Light, Tell
from bosco.notices.section import ESCALATION, NOTIFY, PRIORITIES, row_of
from bosco.people.section import ON_CALL, TEAM, members_of, people_at_level
from bosco.plan.header import HOURS, TIMEZONE, hours_called
from bosco.plan.hours import is_open
from bosco.plan.load import Plan
from bosco.plan.section import Table
from bosco.plan.sections import discover
from bosco.probes.kind import Kind
from bosco.probes.section import PROBES, every_kind
from bosco.prove.section import COMMITMENTS
from bosco.records.section import RECORDS, demands_postmortem, priorities_of
from bosco.services.section import SERVICES
from bosco.signals.section import SIGNALS, is_fed, unit_of
from bosco.status.section import STATUS_PAGE

SAMPLE = (Path(__file__).parent / "sample.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sample() -> Plan:
    return plan(SAMPLE)


def rows(table: Table | None, language: str) -> list[list[str]]:
    assert table is not None
    read = [[str(say(one, language)) for one in table.columns]]  # type: ignore[arg-type]
    read += [[str(say(one.text, language)) for one in row] for row in table.rows]  # type: ignore[arg-type]
    return [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in read]


def only(loaded_from: str) -> list[str]:
    return [line.split(": ", 1)[1] for line in told(check(loaded_from))]


# -- people


def test_a_group_stands_for_its_members_and_theirs() -> None:
    grouped = plan("plan: x\nteam: {a: {level: 3}, b: {level: 3}, c: {members: [a, b]}, d: {members: [c, a]}}\n")
    assert members_of(grouped, "d") == ["a", "b"]
    assert members_of(grouped, "a") == ["a"]
    assert members_of(grouped, "z") == []
    assert people_at_level(grouped, 3) == ["a", "b"]


def test_a_group_that_holds_itself_is_a_mistake() -> None:
    assert only("plan: x\nteam: {a: {members: [b]}, b: {members: a}}\n") == [
        "the group “a” holds itself",
        "the group “b” holds itself",
    ]


def test_people_without_any_contact_are_warned_of() -> None:
    loaded = check("plan: x\nteam:\n  ana: {name: Ana}\n  bob: {slack: '@bob'}\n  all: {members: [ana, bob]}\n")
    assert warned(loaded)[1:] == ["plan.yml:3:3: nothing can be told to Ana: no e-mail, no phone, no chat"]


def test_a_rotation_hands_over_when_it_says(sample: Plan) -> None:
    handover = sample[ON_CALL]["duty"].handover.after(datetime(2026, 11, 21, tzinfo=UTC), sample[TIMEZONE])
    assert handover is not None
    assert handover.planned == datetime(2026, 11, 23, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("rotation", "warning"),
    [
        ("{}", "the rotation night names nobody"),
        ("{people: [a], hours: office}", "the rotation night has a hole: nobody is on call on Monday at 00:00"),
        (
            "{people: [a], hours: office, layers: [{people: [a], hours: rest}]}",
            "nobody is on call on Saturday at 08:00",
        ),
        ("{people: [a]}", None),
        ("{layers: [{people: [a], hours: office}, {people: [a], hours: always}]}", None),
    ],
)
def test_holes_of_rotations_are_warned_of(rotation: str, warning: str | None) -> None:
    loaded = check(f"""\
        plan: x
        team: {{a: {{email: a@example.org}}}}
        hours:
          office: {{days: mon-fri, from: "08:00", to: "20:00"}}
          rest: {{open: ["20:00-08:00"]}}
        on_call:
          night: {rotation}
        """)
    assert told(loaded) == []
    found = [line for line in warned(loaded) if "rotation" in line]
    assert (warning is None and found == []) or (warning is not None and len(found) == 1 and warning in found[0])


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ("{email: ana}", "“ana” is not an e-mail address"),
        ("{phone: 06 00 00 00 01}", "“06 00 00 00 01” is not a phone number with its country"),
        (
            "{roles: [boss]}",
            "“boss” is not known here; expected one of viewer, responder, support, manager, dpo, admin",
        ),
        ("{level: 12}", "“12” is out of bounds; expected at most 9"),
        (
            "{timezone: Paris}",
            "“Paris” is not a time zone; expected a time zone such as Europe/Paris; did you mean “Europe/Paris”?",
        ),
    ],
)
def test_what_cannot_be_of_a_person_is_told(person: str, says: str) -> None:
    found = only(f"plan: x\nteam: {{ana: {person}}}\n")
    assert len(found) == 1
    assert found[0].startswith(says)


def test_phone_numbers_lose_their_spaces(sample: Plan) -> None:
    assert sample[TEAM]["ada"].phone == "+33600000001"


# -- hours


def test_calendars_are_open_when_they_say(sample: Plan) -> None:
    zone, shop = sample[TIMEZONE], sample[HOURS]["shop"]
    assert is_open(shop, zone, datetime(2026, 11, 21, 11, tzinfo=zone))
    assert not is_open(shop, zone, datetime(2026, 11, 21, 13, tzinfo=zone))
    assert hours_called(sample, "always").always
    assert hours_called(plan("plan: x\n"), "office").shifts[0].days == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("calendar", "column", "says"),
    [
        ("{days: mon-fry}", 16, "“fry” is not a day of the week"),
        ('{from: "25:00"}', 16, "“25:00” is not a time of day"),
        ("{holidays: FRANCE}", 20, "the public holidays of “FRANCE” are not known"),
        ("{form: 09:00}", 10, "“form” is not known here; did you mean “from”?"),
        ('{open: ["9-12"]}', 17, "“9” is not a time of day"),
        ("sometimes", 9, "“sometimes” is not a business calendar"),
    ],
)
def test_what_is_wrong_in_a_calendar_is_told_at_its_word(calendar: str, column: int, says: str) -> None:
    loaded = check(f"plan: x\nhours:\n  shop: {calendar}\n")
    assert len(loaded.mistakes) == 1, told(loaded)
    assert (loaded.mistakes[0].line, loaded.mistakes[0].column) == (3, column)
    assert says in told(loaded)[0]


# -- services


def test_an_sla_allows_the_downtime_that_the_seed_prints() -> None:
    seed = plan("""\
        plan: x
        language: fr
        services:
          web:  {name: Application Web, sla: 99.5%, over_sla: Pénalité client}
          api:  {name: API Core, sla: 99.9%, over_sla: Service dégradé}
          db:   {name: Base de Données, sla: 99.95%, over_sla: Perte de données}
          cdn:  {name: CDN Assets, sla: 99.99%, over_sla: UX dégradée}
        """)
    assert SERVICES.table is not None
    shown = rows(SERVICES.table(seed[SERVICES], seed), "fr")
    assert [row[:4] for row in shown] == [
        ["Service", "SLA cible", "Temps d’arrêt max/mois", "Impact si dépassé"],
        ["Application Web", "99,5 %", "3 h 36 min", "Pénalité client"],
        ["API Core", "99,9 %", "43 min", "Service dégradé"],
        ["Base de Données", "99,95 %", "21 min", "Perte de données"],
        ["CDN Assets", "99,99 %", "4 min", "UX dégradée"],
    ]


def test_a_promise_that_a_need_cannot_keep_is_warned_of() -> None:
    loaded = check("plan: x\nservices: {site: {sla: 99.99%, needs: db}, db: {sla: 99.5%}}\n")
    assert any("site promises 99.99%, but needs db, which promises only 99.5%" in line for line in warned(loaded))


def test_a_service_that_nobody_watches_is_warned_of() -> None:
    loaded = check("plan: x\nservices: {site: }\n")
    assert any("no probe watches site" in line for line in warned(loaded))


# -- probes


def test_every_kind_says_how_it_stands_in_a_plan() -> None:
    assert {"http", "tcp", "dns", "tls"} <= set(every_kind())


def test_a_probe_is_its_kind_with_what_all_probes_have(sample: Plan) -> None:
    probe = sample[PROBES]["database"]
    assert probe.kind == "tcp"
    assert isinstance(probe.look, Kind)
    assert probe.every == timedelta(seconds=30)
    assert probe.timeout == timedelta(seconds=10)
    assert (probe.rule.failures, probe.rule.of) == (2, 2)
    assert (sample[PROBES]["api-health"].rule.failures, sample[PROBES]["api-health"].rule.of) == (3, 5)


def test_a_look_never_takes_longer_than_its_rhythm_by_default() -> None:
    quick = plan("plan: x\nprobes: [{http: https://example.org, every: 5s}]\n")[PROBES]["example.org"]
    assert quick.timeout == timedelta(seconds=5)


def test_probes_of_a_list_are_named_by_what_they_look_at() -> None:
    listed = plan("""\
        plan: x
        probes:
          - http: https://www.example.org
          - http: https://example.org/health?full=1
          - http: https://example.org
          - {tcp: "db.example.org:5432"}
          - {http: https://example.org, name: Page d'accueil}
        """)
    assert list(listed[PROBES]) == [
        "example.org",
        "example.org-health-full-1",
        "example.org-2",
        "db.example.org-5432",
        "page-d-accueil",
    ]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{htp: https://example.org}", "“htp” is not known here; did you mean “http”?"),
        ("{every: 1m}", "this probe does not say what it looks at; expected one of "),
        ("{http: https://example.org, tcp: 'a:1'}", "“http” and “tcp” cannot stand together; expected one of the two"),
        ("{http: https://example.org, evry: 1m}", "“evry” is not known here; did you mean “every”?"),
        ("{http: https://example.org, window: 5 of 3}", "“5 of 3” is not a number of failures among the last looks"),
        ("{tcp: example.org}", "“example.org” is not a host with its port"),
        ("https://example.org", "“https://example.org” does not fit here; expected names with their values"),
        ("{http: example.org}", "“example.org” is not a web address; write https://example.org"),
    ],
)
def test_mistakes_of_a_probe_are_about_the_kind_that_was_meant(entry: str, says: str) -> None:
    found = only(f"plan: x\nprobes:\n  - {entry}\n")
    assert len(found) == 1
    assert found[0].startswith(says)


@pytest.mark.parametrize(
    ("service", "probe", "says"),
    [
        ("down: P1", "every: 1h", "home notices after 2 h what is promised to be solved within 2 h"),
        ("sla: 99.99%", "every: 5m", "home notices after 10 min what may last 4 min 19 s a month"),
        ("sla: 99.99%, down: P1", "every: 1m", None),
    ],
)
def test_a_promise_tighter_than_its_rhythm_allows_is_told_as_a_conflict(service: str, probe: str, says: str) -> None:
    loaded = check(f"""\
        plan: x
        services: {{site: {{{service}}}}}
        probes: {{home: {{http: https://example.org, service: site, {probe}}}}}
        """)
    found = [line.replace("\N{NO-BREAK SPACE}", " ").split(": ", 1)[1] for line in warned(loaded) if "notices" in line]
    assert found == ([says] if says else [])


# -- signals, supervision, alerts


def test_measures_know_their_source_and_unit(sample: Plan) -> None:
    assert sample[SIGNALS]["orders"].kind == "promql"
    assert sample[SIGNALS]["nps"].kind == "push"
    assert unit_of(sample, "revenue") == "€"
    assert unit_of(sample, "cpu_usage") == "%"
    assert is_fed(sample, "cert_expiry")
    assert not is_fed(sample, "bad_logins")
    assert not is_fed(sample, "luck")


def test_rules_are_gathered_with_their_level_lasting_and_priority(sample: Plan) -> None:
    rules = {rule.key: rule for rule in rules_of(sample)}
    cpu = rules["host/cpu_usage/critical"]
    assert (str(cpu.condition), cpu.lasting, priority_of(sample, cpu)) == ("85%", timedelta(minutes=5), "P2")
    assert good_of(sample, rules["shop/orders/critical"]) == "up"
    assert good_of(sample, rules["shop/revenue/warning"]) == "up"
    assert priority_of(sample, rules["alerts/nps/critical"]) == "P4"
    assert sample.position(rules["alerts/cert_expiry/warning"].path) is not None


def test_levels_find_the_priorities_of_a_plan_that_calls_them_otherwise() -> None:
    severities = plan(
        "plan: x\n"
        "priorities: {SEV1: {resolve: 1h}, SEV2: {resolve: 4h}, SEV3: {}}\n"
        "alerts: {critical: [{error_rate: 5%}], info: [{cpu_usage: 5%}]}\n"
    )
    assert [priority_of(severities, rule) for rule in rules_of(severities)] == ["SEV2", "SEV3"]


def test_a_measure_without_a_source_is_warned_of_once() -> None:
    loaded = check(
        "plan: x\nsupervision: {a: [{luck: {warning: 1, critical: 2}}]}\nalerts: {critical: [{luck: any}]}\n"
    )
    assert [line for line in warned(loaded) if "nothing feeds" in line] == [
        "plan.yml:2:20: nothing feeds luck: give it a signal, or send it over the API"
    ]


def test_two_conditions_for_one_level_are_told_as_a_conflict() -> None:
    loaded = check("plan: x\nsupervision: {a: [{cpu_usage: {warning: 70%}}]}\nalerts: {warnings: [{cpu_usage: 80%}]}\n")
    assert any("cpu_usage is Warning at" in line and "plan.yml:2:41" in line for line in warned(loaded))


def test_a_critical_level_before_its_warning_is_told_as_a_conflict() -> None:
    loaded = check(
        "plan: x\n"
        "supervision:\n"
        "  a: [{cpu_usage: {warning: 90%, critical: 80%}}, {error_rate: {warning: 99%, critical: 90%, good: up}}]\n"
    )
    assert [line.split(": ", 1)[1] for line in warned(loaded) if "before" in line] == [
        "cpu_usage is critical at 80% or worse before it warns at 90% or worse"
    ]


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("supervision: {a: [{cpu_usage: {warnin: 70%}}]}", "“warnin” is not known here; did you mean “warning”?"),
        (
            "supervision: {a: [{cpu_usage: {for: 5m}}]}",
            "this measure has no level; expected warning or critical, with a condition",
        ),
        ("supervision: {a: [{cpu_usage: 70%}]}", "“70%” does not fit here; expected names with their values"),
        (
            "alerts: {critcal: [{cpu_usage: 70%}]}",
            "“critcal” is not known here; expected one of critical, warning, info; did you mean “critical”?",
        ),
        ("alerts: {critical: [{cpu_usage: a lot}]}", "“a lot” is not a condition"),
        (
            "levels: {critical: P9}",
            "“P9” is not declared in priorities; expected one of P1, P2, P3, P4",
        ),
    ],
)
def test_mistakes_of_levels_are_told(section: str, says: str) -> None:
    found = only(f"plan: x\n{section}\n")
    assert len(found) == 1
    assert found[0].startswith(says)


# -- priorities, notify, escalation


def test_the_matrix_reads_as_the_seed_prints_it() -> None:
    seed = plan("""\
        plan: CESIZen
        language: fr
        team: {devops: {email: devops@example.org, phone: "+33600000001"}}
        on_call: {astreinte: {people: [devops]}}
        priorities:
          P1: {name: Critique, color: red}
          P2: {name: Majeur, color: orange}
          P3: {name: Mineur, color: blue}
          P4: {name: Info, color: grey}
        channels:
          slack: {name: Slack, slack: "${SLACK}"}
          email: {name: Email, smtp: "${SMTP}", from: ops@example.org}
          sms: {name: SMS, sms: "${SMS}"}
        notify:
          P1: {slack: now, email: now, sms: on-call, dashboard: red blinking}
          P2: {slack: within 5m, email: within 10m, dashboard: orange}
          P3: {slack: grouped, email: daily at 08:30, dashboard: blue}
          P4: {slack: grouped, email: weekly on mon at 09:00, dashboard: grey}
        """)
    assert NOTIFY.table is not None
    assert rows(NOTIFY.table(seed[NOTIFY], seed), "fr") == [
        ["Priorité", "Slack", "Email", "SMS", "Tableau de bord"],
        ["P1 - Critique", "immédiat", "immédiat", "immédiat, à l’équipe d’astreinte", "rouge clignotant"],
        ["P2 - Majeur", "sous 5 min", "sous 10 min", "non", "orange"],
        ["P3 - Mineur", "groupé", "chaque jour à 08:30", "non", "bleu"],
        ["P4 - Info", "groupé", "chaque lundi à 09:00", "non", "gris"],
    ]


@pytest.mark.parametrize(
    ("cell", "tell"),
    [
        ("now", Tell("now")),
        ("Immédiat", Tell("now")),
        ("oui", Tell("now")),
        ("no", Tell("no")),
        ("jamais", Tell("no")),
        ("within 5m", Tell("within", timedelta(minutes=5))),
        ('"< 5min"', Tell("within", timedelta(minutes=5))),
        ("sous 10 min", Tell("within", timedelta(minutes=10))),
        ("groupé", Tell("grouped")),
        ("grouped every 30m", Tell("grouped", timedelta(minutes=30))),
        ("on-call", Tell("now", to=("on-call",))),
        ("duty within 15m", Tell("within", timedelta(minutes=15), to=("duty",))),
        ("level 3 grouped", Tell("grouped", to=("level 3",))),
        ("{when: grouped, to: [ada, N3]}", Tell("grouped", to=("ada", "level 3"))),
    ],
)
def test_cells_of_the_matrix_are_read_as_people_write_them(cell: str, tell: Tell) -> None:
    written = plan(
        f"plan: x\n"
        f"team: {{ada: {{level: 3}}}}\n"
        f"on_call: {{duty: {{people: ada}}}}\n"
        f"channels: {{chat: {{slack: s}}}}\n"
        f"notify: {{P1: {{chat: {cell}}}}}\n"
    )
    assert written[NOTIFY]["P1"]["chat"] == tell


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("looks: 1h", "pages and alerts look further back than this; expected at least 24 h"),
        ("minutes: 3d", "pages and alerts look further back than this; expected at least 4 d"),
        ("hours: 1w", "pages and alerts look further back than this; expected at least 32 d"),
        ("days: 1mo", "pages and alerts look further back than this; expected at least 400 d"),
        ("looks: 0s", "pages and alerts look further back than this; expected at least 24 h"),
        ("lookz: 30d", "“lookz” is not known here; did you mean “looks”?"),
    ],
)
def test_what_pages_and_alerts_need_cannot_be_forgotten(words: str, says: str) -> None:
    found = only(f"plan: x\nkeep: {{{words}}}\n")
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in found] == [says]


def test_levels_and_who_is_on_call_are_said_in_the_readers_language() -> None:
    written = plan(
        "plan: x\nteam: {ada: {level: 3}}\non_call: {duty: {people: ada}}\nchannels: {chat: {slack: s}}\n"
        "notify: {P1: {chat: level 3 grouped}}\nescalation: {P1: [{at: 50%, to: [N3, on-call]}]}\n"
    )
    assert str(say(written[NOTIFY]["P1"]["chat"], "fr")).endswith("niveau 3")
    assert ESCALATION.table is not None
    assert rows(ESCALATION.table(written[ESCALATION], written), "fr")[1][2] == "niveau 3, l’équipe d’astreinte"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{chatt: now}", "“chatt” is not declared in channels; expected one of chat; did you mean “chat”?"),
        ("{chat: soon}", "“soon” does not say when or to whom"),
        ("{chat: red}", "a channel tells, it shows no colour"),
        ("{dashboard: now}", "the dashboard shows a colour; expected something like red blinking"),
        ("{dashboard: redd}", "“redd” does not say when or to whom"),
        ("{chat: [now]}", "a list does not fit here; expected a text"),
        ("{chat: within 5}", "5 says no unit of time"),
        ("{chat: daily at 25:00}", "“25:00” is not a time of day"),
    ],
)
def test_mistakes_of_the_matrix_are_told(row: str, says: str) -> None:
    found = only(f"plan: x\nchannels: {{chat: {{slack: s}}}}\nnotify: {{P1: {row}}}\n")
    assert len(found) == 1
    assert found[0].startswith(says)


def test_without_a_matrix_people_are_told_as_a_good_operator_would() -> None:
    usual = plan("plan: x\nchannels: {chat: {slack: s}, mail: {smtp: m, from: a@example.org}, text: {sms: t}}\n")
    assert row_of(usual, "P1")["text"] == Tell("now", to=("on-call",))
    assert row_of(usual, "P1")["dashboard"] == Light("red", True)
    assert row_of(usual, "P2")["chat"] == Tell("within", timedelta(minutes=5))
    assert str(row_of(usual, "P3")["mail"]) == "daily at 08:30"
    assert row_of(usual, "P4")["text"] == Tell("no")


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ("[{to: ada}]", "this step does not say when; expected at: 50%, or after: 15m"),
        ("[{at: 50%, after: 15m, to: ada}]", "“at” and “after” cannot stand together"),
        ("[{at: 50%}]", "to is missing"),
        ("[{at: 50%, to: adda}]", "“adda” is not declared in team"),
        ("[{at: 0.5, to: ada}]", "0.5 may be a share or a percentage"),
        ("[{at: 50%, to: ada, via: chat}]", "“chat” is not declared in channels"),
    ],
)
def test_mistakes_of_escalation_are_told(steps: str, says: str) -> None:
    found = only(f"plan: x\nteam: {{ada: {{email: a@example.org}}}}\nescalation: {{P1: {steps}}}\n")
    assert len(found) == 1
    assert found[0].startswith(says)


def test_a_share_of_no_time_at_all_is_a_mistake() -> None:
    assert only(
        "plan: x\nteam: {ada: {}}\npriorities: {P1: {acknowledge: 5m}}\nescalation: {P1: [{at: 50%, to: ada}]}\n"
    ) == ["P1 has no time to resolve of which this could be a share; expected after: and a duration"]


def test_escalation_to_nobody_is_warned_of() -> None:
    loaded = check(
        "plan: x\n"
        "team: {ada: {level: 2, email: a@example.org}}\n"
        "escalation: {P1: [{at: 50%, to: [level 3, direction, astreinte]}]}\n"
    )
    assert [line.split(": ", 1)[1] for line in warned(loaded)][1:] == [
        "nobody in the plan is called “direction”: this tells nobody",
        "nobody in the team has level 3",
        "nobody is on call: the plan has no rotation",
    ]


def test_channels_and_priorities_left_alone_are_warned_of() -> None:
    loaded = check(
        "plan: x\n"
        "channels: {chat: {slack: s}, mail: {smtp: m, from: a@example.org}}\n"
        "notify: {P1: {chat: now}, P2: {chat: now}, P3: {chat: no}}\n"
    )
    assert [line.split(": ", 1)[1] for line in warned(loaded)] == [
        "nobody is told of P3",
        "nobody is told of P4",
        "nothing is told through the channel mail",
    ]


def test_a_priority_promised_sooner_than_the_one_above_is_told_as_a_conflict() -> None:
    loaded = check("plan: x\npriorities: {P1: {resolve: 8h}, P2: {resolve: 2h}}\n")
    assert any(
        "P2 is promised in 2 h, sooner than P1 in 8 h" in line.replace("\N{NO-BREAK SPACE}", " ")
        for line in warned(loaded)
    )
    assert (
        "acknowledge comes later than resolve" in only("plan: x\npriorities: {P1: {acknowledge: 3h, resolve: 2h}}\n")[0]
    )


def test_priorities_have_defaults_a_good_operator_would_choose() -> None:
    usual = plan("plan: x\n")[PRIORITIES]
    assert {key: one.resolve for key, one in usual.items()} == {
        "P1": timedelta(hours=2),
        "P2": timedelta(hours=8),
        "P3": timedelta(hours=24),
        "P4": timedelta(hours=72),
    }


# -- channels


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("{slak: x}", "“slak” is not known here; did you mean “slack”?"),
        ("{smtp: x}", "from is missing"),
        ("{channel: x}", "this channel does not say where it leads"),
        ("{slack: x, limit: often}", "“often” is not a rate"),
    ],
)
def test_mistakes_of_channels_are_told(channel: str, says: str) -> None:
    found = only(f"plan: x\nchannels: {{one: {channel}}}\n")
    assert len(found) == 1
    assert found[0].startswith(says)


def test_channels_know_their_kind(sample: Plan) -> None:
    assert {key: channel.kind for key, channel in sample[CHANNELS].items()} == {
        "chat": "slack",
        "mail": "smtp",
        "text": "sms",
        "hook": "webhook",
        "app": "in-app",
    }


# -- records


def test_kinds_of_record_exist_by_default_and_are_completed(sample: Plan) -> None:
    records = sample[RECORDS]
    assert {"incident", "security", "anomaly", "ticket", "request", "work", "change", "harvest"} == set(records)
    incident = records["incident"]
    assert incident.flow == ("open", "analysing", "fixing", "testing", "deploying", "verifying", "closed")
    assert incident.back["testing"] == "fixing"
    assert incident.fields["cause"].required
    assert incident.fields["users_affected"].type == "number"
    assert records["harvest"].last == ("done",)
    assert priorities_of(sample, "harvest")["slow"].resolve == timedelta(days=30)
    assert list(priorities_of(sample, "ticket")) == ["P1", "P2", "P3", "P4"]


def test_a_flow_of_its_own_leaves_nothing_of_the_usual_one() -> None:
    own = plan("plan: x\nrecords: {incident: {flow: [open, closed]}}\n")[RECORDS]["incident"]
    assert own.flow == ("open", "closed")
    assert own.back == {}
    assert own.names["open"].say("fr") == "Ouvert"


def test_post_mortems_are_demanded_of_the_most_urgent_whatever_they_are_called() -> None:
    severities = plan("plan: x\npriorities: {SEV1: {}, SEV2: {}, SEV3: {}}\n")
    assert [demands_postmortem(severities, "incident", one) for one in ("SEV1", "SEV2", "SEV3")] == [True, True, False]
    assert not demands_postmortem(severities, "ticket", "SEV1")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("{flow: [a, b], back: {b: c}}", "“c” is not a stage of the flow; expected one of a, b"),
        ("{flow: [a, b, a]}", "a stage stands twice in the flow"),
        ("{fields: {users: numbr}}", "“numbr” is not known here"),
        ("{fields: {cause: choice}}", "a choice has no options"),
        ("{postmortem: [P9]}", "“P9” is not declared in priorities"),
    ],
)
def test_mistakes_of_records_are_told(kind: str, says: str) -> None:
    found = only(f"plan: x\nrecords: {{mine: {kind}}}\n")
    assert len(found) == 1, found
    assert found[0].startswith(says)


def test_two_promises_for_one_priority_are_told_as_a_conflict() -> None:
    loaded = check("plan: x\npriorities: {P1: {resolve: 2h}}\nrecords: {anomaly: {priorities: {P1: {resolve: 4h}}}}\n")
    shown = [line.replace("\N{NO-BREAK SPACE}", " ") for line in warned(loaded)]
    assert any("P1 is promised in 4 h here, and in 2 h at plan.yml:2:28" in line for line in shown)


@pytest.mark.parametrize("clock", ["acknowledge", "respond", "update", "resolve"])
def test_conflicting_promises_of_every_clock_are_told(clock: str) -> None:
    more = "" if clock == "resolve" else "resolve: 9h, "
    both = f"{{P1: {{{more}{clock}: 2h}}, P2: {{{more}{clock}: 1h}}}}"
    here = f"{{P1: {{{more}{clock}: 4h}}, P2: {{{more}{clock}: 3h}}}}"
    shown = [
        line.replace("\N{NO-BREAK SPACE}", " ")
        for line in warned(check(f"plan: x\npriorities: {both}\nrecords: {{anomaly: {{priorities: {here}}}}}\n"))
    ]
    assert any("in 1 h, sooner than P1 in 2 h" in line for line in shown)
    assert any("in 3 h, sooner than P1 in 4 h" in line for line in shown)
    assert any("P1 is promised in 4 h here, and in 2 h at" in line for line in shown)


# -- status page, calendar, commitments


def test_the_status_page_shows_what_it_says(sample: Plan) -> None:
    page = sample[STATUS_PAGE]
    assert page is not None
    assert (page.path, page.components, page.languages) == ("/etat", ("site", "api"), ("fr",))
    assert plan("plan: x\n")[STATUS_PAGE] is None
    assert "is not the path of a page" in only("plan: x\nstatus_page: {path: etat}\n")[0]


def test_the_calendar_comes_when_it_says(sample: Plan) -> None:
    calendar, zone = sample[CALENDAR], sample[TIMEZONE]
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    backup = calendar["backup"].recurrence.after(now, zone)
    heavy = calendar["maintenance-lourde"].recurrence.after(now, zone)
    training = calendar["formation"].recurrence.after(now, zone)
    assert backup is not None
    assert backup.planned.time() == time(0, 30)
    assert heavy is not None
    assert heavy.planned.date() == date(2026, 12, 5)
    assert heavy.end - heavy.start == timedelta(hours=3)
    assert training is not None
    assert training.end - training.start == timedelta(hours=4)
    assert calendar["maintenance-lourde"].impact == "maintenance"


@pytest.mark.parametrize(
    ("entry", "column", "says"),
    [
        ("{name: A}", 5, "“A” does not say when it comes"),
        ("{every: day}", 5, "name is missing"),
        ("{name: A, every: blue moon}", 22, "“blue moon” is not"),
        ('{name: A, every: day, at: "25:00"}', 31, "“25:00” is not a time of day"),
        ('{name: A, every: day, until: "04:00"}', 34, "it says when it ends, not when it begins"),
        ("{name: A, every: day, impact: huge}", 35, "“huge” is not known here"),
        ("{name: A, every: day, services: [nope]}", 38, "“nope” is not declared in services"),
        ("{name: A, every: day, announce: [1]}", 38, "1 says no unit of time"),
    ],
)
def test_mistakes_of_the_calendar_are_told_at_their_word(entry: str, column: int, says: str) -> None:
    loaded = check(f"plan: x\ncalendar:\n  - {entry}\n")
    assert len(loaded.mistakes) == 1, told(loaded)
    assert (loaded.mistakes[0].line, loaded.mistakes[0].column) == (3, column)
    assert says in told(loaded)[0]


def test_maintenance_that_does_not_say_what_it_touches_is_warned_of() -> None:
    loaded = check("plan: x\ncalendar: [{name: Night, every: day, impact: outage}]\n")
    assert any("Night touches a service and does not say which" in line for line in warned(loaded))


def test_commitments_are_read(sample: Plan) -> None:
    promised = sample[COMMITMENTS]
    assert [one.measure for one in promised.values()] == ["bad_logins", None]
    assert "measure stands without target" in only("plan: x\ncommitments: [{promise: A, measure: cpu_usage}]\n")[0]
    loaded = check("plan: x\ncommitments: [{promise: A, measure: luck, target: '> 1'}]\n")
    assert any("nothing feeds luck" in line for line in warned(loaded))


# -- all of them


@pytest.mark.parametrize("section", [one for one in discover() if one.table], ids=lambda section: section.key)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_section_reads_as_a_table_in_both_languages(sample: Plan, section: object, language: str) -> None:
    assert section.table is not None  # type: ignore[attr-defined]
    shown = rows(section.table(sample[section], sample), language)  # type: ignore[attr-defined, index]
    assert len(shown) > 1
    assert len({len(row) for row in shown}) == 1


def test_no_two_sections_share_a_word_or_a_place() -> None:
    orders = [section.order for section in discover()]
    assert len(set(orders)) == len(orders)
