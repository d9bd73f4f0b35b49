"""The ping kind, on this machine's own addresses, and where the system does not let it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.targets.looking import eyes, mistakes, probe, see
from tests.targets.loops import run

from bosco.kit.net import IpFamily, NetFailed
from bosco.kit.processes import Ran
from bosco.kit.words import msg
from bosco.probes.kind import Eyes, Reading
from bosco.probes.look import look


class Echoes:
    """A door to a network whose echoes take as long as told; None is lost."""

    def __init__(self, *took: float | NetFailed | None) -> None:
        self.took = list(took)

    async def resolve(self, host: str, *, family: IpFamily | None = None) -> tuple[str, ...]:
        return ("192.0.2.1",)

    async def echo(self, host: str, *, patience: timedelta, family: IpFamily | None = None) -> timedelta | None:
        took = self.took.pop(0)
        if isinstance(took, NetFailed):
            raise took
        return None if took is None else timedelta(milliseconds=took)


class Programs:
    """A door to programs that tells one result, and remembers what was run."""

    def __init__(self, ran: Ran | OSError) -> None:
        self.ran = ran
        self.commands: list[Sequence[str]] = []

    async def run(self, command: Sequence[str], **_: object) -> Ran:
        self.commands.append(command)
        if isinstance(self.ran, OSError):
            raise self.ran
        return self.ran


NOT_ALLOWED = NetFailed(msg("this machine does not let Bosco send ICMP echoes"), "local")


def seen(line: str, net: Any, programs: Any = None) -> Reading:
    usual = eyes(net=net)
    given = Eyes(net, programs or usual.processes, usual.clock, usual.secrets, usual.limit)

    async def story() -> Reading:
        return (await look(probe(line).look, given)).reading

    return run(story)


def test_this_machine_answers_or_does_not_let_itself_be_asked() -> None:
    reading = run(lambda: see("{ping: 127.0.0.1, count: 2}"))
    assert reading.outcome in ("up", "unknown")
    if reading.outcome == "up":
        assert reading.measures["loss"] == 0
        assert reading.measures["rtt"] > 0


@pytest.mark.parametrize(
    ("took", "options", "outcome", "because"),
    [
        ((1, 2, 3), "", "up", ""),
        ((1, None, 3), "", "up", ""),
        ((None, None, None), "", "down", "loss (100%) < 100%"),
        ((1, None, 3), ", expect: {loss: < 20%}", "degraded", "loss (33.3%) < 20%"),
        ((1, None, None), ", expect: {loss: {warning: 20%, critical: 60%}}", "down", "loss (66.7%) < 60%"),
        ((10, 20, 30), ", expect: {time: < 15ms}", "degraded", "time (20 ms) < 15 ms"),
    ],
)
def test_losses_and_times_are_held_against_what_is_expected(
    took: tuple[float | None, ...], options: str, outcome: str, because: str
) -> None:
    reading = seen(f"{{ping: gateway{options}}}", Echoes(*took))
    assert (reading.outcome, reading.because) == (outcome, because)


def test_where_echoes_are_not_allowed_the_systems_own_program_is_asked() -> None:
    said = b"""PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.
64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.049 ms
64 bytes from 192.0.2.1: icmp_seq=3 ttl=64 time=1.05 ms

3 packets transmitted, 2 received, 33.3333% packet loss, time 403ms
"""
    programs = Programs(Ran(0, said, b"", timedelta(seconds=1)))
    reading = seen("{ping: gateway}", Echoes(*[NOT_ALLOWED] * 3), programs)
    assert reading.outcome == "up"
    assert round(reading.measures["loss"]) == 33
    assert reading.measures["rtt_max"] == 1.05
    assert programs.commands[0][-1] == "192.0.2.1"


@pytest.mark.parametrize(
    ("ran", "outcome"),
    [
        (FileNotFoundError(2, "No such file"), "unknown"),
        (Ran(2, b"", b"ping: socket: Operation not permitted", timedelta(0)), "unknown"),
        (Ran(1, b"3 packets transmitted, 0 received", b"", timedelta(0)), "down"),
    ],
)
def test_where_nobody_may_look_nothing_is_known(ran: Any, outcome: str) -> None:
    assert seen("{ping: gateway}", Echoes(*[NOT_ALLOWED] * 3), Programs(ran)).outcome == outcome


def test_a_host_without_an_address_is_down() -> None:
    assert run(lambda: see("{ping: 'no..such'}")).outcome == "down"


def test_mistakes_and_target() -> None:
    assert len(mistakes("{ping: x, count: 99}")) == 1
    assert probe("{ping: gateway}").look.target() == "gateway"
