import contextlib
import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bosco.kit.numbers import Unreadable, read_number, read_whole, say_number, write_number
from bosco.kit.units import (
    Quantity,
    Rate,
    convert,
    read_duration,
    read_percentage,
    read_quantity,
    read_rate,
    read_size,
    say_duration,
    say_percentage,
    say_size,
    write_duration,
    write_percentage,
    write_rate,
    write_size,
)

quick = settings(deadline=None, max_examples=150)

DURATIONS = {
    "30s": timedelta(seconds=30),
    "5m": timedelta(minutes=5),
    "2h": timedelta(hours=2),
    "3d": timedelta(days=3),
    "7j": timedelta(days=7),
    "2w": timedelta(days=14),
    "1mo": timedelta(days=30),
    "2 ans": timedelta(days=730),
    "3h 36min": timedelta(hours=3, minutes=36),
    "24 hours": timedelta(days=1),
    "1000ms": timedelta(seconds=1),
    "1h30": timedelta(minutes=90),
    "1,5 h": timedelta(minutes=90),
    "4 heures et 30 minutes": timedelta(hours=4, minutes=30),
    "1 an, 2 mois": timedelta(days=425),
    "2 Semaines": timedelta(days=14),
    "3 000 ms": timedelta(seconds=3),
    "0": timedelta(0),
}


@pytest.mark.parametrize(("text", "span"), DURATIONS.items())
def test_durations_are_read_as_people_type_them(text: str, span: timedelta) -> None:
    assert read_duration(text) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5",
        "five minutes",
        "-3s",
        "5 bananas",
        "1m 2h",
        "1h,",
        "1h 1h",
        "1e3s",
        "0755s x",
        "9" * 400 + "y",
        "101 ans",
        "s",
        "5m6",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_duration(text)


def test_a_number_without_its_unit_is_told_what_to_write() -> None:
    with pytest.raises(Unreadable) as refused:
        read_duration("10")
    assert str(refused.value) == "10 says no unit of time write 10s for seconds or 10m for minutes"


@quick
@given(some.timedeltas(min_value=timedelta(0), max_value=timedelta(days=36500)))
def test_a_duration_written_and_read_again_is_the_same(span: timedelta) -> None:
    assert read_duration(write_duration(span)) == span


@pytest.mark.parametrize(
    ("span", "french", "english"),
    [
        (timedelta(hours=3, minutes=36), "3 h 36 min", "3 h 36 min"),
        (timedelta(days=2, hours=4), "2 j 4 h", "2 d 4 h"),
        (timedelta(days=1), "24 h", "24 h"),
        (timedelta(days=730), "2 ans", "2 y"),
        (timedelta(0), "0 s", "0 s"),
        (-timedelta(minutes=5), "-5 min", "-5 min"),
    ],
)
def test_durations_are_said_in_both_languages(span: timedelta, french: str, english: str) -> None:
    said = say_duration(span)
    assert said.say("fr").replace("\N{NO-BREAK SPACE}", " ") == french
    assert said.say("en").replace("\N{NO-BREAK SPACE}", " ") == english


@pytest.mark.parametrize(
    ("text", "percentage"),
    [("99.95%", 99.95), ("99,95 %", 99.95), ("0%", 0), ("100%", 100), ("0.5%", 0.5), ("99.9", 99.9)],
)
def test_percentages_are_read(text: str, percentage: float) -> None:
    assert read_percentage(text) == percentage


@pytest.mark.parametrize("text", ["0.999", "1", "150%", "-5%", "many", "%", "1e1%"])
def test_what_may_be_a_share_or_no_percentage_at_all_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_percentage(text)


def test_a_percentage_keeps_its_precision() -> None:
    assert write_percentage(read_percentage("99.999%")) == "99.999%"
    assert say_percentage(99.95).say("fr") == "99,95\N{NO-BREAK SPACE}%"
    assert say_percentage(99.95).say("en") == "99.95%"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("800KB", 800_000),
        ("2.8 MB", 2_800_000),
        ("4 Go", 4 * 10**9),
        ("1GiB", 2**30),
        ("12 octets", 12),
        ("0", 0),
        ("1 Mio", 2**20),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["5", "-1KB", "big", "1e3KB", "9" * 30 + "TB", ""])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_size(text)


@quick
@given(some.integers(0, 10**15))
def test_a_size_written_and_read_again_is_the_same(size: int) -> None:
    assert read_size(write_size(size)) == size


def test_sizes_are_said_in_both_languages() -> None:
    assert say_size(1_500_000).say("fr") == "1,5\N{NO-BREAK SPACE}Mo"
    assert say_size(1_500_000).say("en") == "1.5\N{NO-BREAK SPACE}MB"


@pytest.mark.parametrize(
    ("text", "each_second"),
    [
        ("50/min", 50 / 60),
        ("10 per hour", 10 / 3600),
        ("5 par jour", 5 / 86400),
        ("100 req/s", 100),
        ("3/10m", 3 / 600),
    ],
)
def test_rates_are_read(text: str, each_second: float) -> None:
    assert math.isclose(read_rate(text).each_second, each_second)


@quick
@given(some.integers(0, 10**6), some.sampled_from(["s", "min", "h", "d", "w", "mo", "10m", "90s"]))
def test_a_rate_written_and_read_again_is_the_same(count: int, per: str) -> None:
    rate = read_rate(f"{count}/{per}")
    assert read_rate(write_rate(rate)) == rate


@pytest.mark.parametrize("text", ["50", "-1/min", "1/0s", "1/fortnight", "/min", ""])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_rate(text)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("70%", Quantity(70, "%")),
        ("1000ms", Quantity(1000, "ms")),
        ("50/min", Quantity(50, "/min")),
        ("50 req / min", Quantity(50, "req/min")),
        ("10 000 €", Quantity(10000, "€")),
        ("2,500", Quantity(2500)),
        ("2,5", Quantity(2.5)),
    ],
)
def test_numbers_keep_their_unit(text: str, quantity: Quantity) -> None:
    assert read_quantity(text) == quantity


def test_units_convert() -> None:
    assert convert(1, "s", "ms") == 1000
    assert read_quantity("1s").base == read_quantity("1000ms").base
    assert read_quantity("60/h").base == read_quantity("1/min").base
    assert Quantity(2, "").to("s") == Quantity(2, "s")


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(Unreadable):
        convert(1, "s", "KB")


@pytest.mark.parametrize(
    ("text", "instead"),
    [("0755", "write 755"), ("1e3", "write it out: 1000"), ("0x1F", "write 31"), (".5", "write 0.5")],
)
def test_numbers_that_programs_read_in_surprising_ways_are_told_how_to_be_written(text: str, instead: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_number(text)
    assert instead in str(refused.value)


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1 2", "nan", "inf", "1e999", "9" * 40, "1_000", "12 000 00"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_number(text)


def test_a_whole_number_has_nothing_after_its_comma() -> None:
    assert read_whole("12") == 12
    with pytest.raises(Unreadable):
        read_whole("12.5")


@quick
@given(some.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 4)))
def test_a_number_written_and_read_again_is_the_same(number: float) -> None:
    assert read_number(write_number(number)) == number


def test_numbers_are_said_in_both_languages() -> None:
    assert say_number(2500.5).say("en") == "2,500.5"
    assert say_number(2500.5).say("fr") == "2\N{NARROW NO-BREAK SPACE}500,5"


@quick
@given(
    some.text(max_size=30),
    some.sampled_from([read_duration, read_percentage, read_size, read_rate, read_quantity, read_number]),
)
def test_whatever_is_typed_is_read_or_refused_and_nothing_else(text: str, read: Callable[[str], object]) -> None:
    with contextlib.suppress(Unreadable):
        read(text)


def test_a_rate_says_itself() -> None:
    assert Rate(50, timedelta(minutes=1)).say("fr") == "50/min"
    assert str(Rate(3, timedelta(minutes=10))) == "3/10m"


def test_a_value_is_the_same_in_its_own_unit() -> None:
    for count in range(15_000, 16_000):
        assert convert(count, "/min", "/min") == count
