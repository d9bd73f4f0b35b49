import re
from pathlib import Path

import pytest
from tests.plan.checking import check, plan, told, warned

from bosco.notices.section import NOTIFY, PRIORITIES
from bosco.plan.header import CODE, LANGUAGE, NAME, TIMEZONE, numbered
from bosco.plan.load import load, load_texts
from bosco.plan.secrets import Secrets
from bosco.probes.section import PROBES
from bosco.services.section import SERVICES

SOUND = """\
plan: Shop
timezone: Europe/Paris
team:
  ana: {email: ana@example.org, phone: "+33600000001", level: 2}
  bob: {email: bob@example.org, phone: "+33600000002", level: 3}
on_call:
  duty: {people: [ana, bob]}
services:
  site: {url: https://example.org, sla: 99.5%, needs: [api], down: P1}
  api: {sla: 99.9%, down: P1}
probes:
  home: {http: https://example.org, service: site, every: 1m}
  ping: {http: https://example.org/api, service: api, every: 30s, timeout: 5s}
supervision:
  host:
    - cpu_usage: {warning: 70%, critical: 85%}
channels:
  chat: {slack: "${CHAT}"}
notify:
  P1: {chat: now}
  P2: {chat: within 5m}
  P3: {chat: grouped}
  P4: {chat: daily at 08:30}
escalation:
  P1: [{at: 50%, to: level 3}]
calendar:
  - {name: Restore test, every: month, at: "10:00"}
"""


def test_a_sound_plan_has_neither_mistakes_nor_warnings() -> None:
    loaded = load_texts({"plan.yml": SOUND})
    assert told(loaded) == []
    assert warned(loaded) == []


def test_nine_mistakes_are_told_as_nine_each_at_its_line() -> None:
    broken = (
        SOUND.replace("timezone: Europe/Paris", "timezone: Europe/Pari")  # 2
        .replace("level: 2}", "level: two}")  # 4
        .replace("people: [ana, bob]", "people: [ana, bop]")  # 7
        .replace("sla: 99.5%, needs: [api]", "sla: 199.5%, needs: [ap]")  # 9, twice
        .replace("service: site, every: 1m", "service: site, every: 1")  # 12
        .replace("timeout: 5s", "timeout: 5m")  # 13
        .replace("warning: 70%", "warming: 70%")  # 16
        .replace("chat: grouped", "chat: gruoped")  # 22
    )
    assert told(load_texts({"plan.yml": broken})) == [
        "plan.yml:2:11: “Europe/Pari” is not a time zone; expected a time zone such as Europe/Paris; "
        "did you mean “Europe/Paris”?",
        "plan.yml:4:63: “two” is not a number; expected a number such as 12 or 2.5",
        "plan.yml:7:24: “bop” is not declared in team; expected one of ana, bob; did you mean “bob”?",
        "plan.yml:9:41: 199.5% is not between 0% and 100%",
        "plan.yml:9:57: “ap” is not declared in services; expected one of api, site; did you mean “api”?",
        "plan.yml:12:59: 1 says no unit of time; write 1s for seconds or 1m for minutes",
        "plan.yml:13:76: a look may take longer (5\N{NO-BREAK SPACE}min) than the time between two looks "
        "(30\N{NO-BREAK SPACE}s); expected at most 30\N{NO-BREAK SPACE}s",
        "plan.yml:16:19: “warming” is not known here; did you mean “warning”?",
        "plan.yml:22:14: “gruoped” does not say when or to whom; expected now, within 5m, grouped, daily at 08:30, "
        "weekly on mon at 09:00, on-call or no; did you mean “grouped”?",
    ]


def test_a_plan_with_a_mistake_is_no_plan() -> None:
    assert check("plan: x\nservces: {}\n").plan is None


def test_the_smallest_plan_is_three_lines() -> None:
    small = plan("plan: My app\nprobes:\n  - http: https://example.org\n")
    assert str(small[NAME]) == "My app"
    assert list(small[PROBES]) == ["example.org"]
    assert small[LANGUAGE] == "en"
    assert small[TIMEZONE].key == "UTC"


def test_a_mistake_is_told_in_french() -> None:
    loaded = check("plan: x\nservices: {api: {sla: 99.9%, neds: [db]}}\n")
    assert [mistake.say("fr") for mistake in loaded.mistakes] == [
        "plan.yml:2:30: « neds » est inconnu ici ; vouliez-vous dire « needs » ?".replace("« ", "«\N{NO-BREAK SPACE}")
        .replace(" »", "\N{NO-BREAK SPACE}»")
        .replace(" ;", "\N{NO-BREAK SPACE};")
        .replace(" ?", "\N{NO-BREAK SPACE}?")
    ]


def test_a_reference_to_a_broken_entry_is_not_another_mistake() -> None:
    loaded = check("""\
        plan: x
        services:
          site: {needs: [api]}
          api: {sla: lots}
        probes:
          - {http: https://example.org, service: api}
        """)
    assert [mistake.line for mistake in loaded.mistakes] == [4]


def test_a_broken_section_hides_nothing_of_the_others() -> None:
    loaded = check("""\
        plan: x
        services: lots
        team: [ana]
        status_page: {components: [site]}
        calendar: {restore: {name: Restore, every: blue moon}}
        """)
    assert [mistake.line for mistake in loaded.mistakes] == [2, 3, 4, 5]


def test_a_circle_of_needs_is_told_even_beside_another_mistake() -> None:
    loaded = check("""\
        plan: x
        services:
          a: {needs: [b], sla: 120%}
          b: {needs: [c]}
          c: {needs: [b]}
        """)
    assert [mistake.line for mistake in loaded.mistakes] == [3, 4]
    assert "in a circle: b → c → b" in told(loaded)[1]


def test_a_union_is_one_mistake_about_what_was_meant() -> None:
    loaded = check("""\
        plan: x
        alerts:
          critical:
            - failed_logins: {when: "> 50/min", fro: 5m}
            - logins: "lots of"
        """)
    assert [mistake.line for mistake in loaded.mistakes] == [4, 5]
    assert "did you mean “for”?" in told(loaded)[0]


def test_the_same_name_twice_names_both_places() -> None:
    loaded = check("""\
        plan: x
        services:
          api: {}
          api: {}
        """)
    assert told(loaded) == ["plan.yml:4:3: “api” stands here a second time; it stands at plan.yml:3:3 already"]


def test_the_same_name_in_two_files_names_both_places() -> None:
    loaded = check("plan: x\nservices:\n  api: {}\n", other_yml="services:\n  db: {}\n  api: {}\n")
    assert told(loaded) == ["plan.yml:3:3: “api” stands here a second time; it stands at other.yml:3:3 already"]


def test_two_spellings_of_one_level_are_the_same_name() -> None:
    loaded = check("plan: x\nalerts:\n  warning: [{cpu_usage: 70%}]\n  warnings: [{cpu_usage: 80%}]\n")
    assert "stands here a second time" in told(loaded)[0]


def test_any_key_may_stand_in_any_file_and_their_order_does_not_matter(tmp_path: Path) -> None:
    parts = re.split(r"\n(?=\w)", SOUND)
    plans = []
    for number, names in enumerate((range(len(parts)), range(len(parts), 0, -1))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for part, name in zip(parts, names, strict=True):
            (folder / f"{name:02}.yml").write_text(part + "\n")
        plans.append(load(folder).plan)
    whole = load_texts({"plan.yml": SOUND}).plan
    assert plans[0] == plans[1] == whole
    assert len({one.digest for one in plans if one}) == 1


def test_a_folder_is_read_one_level_deep_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "deep").mkdir()
    (tmp_path / "plan.yml").write_text("plan: x\nprobes: [{http: https://a.example.org}]\n")
    (tmp_path / "watch" / "more.yaml").write_text("probes: [{http: https://b.example.org}]\n")
    (tmp_path / "watch" / "deep" / "far.yml").write_text("not: read\n")
    (tmp_path / ".hidden.yml").write_text("not: read\n")
    (tmp_path / "notes.txt").write_text("not: read\n")
    loaded = load(tmp_path)
    assert told(loaded) == []
    assert loaded.plan is not None
    assert list(loaded.plan[PROBES]) == ["a.example.org", "b.example.org"]
    assert list(loaded.sources) == ["plan.yml", "watch/more.yaml"]


def test_anchors_and_merges_are_understood() -> None:
    merged = plan("""\
        plan: x
        probes:
          one: &usual {http: https://a.example.org, every: 5m, confirm: 3}
          two: {<<: *usual, http: https://b.example.org}
        """)
    assert merged[PROBES]["two"].confirm == 3
    assert merged[PROBES]["two"].every == merged[PROBES]["one"].every


def test_a_mistake_in_what_is_repeated_is_told_once_where_it_stands() -> None:
    loaded = check("""\
        plan: x
        probes:
          one: &usual {http: https://a.example.org, every: 5}
          two: *usual
          three: {<<: *usual}
        """)
    assert [mistake.line for mistake in loaded.mistakes] == [3]


def test_a_plan_without_a_name_is_told() -> None:
    assert told(check("services: {}\n")) == [
        "plan.yml:1:1: the plan has no name: begin with plan: and the name of what you run"
    ]


def test_nothing_is_said_of_names_while_a_file_cannot_be_read() -> None:
    loaded = check(
        "plan: x\nservices: {site: {needs: [api]}}\nstatus_page: {pth: /x}\n", broken_yml="services: {api: [\n"
    )
    assert [(mistake.file, mistake.line) for mistake in loaded.mistakes] == [("broken.yml", 1), ("plan.yml", 3)]


def test_secrets_that_are_not_set_are_warned_of_once(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "FROM_FILE").write_text("s3cret\n")
    text = "plan: x\nchannels:\n  a: {slack: '${GONE}'}\n  b: {slack: '${GONE}'}\n  c: {slack: '${SET}${FROM_FILE}'}\n"
    loaded = load_texts({"plan.yml": text}, secrets=Secrets(tmp_path, {"SET": "1"}))
    unset = [line for line in warned(loaded) if "is not set" in line]
    assert unset == [
        "plan.yml:3:14: the secret GONE is not set, neither in the environment nor in the file secrets/GONE"
    ]


def test_a_plan_knows_where_its_things_stand() -> None:
    sound = plan(SOUND)
    assert str(sound.position(("services", "api", "sla"))) == "plan.yml:10:14"
    assert str(sound.position(("services", "api", "runbook"))) == "plan.yml:10:8"
    assert str(sound.position_of_name(("services", "api"))) == "plan.yml:10:3"
    assert str(sound.position(("calendar", "restore-test", "every"))) == "plan.yml:27:33"
    assert sound.position(("signals", "x")) is None


def test_two_plans_are_equal_when_they_mean_the_same() -> None:
    assert plan("plan: x\nservices: {a: {sla: 99.90 %}}") == plan("plan: x\n# why\nservices:\n  a:\n    sla: 99,9%\n")
    assert plan("plan: x\nservices: {a: {sla: 99.9%}}") != plan("plan: x\nservices: {a: {sla: 99.8%}}")


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("CESIZEN", "CESIZEN-0042"),
        ('"ZB-{year}-{n:03}"', "ZB-2025-042"),
        ('"{n}/{year}"', "42/2025"),
        ("", "MYAPP-0042"),
    ],
)
def test_records_are_numbered_as_the_plan_says(code: str, number: str) -> None:
    numbering = plan(f"plan: My app\ncode: {code}\n")
    assert numbered(numbering, 42, 2025) == number


def test_a_code_that_cannot_number_is_told() -> None:
    assert "has no place for the number" in told(check('plan: x\ncode: "ZB-{year}"\n'))[0]
    assert "cannot number records" in told(check('plan: x\ncode: "ZB {month}"\n'))[0]
    assert plan("plan: x\n")[CODE] is None


def test_values_stay_what_was_typed() -> None:
    typed = plan("""\
        plan: 0755
        services:
          on: {name: no, over_sla: 1e3}
          null: {name: null, description: 2026-11-22}
          "404": {name: 09:00, group: yes}
          off: {name: "~"}
        """)
    assert str(typed[NAME]) == "0755"
    services = typed[SERVICES]
    assert [str(one.name) for one in services.values()] == ["no", "null", "09:00", "~"]
    assert str(services["on"].over_sla) == "1e3"
    assert str(services["null"].description) == "2026-11-22"
    assert str(services["404"].group) == "yes"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("0755", "0755 starts with a zero, which some programs read as octal; write 755"),
        ("1e3", "1e3 is a number with an exponent; write it out: 1000"),
        ("0x10", "0x10 is not written in ordinary digits; write 16"),
        ("2.5", "2.5 is not a whole number"),
        ("yes", "“yes” is not a number; expected a number such as 12 or 2.5"),
        ("[2]", "a list does not fit here; expected a whole number"),
    ],
)
def test_numbers_that_yaml_would_eat_are_told_what_to_write(written: str, says: str) -> None:
    loaded = check(f"plan: x\nprobes: [{{http: https://example.org, confirm: {written}}}]\n")
    assert told(loaded) == [f"plan.yml:2:47: {says}"]


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("oui", True), ("on", True), ("No", False), ("non", False), ('"off"', False)]
)
def test_yes_and_no_are_read_in_both_languages(written: str, meant: bool) -> None:
    assert (
        plan(f"plan: x\nprobes: [{{http: https://example.org, paused: {written}}}]\n")[PROBES]["example.org"].paused
        is meant
    )


def test_an_empty_value_says_nothing() -> None:
    empty = plan("""\
        plan: x
        services:
          api:
          db: {sla: , needs: ~}
        calendar:
        """)
    assert list(empty[SERVICES]) == ["api", "db"]
    assert empty[SERVICES]["db"].sla is None


def test_a_null_of_json_is_nothing_where_no_text_can_stand() -> None:
    nothing = plan('{"plan": "x", "services": {"a": {"sla": null, "name": "null", "group": null}}, "calendar": null}')
    service = nothing[SERVICES]["a"]
    assert service.sla is None
    assert str(service.name) == "null"
    assert str(service.group) == "null"


def test_a_section_with_nothing_under_it_is_left_to_its_default() -> None:
    empty = plan("plan: x\nnotify:\npriorities:\n")
    assert list(empty[PRIORITIES]) == ["P1", "P2", "P3", "P4"]
    assert not empty.says(NOTIFY)


@pytest.mark.parametrize(
    "line",
    [
        "channels: {mail: {smtp: 'smtps://ops:hunter2@mail.example.org', from: ops@example.org}}",
        "channels: {chat: {slack: https://hooks.slack.com/services/T0/B0/abc}}",
        "probes: [{http: https://user:hunter2@example.org}]",
    ],
)
def test_a_secret_that_stands_in_the_plan_is_warned_of(line: str) -> None:
    found = [one for one in warned(check(f"plan: x\n{line}\n")) if "secret" in one]
    assert len(found) == 1
    assert "a secret stands in the plan; expected ${NAME}" in found[0]
    assert "hunter2" not in found[0]


@pytest.mark.parametrize(
    "line",
    [
        "channels: {mail: {smtp: '${SMTP_URL}', from: ops@example.org}}",
        "channels: {mail: {smtp: 'smtps://ops:${PASSWORD}@mail.example.org', from: ops@example.org}}",
        "probes: [{http: 'https://example.org:8443/a@b'}]",
    ],
)
def test_a_secret_that_stands_elsewhere_is_as_it_should_be(line: str) -> None:
    assert [one for one in warned(check(f"plan: x\n{line}\n")) if "a secret stands" in one] == []
