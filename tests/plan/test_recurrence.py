from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.numbers import Unreadable
from bosco.plan.ledger import Misplaced, UnknownName
from bosco.plan.read_recurrence import read_recurrence, recurrence
from bosco.plan.recurrence import Recurrence

PARIS, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe"))
UTC_ZONE = ZoneInfo("UTC")
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


def wall(instant: datetime, zone: ZoneInfo = PARIS) -> str:
    return instant.astimezone(zone).strftime("%a %Y-%m-%d %H:%M")


# written, the same in the plan's own words, what comes first after Friday 20 November 2026 at 13:00 in Paris
WRITTEN: list[tuple[Any, str, str]] = [
    # English
    ("day", "day", "Sat 2026-11-21 00:00"),
    ("daily at 08:30", "day at 08:30", "Sat 2026-11-21 08:30"),
    ({"every": "day", "at": "00:30"}, "day at 00:30", "Sat 2026-11-21 00:30"),
    ({"every": "day", "at": ["08:00", "20:00"]}, "day at 08:00, 20:00", "Fri 2026-11-20 20:00"),
    ({"every": "sunday", "at": "02:00", "until": "04:00"}, "sun at 02:00 until 04:00", "Sun 2026-11-22 02:00"),
    ({"every": "mon"}, "mon", "Mon 2026-11-23 00:00"),
    ({"every": "weekday", "at": "09:00"}, "mon-fri at 09:00", "Mon 2026-11-23 09:00"),
    ({"every": "weekend"}, "sat, sun", "Sat 2026-11-21 00:00"),
    ({"every": "week"}, "mon", "Mon 2026-11-23 00:00"),
    ({"every": "week", "on": ["tue", "thu"]}, "tue, thu", "Tue 2026-11-24 00:00"),
    ("weekly on mon at 09:00", "mon at 09:00", "Mon 2026-11-23 09:00"),
    ({"every": "weekly", "at": "mon 09:00"}, "mon at 09:00", "Mon 2026-11-23 09:00"),
    ({"every": "month"}, "month on 1", "Tue 2026-12-01 00:00"),
    ({"every": "month", "on": 31}, "month on 31", "Mon 2026-11-30 00:00"),
    ({"every": "month", "on": [1, 15]}, "month on 1, 15", "Tue 2026-12-01 00:00"),
    ({"every": "month", "on": "1st monday", "at": "2h"}, "month on 1st mon at 02:00", "Mon 2026-12-07 02:00"),
    ({"every": "quarter"}, "quarter on 1", "Fri 2027-01-01 00:00"),
    ({"every": "half-year"}, "half-year on 1", "Fri 2027-01-01 00:00"),
    ({"every": "year"}, "year on 1 of january", "Fri 2027-01-01 00:00"),
    ({"every": "year", "on": "03-15"}, "year on 15 of march", "Mon 2027-03-15 00:00"),
    (
        {"every": "1st saturday", "at": "23:00", "until": "02:00"},
        "month on 1st sat at 23:00 until 02:00",
        "Sat 2026-12-05 23:00",
    ),
    ({"every": "last friday"}, "month on last fri", "Fri 2026-11-27 00:00"),
    ({"every": "last day of the month"}, "month on last day", "Mon 2026-11-30 00:00"),
    ({"every": "2nd tuesday of march"}, "year on 2nd tue of march", "Tue 2027-03-09 00:00"),
    ({"every": "1st and 3rd monday"}, "month on 1st mon, 3rd mon", "Mon 2026-12-07 00:00"),
    ({"every": "15 march"}, "year on 15 of march", "Mon 2027-03-15 00:00"),
    ({"every": "2w", "on": "mon", "from": "2026-11-02"}, "2w on mon from 2026-11-02", "Mon 2026-11-30 00:00"),
    ({"every": "3d", "from": "2026-11-20"}, "3d from 2026-11-20", "Mon 2026-11-23 00:00"),
    ({"every": "month", "from": "2026-01-31"}, "month on 31 from 2026-01-31", "Mon 2026-11-30 00:00"),
    ({"every": "quarter", "from": "2026-02-10"}, "quarter on 10 from 2026-02-10", "Wed 2027-02-10 00:00"),
    ({"every": "year", "from": "2027-06-01"}, "year on 1 of june from 2027-06-01", "Tue 2027-06-01 00:00"),
    ({"on": ["2026-12-24", "2026-12-31"]}, "on 2026-12-24, 2026-12-31", "Thu 2026-12-24 00:00"),
    ({"on": "1st saturday"}, "month on 1st sat", "Sat 2026-12-05 00:00"),
    ({"every": "1h"}, "1h", "Fri 2026-11-20 14:00"),
    ({"every": "15m", "lasts": "5m"}, "15m for 5m", "Fri 2026-11-20 13:15"),
    ({"every": "6h", "at": "01:00"}, "6h at 01:00", "Fri 2026-11-20 19:00"),
    ({"every": "1h30m"}, "1h30m", "Fri 2026-11-20 13:30"),
    ({"every": "1h", "on": "mon-fri"}, "1h on mon-fri", "Fri 2026-11-20 14:00"),
    ({"every": "24h"}, "day at 00:00", "Sat 2026-11-21 00:00"),
    # French
    ("jour", "day", "Sat 2026-11-21 00:00"),
    ("quotidien", "day", "Sat 2026-11-21 00:00"),
    ("dimanche", "sun", "Sun 2026-11-22 00:00"),
    ("Dimanche 2h-4h", "sun at 02:00 until 04:00", "Sun 2026-11-22 02:00"),
    ("1er samedi 23h-2h", "month on 1st sat at 23:00 until 02:00", "Sat 2026-12-05 23:00"),
    ("Lundi 9h", "mon at 09:00", "Mon 2026-11-23 09:00"),
    ("tous les lundis à 9h30", "mon at 09:30", "Mon 2026-11-23 09:30"),
    ("du lundi au vendredi", "mon-fri", "Mon 2026-11-23 00:00"),
    ("jour de semaine", "mon-fri", "Mon 2026-11-23 00:00"),
    ("hebdomadaire", "mon", "Mon 2026-11-23 00:00"),
    ("mois", "month on 1", "Tue 2026-12-01 00:00"),
    ("mensuel", "month on 1", "Tue 2026-12-01 00:00"),
    ("trimestre", "quarter on 1", "Fri 2027-01-01 00:00"),
    ("trimestrielle", "quarter on 1", "Fri 2027-01-01 00:00"),
    ("semestriel", "half-year on 1", "Fri 2027-01-01 00:00"),
    ("annuel", "year on 1 of january", "Fri 2027-01-01 00:00"),
    ("dernier vendredi du mois", "month on last fri", "Fri 2026-11-27 00:00"),
    ("dernier jour", "month on last day", "Mon 2026-11-30 00:00"),
    ("2e mar", "month on 2nd tue", "Tue 2026-12-08 00:00"),
    ("deuxième mardi de mars", "year on 2nd tue of march", "Tue 2027-03-09 00:00"),
    ("le 15 du mois", "month on 15", "Tue 2026-12-15 00:00"),
    ("1er mars", "year on 1 of march", "Mon 2027-03-01 00:00"),
    ("premier lundi d'août", "year on 1st mon of august", "Mon 2027-08-02 00:00"),
    ("toutes les 2 semaines", "2w on mon", "Mon 2026-11-23 00:00"),
    ("toutes les 6 h", "6h", "Fri 2026-11-20 18:00"),
]


@pytest.mark.parametrize(("written", "canonical", "first"), WRITTEN)
def test_a_rhythm_is_read_written_back_and_comes_when_it_says(written: Any, canonical: str, first: str) -> None:
    found = read_recurrence(written)
    assert str(found) == canonical
    assert read_recurrence(canonical) == found
    occurrence = found.after(FRIDAY, PARIS)
    assert occurrence is not None
    assert wall(occurrence.start) == first


# rhythm, zone, from, to -> the windows as the walls of the zone show them
AROUND_CLOCK_CHANGES = [
    # The skipped hour: at the next minute that exists, once.
    ("day at 02:30", PARIS, "2026-03-28", "2026-03-31", ["28 02:30", "29 03:00", "30 02:30"]),
    ("day at 02:00, 02:30, 02:45", PARIS, "2026-03-29", "2026-03-30", ["29 03:00"]),
    ("day at 02:15", LORD_HOWE, "2026-10-03", "2026-10-06", ["03 02:15", "04 02:30", "05 02:15"]),
    ("day at 02:30", NEW_YORK, "2026-03-07", "2026-03-10", ["07 02:30", "08 03:00", "09 02:30"]),
    # The hour that comes twice: from its first time to its last.
    ("day at 02:30", PARIS, "2026-10-25", "2026-10-26", ["25 02:30"]),
    ("sunday at 02:00 until 02:30", PARIS, "2026-10-25", "2026-10-26", ["25 02:00 +1:30:00"]),
    ("sunday at 02:00 until 04:00", PARIS, "2026-10-25", "2026-10-26", ["25 02:00 +3:00:00"]),
    ("sunday at 02:00 until 04:00", PARIS, "2026-03-29", "2026-03-30", ["29 03:00 +1:00:00"]),
    ("sunday at 01:00 until 02:30", PARIS, "2026-03-29", "2026-03-30", ["29 01:00 +1:00:00"]),
    # A window that lies wholly in the skipped hour keeps its length.
    ("sunday at 02:00 until 02:30", PARIS, "2026-03-29", "2026-03-30", ["29 03:00 +0:30:00"]),
    ("saturday at 23:00 until 02:00", PARIS, "2026-10-24", "2026-10-26", ["24 23:00 +4:00:00"]),
    ("sunday", PARIS, "2026-03-29", "2026-03-30", ["29 00:00 +23:00:00"]),
    ("sunday", PARIS, "2026-10-25", "2026-10-26", ["25 00:00 +1 day, 1:00:00"]),
    # Steps of an hour or less follow time, longer ones the wall.
    ("6h", PARIS, "2026-10-25", "2026-10-26", ["25 00:00", "25 06:00", "25 12:00", "25 18:00"]),
    ("2h", PARIS, "2026-03-29", "2026-03-29T08", ["29 00:00", "29 03:00", "29 04:00", "29 06:00"]),
    ("1h", PARIS, "2026-10-25", "2026-10-25T04", ["25 00:00", "25 01:00", "25 02:00", "25 02:00", "25 03:00"]),
    ("1h", PARIS, "2026-03-29", "2026-03-29T05", ["29 00:00", "29 01:00", "29 03:00", "29 04:00"]),
    ("30m", LORD_HOWE, "2026-04-05T01", "2026-04-05T03", ["05 01:00", "05 01:30", "05 01:30", "05 02:00", "05 02:30"]),
    # Ends of years and leap days.
    ("month on 31", PARIS, "2028-01-01", "2028-04-01", ["31 00:00", "29 00:00", "31 00:00"]),
    ("year on 29 of february", PARIS, "2026-01-01", "2029-01-01", ["28 00:00", "28 00:00", "29 00:00"]),
    ("5th friday", PARIS, "2026-10-01", "2027-02-01", ["30 00:00", "29 00:00"]),
    ("saturday at 23:00 until 01:00", PARIS, "2022-12-31", "2023-01-01", ["31 23:00 +2:00:00"]),
]


@pytest.mark.parametrize(("rhythm", "zone", "start", "end", "expected"), AROUND_CLOCK_CHANGES)
def test_clocks_may_change(rhythm: str, zone: ZoneInfo, start: str, end: str, expected: list[str]) -> None:
    first, last = (datetime.fromisoformat(day).replace(tzinfo=zone) for day in (start, end))
    found = list(read_recurrence(rhythm).between(first, last, zone))
    whole = " until " in rhythm or rhythm == "sunday"
    shown = [
        each.start.astimezone(zone).strftime("%d %H:%M") + (f" +{each.end - each.start}" if whole else "")
        for each in found
    ]
    assert shown == expected


def test_a_skipped_time_still_says_what_was_planned() -> None:
    night = read_recurrence("day at 02:30").after(datetime(2026, 3, 28, 12, tzinfo=UTC), PARIS)
    assert night is not None
    assert night.planned.isoformat() == "2026-03-29T02:30:00"


def test_a_window_under_way_is_found_also_over_midnight() -> None:
    window = read_recurrence("1er samedi 23h-2h")
    assert window.covering(datetime(2026, 12, 5, 21, 59, tzinfo=UTC), PARIS) is None
    assert window.covering(datetime(2026, 12, 5, 22, 0, tzinfo=UTC), PARIS) is not None
    assert window.covering(datetime(2026, 12, 6, 0, 59, tzinfo=UTC), PARIS) is not None
    assert window.covering(datetime(2026, 12, 6, 1, 0, tzinfo=UTC), PARIS) is None
    long = recurrence("month", at="00:00", lasts="10d")
    assert long.covering(datetime(2026, 12, 10, tzinfo=UTC), PARIS) is not None
    assert long.covering(datetime(2026, 12, 12, tzinfo=UTC), PARIS) is None


def test_what_is_over_does_not_come_again() -> None:
    assert read_recurrence({"on": "2026-12-24"}).after(datetime(2026, 12, 25, tzinfo=UTC), PARIS) is None


def test_nothing_comes_before_its_first_day() -> None:
    found = read_recurrence("sunday at 02:00 from 2027-01-01").after(FRIDAY, PARIS)
    assert found is not None
    assert wall(found.start) == "Sun 2027-01-03 02:00"


def test_asking_far_away_costs_no_more_than_asking_near() -> None:
    for rhythm in ("2w on tue", "3d", "7h", "15m", "last friday", "5th monday of february", "day at 02:00"):
        found = read_recurrence(rhythm).after(datetime(2190, 1, 1, tzinfo=UTC), PARIS)
        assert found is None or found.start > datetime(2190, 1, 1, tzinfo=UTC)


RHYTHMS = [written for written, _, _ in WRITTEN]
zones = st.sampled_from([PARIS, NEW_YORK, LORD_HOWE, UTC_ZONE])
instants = st.integers(0, 60 * 24 * 365 * 8).map(
    lambda minutes: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
some = settings(max_examples=200, deadline=None)


@some
@given(st.sampled_from(RHYTHMS), zones, instants, st.integers(0, 60 * 24 * 40))
def test_after_and_between_tell_the_same_story(written: Any, zone: ZoneInfo, start: datetime, minutes: int) -> None:
    rhythm, end = read_recurrence(written), start + timedelta(minutes=minutes)
    found = [each.start for each in rhythm.between(start, end, zone)]
    one_by_one: list[datetime] = []
    step = start - timedelta(microseconds=1)
    while (each := rhythm.after(step, zone)) and each.start < end and len(one_by_one) <= 500:
        one_by_one.append(each.start)
        step = each.start
    assert found[:500] == one_by_one[:500]
    assert all(earlier < later for earlier, later in pairwise(found))


@some
@given(st.sampled_from(RHYTHMS), zones, instants)
def test_what_covers_an_instant_is_an_occurrence_around_it(written: Any, zone: ZoneInfo, instant: datetime) -> None:
    rhythm = read_recurrence(written)
    found = rhythm.covering(instant, zone)
    near = list(rhythm.between(instant - timedelta(days=32), instant + timedelta(microseconds=1), zone))
    around = [each for each in near if each.start <= instant < each.end]
    assert found == (around[-1] if around else None)


@some
@given(st.sampled_from(RHYTHMS), instants)
def test_a_calendar_feed_shows_the_same_days(written: Any, start: datetime) -> None:
    """The RFC 5545 rules, unrolled by another library, name the wall-clock times that we planned."""
    rhythm = read_recurrence(written)
    end = start + timedelta(days=800)
    ours = sorted({each.planned for each in rhythm.between(start, end, UTC_ZONE)})[:60]
    theirs: set[datetime] = set()
    for each in rhythm.series(start.date() - timedelta(days=800)):
        if each.rule is None:
            theirs.add(each.first)
        else:
            # Our rules count from the first day; so must a reader's.
            rule = rrulestr(each.rule, dtstart=each.first)
            theirs.update(rule.between(start.replace(tzinfo=None), end.replace(tzinfo=None), inc=True, count=100))
    expected = sorted(day for day in theirs if start <= day.replace(tzinfo=UTC) < end)[:60]
    assert ours == expected


# what is written -> a part of what is said about it
REFUSED: list[tuple[Any, str]] = [
    ("", "does not say when"),
    ({}, "does not say when"),
    ("every", "not a rhythm"),
    ("foo", "not a rhythm"),
    ("31", "does not say of what"),
    ("jours ouvrés", "not a rhythm"),
    ("0d", "too rare or too frequent"),
    ("99999d", "too rare or too frequent"),
    ("0h0m", "not a rhythm"),
    ("30 february", "never comes"),
    ({"every": "month", "on": "monday"}, "not a day of the month"),
    ({"every": "month", "on": 32}, "not a day of the month"),
    ({"every": "year", "on": 15}, "which month"),
    ({"every": "sunday", "on": "monday"}, "said twice"),
    ({"every": "3d", "on": "monday"}, "cannot fall on days of the week"),
    ({"every": "168h", "on": "tuesday"}, "cannot keep to days of the week"),
    ({"every": "sunday", "until": "04:00"}, "not when it begins"),
    ({"every": "sunday", "at": "02:00", "until": "02:00"}, "nothing or a whole day"),
    ({"every": "sunday", "at": ["02:00", "04:00"], "until": "05:00"}, "begins at several times"),
    ({"every": "sunday", "at": "02:00-04:00", "until": "05:00"}, "said twice"),
    ({"every": "sunday", "at": "02:00", "until": "03:00", "lasts": "1h"}, "said twice"),
    ({"every": "sunday", "at": "02:00", "lasts": "0s"}, "more than nothing"),
    ({"every": "sunday", "at": "02:00", "lasts": "40d"}, "at most 31 days"),
    ({"every": "sunday", "at": "25:00"}, "not a time of day"),
    ({"every": "sunday", "at": "soon"}, "not a time of day"),
    ({"every": "1h", "until": "04:00", "at": "02:00"}, "several times a day"),
    ({"every": "day", "from": "2026-02-30"}, "not a day of any calendar"),
    ({"every": "day", "from": "tomorrow"}, "not a date"),
    ({"on": ["2026-12-24", "monday"]}, "not a rhythm"),
    (["day"], "not a rhythm"),
    (7, "not a rhythm"),
    ("x" * 100_000, "too long"),
]


@pytest.mark.parametrize(("written", "why"), REFUSED)
def test_a_rhythm_that_means_nothing_is_refused(written: Any, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_recurrence(written)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 300


def test_the_nearest_word_is_named() -> None:
    with pytest.raises(UnknownName) as unknown:
        read_recurrence("samdi")
    assert unknown.value.nearest == "samedi"
    with pytest.raises(Misplaced) as misplaced:
        read_recurrence({"evry": "day"})
    assert (misplaced.value.key, misplaced.value.nearest) == ("evry", "every")


@settings(max_examples=400, deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"(every |chaque )?[0-9a-zéè]{1,8} ?(on|de|of|at|-|,) ?[0-9a-z:]{1,8}", fullmatch=True)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_recurrence(text)
    except Unreadable:
        return
    assert isinstance(found, Recurrence)
    assert read_recurrence(str(found)) == found


SAID = [
    ("sunday at 02:00 until 04:00", "every Sunday from 02:00 to 04:00", "chaque dimanche de 02:00 à 04:00"),
    ("1st saturday", "the 1st Saturday of every month", "le 1er samedi de chaque mois"),
    ("mon-fri at 09:00", "from Monday to Friday at 09:00", "du lundi au vendredi à 09:00"),
    ("2w on mon, thu", "every 2 weeks on Monday and Thursday", "toutes les 2 semaines, lundi et jeudi"),
    ("15 april", "every year, 15 April", "chaque année, le 15 avril"),
    ("2nd tue of august", "every year, the 2nd Tuesday of August", "chaque année, le 2e mardi d’août"),
    ("quarter", "the 1st of every quarter", "le 1er de chaque trimestre"),
    ("month on last day", "the last day of every month", "le dernier jour de chaque mois"),
    ("3d from 2026-01-01", "every 3 days, starting on 2026-01-01", "tous les 3 jours, à partir du 2026-01-01"),
    ("1h", "every hour", "toutes les heures"),
]


@pytest.mark.parametrize(("written", "english", "french"), SAID)
def test_a_rhythm_says_itself_in_both_languages(written: str, english: str, french: str) -> None:
    assert read_recurrence(written).say("en") == english
    assert read_recurrence(written).say("fr") == french


def test_a_rhythm_that_counts_asks_for_its_first_day() -> None:
    asks = {
        rhythm: read_recurrence(rhythm).needs_first_day for rhythm in ("2w", "3d", "7h", "2mo", "week", "quarter", "6h")
    }
    assert [rhythm for rhythm, does in asks.items() if does] == ["2w", "3d", "7h", "2mo"]
    assert not read_recurrence("2w from 2026-01-05").needs_first_day


def test_dates_may_be_dates() -> None:
    assert read_recurrence({"on": [date(2026, 12, 24)]}) == read_recurrence("on 2026-12-24")
