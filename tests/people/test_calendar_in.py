"""Calendars of others are read as people mean them; hostile ones end with a sentence, and soon."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people.rota import instant, plan_of

from bosco.kit.numbers import Unreadable
from bosco.people.calendar_in import LARGEST, Read, read_calendar
from bosco.people.calendar_out import calendar_of
from bosco.people.calendars import names_of
from bosco.people.days import joined
from bosco.people.on_call import shifts

PARIS = ZoneInfo("Europe/Paris")
NAMES = {"devops": ["devops", "DevOps", "devops@example.org"], "backend": ["backend", "Bea Back", "bea@example.org"]}
START, END = instant("2026-01-01T00:00"), instant("2027-01-01T00:00")


def read(*lines: str, head: str = "") -> Read:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *head.split("\n"), *lines, "END:VCALENDAR", ""])
    return read_calendar(text.replace("\r\n\r\n", "\r\n").encode(), NAMES, PARIS, START, END)


def event(*lines: str, title: str = "DevOps on call", uid: str = "1") -> tuple[str, ...]:
    return ("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT")


def told(found: Read) -> list[str]:
    return [f"{one.start:%m-%d %H:%M} - {one.end:%m-%d %H:%M} {one.person}" for one in found.entries]


@pytest.mark.parametrize("rotate", ["hourly", "daily", "weekly", "mon and thu"])
def test_what_bosco_writes_it_reads_again(rotate: str) -> None:
    plan = plan_of(f"  rota: {{rotate: {rotate}, from: 2026-01-05, people: [devops, backend, rssi]}}\n")
    for begin in ("2026-03-20T00:00", "2026-10-20T00:00"):
        start, end = instant(begin), instant(begin) + timedelta(days=12)
        turns = joined(shifts(plan, "rota", start, end))
        written = calendar_of("Rota", [(one.person, "rota", one) for one in turns], start)
        found = read_calendar(written, names_of(plan), PARIS, start, end)
        assert {(one.start, one.end, one.person) for one in found.entries} == {
            (one.start, one.end, one.person) for one in turns
        }
        assert found.unknown == 0


def test_a_week_that_comes_again_keeps_to_the_wall_when_clocks_change() -> None:
    found = read(
        *event(
            "DTSTART;TZID=Europe/Paris:20260302T090000",
            "DTEND;TZID=Europe/Paris:20260309T090000",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20260420T080000Z",
            "EXDATE;TZID=Europe/Paris:20260316T090000",
        ),
        *event(
            "RECURRENCE-ID;TZID=Europe/Paris:20260413T090000",
            "DTSTART;TZID=Europe/Paris:20260414T090000",
            "DTEND;TZID=Europe/Paris:20260415T090000",
            title="Bea Back, and not DevOpsy",
        ),
    )
    assert told(found) == [
        "03-02 08:00 - 03-09 08:00 devops",
        "03-30 07:00 - 04-06 07:00 devops",
        "04-14 07:00 - 04-15 07:00 backend",
    ]


def test_days_without_a_time_and_times_without_a_zone_are_the_plans() -> None:
    found = read(
        *event("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330"),
        *event("DTSTART:20260701T180000", "DURATION:PT14H", uid="2"),
        *event("DTSTART;VALUE=DATE:20260502", "RRULE:FREQ=MONTHLY;BYDAY=1SA;COUNT=2", uid="3"),
    )
    assert told(found) == [
        "03-27 23:00 - 03-29 22:00 devops",
        "05-01 22:00 - 05-02 22:00 devops",
        "06-05 22:00 - 06-06 22:00 devops",
        "07-01 16:00 - 07-02 06:00 devops",
    ]


def test_people_are_known_by_their_address_or_by_a_name_in_the_title() -> None:
    when = ("DTSTART:20260302T080000Z", "DTEND:20260302T090000Z")
    found = read(
        *event(*when, "ATTENDEE:mailto:BEA@example.org", title="Support"),
        *event(*when, title="On call: devops", uid="2"),
        *event(*when, title="Somebody else", uid="3"),
        *event(*when, "STATUS:CANCELLED", title="bea back", uid="4"),
    )
    assert [one.person for one in found.entries] == ["backend", "devops"]
    assert found.unknown == 1
    both = read(*event(*when, title="DevOps + Bea Back"))
    assert [one.person for one in both.entries] == ["backend", "devops"]


DAILY = ("DTSTART:19900101T000000Z", "DTEND:19900101T010000Z")
HOSTILE = [
    b"",
    b"nonsense",
    b"\x00\xff" * 1000,
    b"BEGIN:VCALENDAR",
    b"BEGIN:VCALENDAR\r\n" * 20_000,
    b"x" * (LARGEST + 1),
]
RULES = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY",
    "FREQ=HOURLY",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYEASTER=1",
    "FREQ=WEEKLY;COUNT=99999999",
    "FREQ=WEEKLY;BYSETPOS=366",
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_calendar_is_refused_or_empty(raw: bytes) -> None:
    try:
        assert read_calendar(raw, NAMES, PARIS, START, END).entries == ()
    except Unreadable as error:
        str(error)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_could_go_on_for_ever_is_refused(rule: str) -> None:
    with pytest.raises(Unreadable, match="repeats"):
        read(*event(*DAILY, f"RRULE:{rule}"))


def test_old_entries_that_come_each_day_are_refused_together() -> None:
    many = [line for number in range(40) for line in event(*DAILY, "RRULE:FREQ=DAILY", uid=str(number))]
    with pytest.raises(Unreadable, match="more than"):
        read(*many)


WORDS = st.sampled_from(
    [
        *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTIMEZONE", "END:VTIMEZONE"),
        *("SUMMARY:DevOps", "DTSTART:20260302T080000Z", "DTSTART;VALUE=DATE:20260302", "DTSTART:99999999T999999"),
        *("DTEND:20260302T090000Z", "DTEND;VALUE=DATE:00010101", "DURATION:P1D", "DURATION:-P9999999D", "UID:1"),
        *("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=XX", "RRULE:FREQ=;;=", "RRULE:COUNT=x;FREQ=DAILY"),
        *(
            "RECURRENCE-ID:20260302T080000Z",
            "EXDATE:x",
            "EXDATE:20260302T080000Z",
            "DTSTART;TZID=Nowhere:20260302T080000",
        ),
        *(
            "ATTENDEE:mailto:bea@example.org",
            'ATTENDEE;X="',
            "STATUS:",
            ":",
            ";",
            " folded",
            "RRULE:FREQ=DAILY;UNTIL=20260501",
        ),
    ]
)


def test_an_entry_that_stands_for_no_instant_is_refused() -> None:
    with pytest.raises(Unreadable):
        read(
            "BEGIN:VEVENT",
            "DTSTART:20260302T080000Z",
            "SUMMARY:DevOps",
            "RECURRENCE-ID:20260302T080000Zfolded",
            "END:VEVENT",
        )


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.text(max_size=40), max_size=14))
def test_whatever_stands_in_it_is_read_or_refused(lines: list[str]) -> None:
    for wrapped in (lines, ["BEGIN:VEVENT", "DTSTART:20260302T080000Z", "SUMMARY:DevOps", *lines, "END:VEVENT"]):
        try:
            found = read(*wrapped)
        except Unreadable as error:
            str(error)
            continue
        assert all(one.start < one.end and one.person in NAMES for one in found.entries)
