"""The state of a probe: what changes it, what does not, and what is said of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.probes.kind import Outcome
from bosco.probes.state import Rules, Standing, Step, begin, in_doubt, observe, oversleep, settle, sooner

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LETTERS: dict[str, Outcome] = {"s": "up", "d": "degraded", "f": "down", "u": "unknown"}


def rules(failures: int = 2, of: int | None = None, successes: int = 1) -> Rules:
    return Rules(every=MINUTE, failures=failures, of=of or failures, successes=successes)


def play(looks: str, by: Rules) -> tuple[list[str], list[Step]]:
    """Look once a minute; return the shown states, a letter each, and the steps."""
    standing, steps, shown = begin(START), [], []
    for minute, letter in enumerate(looks, 1):
        step = observe(standing, by, LETTERS[letter], f"look {minute}", START + minute * MINUTE)
        standing = step.standing
        steps.append(step)
        shown.append({"up": "s", "degraded": "d", "down": "f", "unknown": "u"}[standing.shown])
    return shown, steps


@pytest.mark.parametrize(
    ("by", "looks", "shown"),
    [
        # one good look is enough at first; silence is unknown until then
        (rules(2), "s", "s"),
        (rules(2), "f", "u"),
        (rules(2), "ff", "uf"),
        # two in a row, one success between starts the count again
        (rules(2), "sfsfsff", "ssssssf"),
        (rules(3), "sffsfff", "ssssssf"),
        (rules(1), "sfs", "sfs"),
        # back up after Y successes in a row
        (rules(2, successes=2), "sffsfss", "ssffffs"),
        (rules(1, successes=3), "sfssfsss", "sffffffs"),
        # three of the last five
        (rules(3, 5), "sfsfsf", "sssssf"),
        (rules(3, 5), "sfssfsf", "sssssss"),
        # after it is back, old failures are forgotten
        (rules(3, 5), "sfffsffs", "sssfssss"),
        # degraded needs as many looks; a mix of degraded and down is degraded
        (rules(2), "sdd", "ssd"),
        (rules(2), "sfd", "ssd"),
        (rules(2), "sfdff", "ssddf"),
        (rules(2), "sdff", "ssdf"),
        (rules(2), "sddff", "ssddf"),
        (rules(2), "sddfs", "ssdds"),
        # from down to degraded to up
        (rules(2), "sffds", "ssfds"),
        (rules(2, successes=2), "sffdsss", "ssffdss"),
        # unknown delays: neither success nor failure
        (rules(2), "sfuf", "sssf"),
        (rules(2), "sfufu", "sssff"),
        (rules(2, successes=2), "sffsus", "ssfffs"),
        # unknown is confirmed too, and what was known before decides how it ends
        (rules(2), "su", "ss"),
        (rules(2), "suus", "ssus"),
        (rules(2), "suufs", "ssuus"),
        (rules(2), "suuff", "ssuuf"),
        (rules(2), "sffuuf", "ssffuf"),
        (rules(2, successes=2), "sffuuss", "ssffuus"),
        (rules(2), "sdduud", "ssddud"),
        (rules(2), "uuuu", "uuuu"),
    ],
)
def test_a_row_of_looks_is_shown_as(by: Rules, looks: str, shown: str) -> None:
    assert "".join(play(looks, by)[0]) == shown


def test_down_begins_with_the_first_failure_that_counted() -> None:
    (change,) = play("sff", rules(2))[1][-1].changes
    assert (change.before, change.after, change.known_before) == ("up", "down", "up")
    assert change.since == START + 2 * MINUTE
    assert str(change.because) == "2 looks in a row failed: look 3"


def test_up_begins_with_the_first_success_of_its_run() -> None:
    (change,) = play("sffss", rules(2, successes=2))[1][-1].changes
    assert change.since == START + 4 * MINUTE
    assert str(change.because) == "2 looks in a row went well"


def test_a_window_says_how_many_failed() -> None:
    (change,) = play("sfsfsf", rules(3, 5))[1][-1].changes
    assert change.since == START + 2 * MINUTE
    assert str(change.because) == "3 of the last 5 looks failed: look 6"


def test_a_reason_is_said_in_french() -> None:
    (change,) = play("sff", rules(2))[1][-1].changes
    assert not isinstance(change.because, str)
    assert change.because.say("fr") == "2 observations de suite ont échoué : look 3"


def test_five_changes_in_half_an_hour_are_flapping_and_calm_ends_it() -> None:
    shown, steps = play("s" + "fs" * 3 + "s" * 40, rules(1))
    flaps = [(minute, step.flap) for minute, step in enumerate(steps, 1) if step.flap is not None]
    # changes at minutes 2..7: the fifth starts it; at minute 37 only the one of minute 7 is left
    assert flaps == [(6, True), (37, False)]
    assert shown[-1] == "s"


def test_steady_trouble_is_not_flapping() -> None:
    _, steps = play("s" + "f" * 60 + "s" * 60, rules(1))
    assert not any(step.flap for step in steps)


def test_unknown_between_two_good_looks_is_no_flapping() -> None:
    _, steps = play("suu" * 30, rules(2))
    assert not any(step.flap for step in steps)


def test_bosco_being_away_is_unknown_and_told_to_nobody() -> None:
    _, steps = play("ss", rules(2))
    away = oversleep(steps[-1].standing, rules(2), START + timedelta(hours=3))
    (gone,) = away.changes
    assert (gone.after, gone.silent, gone.since) == ("unknown", True, START + 3 * MINUTE)
    back = observe(away.standing, rules(2), "up", "", START + timedelta(hours=3, minutes=1))
    assert [(change.before, change.after, change.silent) for change in back.changes] == [("unknown", "up", True)]
    assert not back.standing.changes


def test_what_broke_while_bosco_was_away_is_told_after_confirmation() -> None:
    standing = play("ss", rules(2))[1][-1].standing
    at = START + timedelta(hours=3)
    standing = oversleep(standing, rules(2), at).standing
    first = observe(standing, rules(2), "down", "x", at)
    assert (first.standing.shown, first.changes) == ("unknown", ())
    (change,) = observe(first.standing, rules(2), "down", "x", at + MINUTE).changes
    assert (change.before, change.after, change.known_before, change.silent) == ("unknown", "down", "up", False)
    assert change.since == at


def test_a_missing_look_is_noticed_at_the_next_one() -> None:
    standing = play("ss", rules(2))[1][-1].standing
    step = observe(standing, rules(2), "up", "", START + timedelta(minutes=20))
    assert [change.after for change in step.changes] == ["unknown", "up"]
    assert [change.since for change in step.changes] == [START + 3 * MINUTE, START + timedelta(minutes=20)]


def test_a_short_pause_leaves_no_hole() -> None:
    standing = play("ss", rules(2))[1][-1].standing
    assert oversleep(standing, rules(2), START + 4 * MINUTE).changes == ()


def test_a_clock_that_steps_back_keeps_changes_in_order() -> None:
    standing = play("sff", rules(2))[1][-1].standing
    (change,) = observe(standing, rules(2), "up", "", START - timedelta(hours=1)).changes
    assert change.since >= standing.since


@pytest.mark.parametrize(
    ("looks", "doubt"), [("s", False), ("sf", True), ("sff", False), ("sffs", True), ("su", False)]
)
def test_doubt_asks_for_another_look(looks: str, doubt: bool) -> None:
    assert in_doubt(play(looks, rules(2, successes=2))[1][-1].standing) is doubt


@pytest.mark.parametrize(("every", "wait"), [(5, 5), (20, 10), (30, 10), (60, 15), (120, 30), (300, 30), (3600, 30)])
def test_the_next_look_in_doubt_comes_within_ten_to_thirty_seconds(every: int, wait: int) -> None:
    assert sooner(timedelta(seconds=every)) == timedelta(seconds=wait)


def test_a_judgement_without_confirmation_changes_the_state_once() -> None:
    first = settle(begin(START), rules(1), "down", "late", START + MINUTE)
    assert [change.after for change in first.changes] == ["down"]
    assert settle(first.standing, rules(1), "down", "late", START + 2 * MINUTE).changes == ()


LOOKS = st.text("sdfu", max_size=60)
RULES = st.builds(
    lambda failures, more, successes: rules(failures, failures + more, successes),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 4),
)


@given(LOOKS, RULES)
@settings(deadline=None, max_examples=200)
def test_never_down_with_fewer_failures_than_promised(looks: str, by: Rules) -> None:
    shown, _ = play(looks, by)
    before = "u"
    for index, now in enumerate(shown):
        known = [letter for letter in looks[: index + 1] if letter != "u"]
        if now == "f" and before not in ("f", "u"):
            assert known[-by.of :].count("f") >= by.failures
            assert known[-1] == "f"
        before = now


@given(LOOKS, RULES)
@settings(deadline=None, max_examples=200)
def test_never_up_again_before_enough_successes(looks: str, by: Rules) -> None:
    shown, _ = play(looks, by)
    before = "u"
    for index, now in enumerate(shown):
        known = [letter for letter in looks[: index + 1] if letter != "u"]
        if now == "s" and before in ("f", "d"):
            assert known[-by.successes :] == ["s"] * by.successes
        before = now


@given(LOOKS, RULES, st.integers(0, 60))
@settings(deadline=None, max_examples=200)
def test_one_unknown_look_is_neither_success_nor_failure(looks: str, by: Rules, place: int) -> None:
    if by.failures == 1:
        by = rules(2, max(by.of, 2), by.successes)
    looks = looks.replace("u", "")
    with_one = looks[:place] + "u" + looks[place:]
    plain, delayed = play(looks, by)[0], play(with_one, by)[0]
    assert delayed[: min(place, len(looks))] + delayed[place + 1 :] == plain


@given(LOOKS, RULES)
@settings(deadline=None, max_examples=200)
def test_changes_follow_each_other_without_hole_or_overlap(looks: str, by: Rules) -> None:
    shown: Outcome = "unknown"
    since = START
    for step in play(looks, by)[1]:
        for change in step.changes:
            assert change.before == shown
            assert change.after != change.before
            assert change.since >= since
            shown, since = change.after, change.since
        assert step.standing.shown == shown


@given(LOOKS, RULES)
@settings(deadline=None, max_examples=100)
def test_steady_looks_end_all_doubt(looks: str, by: Rules) -> None:
    for letter, outcome in LETTERS.items():
        if letter != "u":
            standing: Standing = play(looks + letter * 9, by)[1][-1].standing
            assert standing.shown == outcome
