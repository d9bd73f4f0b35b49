from datetime import timedelta

import pytest

from bosco.kit.words import Message, say
from bosco.services.burn import PAIRS, Events, burns, times_for

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def english(because: Message) -> str:
    return str(say(because, "en")).replace("\u00a0", " ")


def one_look_a_minute(*bad_minutes_ago: int):
    """Count looks that are made each minute, of which those so many minutes ago were bad."""

    def seen(window: timedelta) -> Events:
        minutes = window // MINUTE
        return Events(sum(ago < minutes for ago in bad_minutes_ago), minutes)

    return seen


def burning(sla: float, seen, **more) -> set[str]:
    return {burn.pair.name for burn in burns(sla, seen, **more) if burn.burning}


@pytest.mark.parametrize(("share", "pair"), [(0.02, PAIRS[0]), (0.05, PAIRS[1]), (0.10, PAIRS[2])])
def test_the_factors_are_those_of_a_month(share: float, pair) -> None:
    assert times_for(share, pair) == pytest.approx(pair.times)


def test_one_failed_look_tells_nobody() -> None:
    # With one look a minute and 99.9 %, one failure alone burns more than fourteen times too fast.
    assert burning(99.9, one_look_a_minute(1)) == set()
    told = burns(99.9, one_look_a_minute(1))[0]
    assert told.rate is not None
    assert told.rate > 14.4
    assert english(told.because) == "1 of 60 looks failed within 1 h, too few to tell"


@pytest.mark.parametrize(
    ("sla", "bad", "names"),
    [
        (99.9, range(3), {"fast", "medium"}),
        (99.9, range(2), set()),
        (99.0, range(8), set()),
        (99.0, range(9), {"fast"}),
        # Over an hour ago: the windows of minutes are calm again, that of six hours is not.
        (99.9, range(90, 120), {"slow"}),
        (99.9, range(400, 430), set()),
        # Now and then, for three days.
        (99.9, range(0, 3 * 24 * 60, 200), {"slow"}),
    ],
)
def test_both_windows_must_burn_and_enough_must_have_failed(sla: float, bad, names: set[str]) -> None:
    assert burning(sla, one_look_a_minute(*bad)) == names


def test_an_alert_ends_when_it_is_clearly_calm() -> None:
    # 14 times too fast within the hour: below what begins an alert, above what ends one.
    seen = {HOUR: Events(14, 1000), 5 * MINUTE: Events(2, 80)}
    fast = PAIRS[:1]
    assert burning(99.9, seen.__getitem__, pairs=fast) == set()
    assert burning(99.9, seen.__getitem__, pairs=fast, burning=frozenset({"fast"})) == {"fast"}
    calm = {HOUR: Events(11, 1000), 5 * MINUTE: Events(2, 80)}
    assert burning(99.9, calm.__getitem__, pairs=fast, burning=frozenset({"fast"})) == set()


def test_silence_begins_no_alert_and_ends_none() -> None:
    def nothing(_: timedelta) -> Events:
        return Events(0, 0)

    assert burning(99.9, nothing) == set()
    assert burning(99.9, nothing, burning=frozenset({"fast"})) == {"fast"}
    assert [burn.rate for burn in burns(99.9, nothing)] == [None] * 3
    assert english(burns(99.9, nothing)[0].because) == "nothing was seen within 1 h"


def test_it_tells_how_long_the_budget_lasts() -> None:
    (fast, *_) = burns(99.9, one_look_a_minute(*range(6)), left=30 * MINUTE)
    assert fast.left_for == 5 * HOUR
    assert english(fast.because) == "6 of 60 looks failed within 1 h: the error budget burns 100 times too fast"
    assert say(fast.because, "fr") != say(fast.because, "en")
