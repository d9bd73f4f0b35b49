"""One look: whatever happens to it becomes a reading."""

import errno
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.net_model import NetFailed
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.secrets import Secrets
from bosco.probes.kind import Eyes, Kind, Reading
from bosco.probes.look import Looked, blame_own_network, look


class Does(Kind):
    """A kind that does what the test says."""

    what: Any

    async def read(self, eyes: Eyes) -> Reading:
        answer = await self.what(eyes) if callable(self.what) else self.what
        if isinstance(answer, BaseException):
            raise answer
        return cast(Reading, answer)


def looked(clock: VirtualClock, what: Any) -> Looked:
    nothing = cast(Any, None)
    eyes = Eyes(nothing, nothing, clock, Secrets(Path(), {}), timedelta(seconds=10))
    return run_virtually(clock, lambda: look(Does(what=what), eyes))


@pytest.mark.parametrize(
    ("what", "outcome", "because", "trouble"),
    [
        (Reading("up"), "up", "", None),
        (NetFailed(msg("refused"), "refused"), "down", "refused", "refused"),
        (NetFailed(msg("no handle"), "local"), "unknown", "no handle", "local"),
        (NetFailed(msg("not there"), "guarded"), "unknown", "not there", "guarded"),
        (
            Refusal(Code.UNAVAILABLE, msg("The secret X is not set.")),
            "unknown",
            "Bosco could not look: The secret X is not set.",
            None,
        ),
        (OSError(errno.EMFILE, "Too many open files"), "unknown", "Bosco could not look: Too many open files", None),
        (
            ZeroDivisionError("secret stuff"),
            "unknown",
            "Bosco could not look: the probe itself broke, Bosco's log says how",
            None,
        ),
        (RecursionError(), "unknown", "Bosco could not look: the probe itself broke, Bosco's log says how", None),
    ],
)
def test_what_happens_becomes_a_reading(
    clock: VirtualClock, what: object, outcome: str, because: str, trouble: str | None
) -> None:
    seen = looked(clock, what)
    assert (seen.reading.outcome, str(seen.reading.because), seen.trouble) == (outcome, because, trouble)


def test_a_target_that_hangs_is_down_when_its_time_is_over(clock: VirtualClock) -> None:
    async def hangs(eyes: Eyes) -> None:
        await eyes.clock.sleep(timedelta(days=1))

    seen = looked(clock, hangs)
    assert (seen.reading.outcome, str(seen.reading.because)) == ("down", "no answer within 10\u00a0s")
    assert seen.reading.took == timedelta(seconds=10)


def test_the_duration_is_measured_unless_the_kind_knows_better(clock: VirtualClock) -> None:
    async def slow(eyes: Eyes) -> Reading:
        await eyes.clock.sleep(timedelta(seconds=2))
        return Reading("up")

    assert looked(clock, slow).reading.took == timedelta(seconds=2)
    assert looked(clock, Reading("up", took=timedelta(seconds=1))).reading.took == timedelta(seconds=1)


def test_a_laptop_that_slept_during_a_look_knows_nothing() -> None:
    class Sleepy(VirtualClock):
        jumped = timedelta(0)

        def read(self) -> Any:
            return super().read() + self.jumped

    from tests.conftest import START

    clock = Sleepy(START)

    async def sleeps(eyes: Eyes) -> None:
        clock.jumped = timedelta(hours=8)
        await eyes.clock.sleep(timedelta(days=1))

    seen = looked(clock, sleeps)
    assert (seen.reading.outcome, seen.trouble) == ("unknown", None)


def test_blaming_the_own_network_keeps_what_was_seen(clock: VirtualClock) -> None:
    seen = blame_own_network(looked(clock, NetFailed(msg("no route"), "unreachable")))
    assert seen.reading.outcome == "unknown"
    assert str(seen.reading.because) == "Bosco's own network is cut, so nothing is known: no route"
