"""Looking as Bosco does: a line of the plan, read by the plan's own reader, looked at with limits around it."""

from collections.abc import Mapping
from datetime import timedelta

from tests.targets.loops import real_net, run

from bosco.kit.clock import RealClock
from bosco.kit.net import Net
from bosco.kit.processes import RealProcesses
from bosco.plan.load import Loaded, load_texts
from bosco.plan.secrets import Secrets
from bosco.probes.kind import Eyes, Reading
from bosco.probes.look import look
from bosco.probes.section import PROBES, Probe
from bosco.services.section import SERVICES


def loaded(line: str) -> Loaded:
    return load_texts({"plan.yml": f"probes:\n- {line}\n"}, [PROBES, SERVICES])


def probe(line: str) -> Probe:
    """Return the probe that a line of the plan makes."""
    read = loaded(line)
    assert read.plan is not None, [str(mistake.says) for mistake in read.mistakes]
    (found,) = read.plan[PROBES].values()
    return found


def mistakes(line: str) -> list[str]:
    return [str(mistake.says) for mistake in loaded(line).mistakes]


def eyes(secrets: Mapping[str, str] | None = None, limit: float = 20, net: Net | None = None) -> Eyes:
    clock = RealClock()
    return Eyes(net or real_net(), RealProcesses(clock), clock, Secrets(None, secrets or {}), timedelta(seconds=limit))


async def see(
    line: str, secrets: Mapping[str, str] | None = None, limit: float = 20, net: Net | None = None
) -> Reading:
    """Look once at what a line of the plan names."""
    return (await look(probe(line).look, eyes(secrets, limit, net))).reading


def seen(line: str, secrets: Mapping[str, str] | None = None, limit: float = 20) -> Reading:
    return run(lambda: see(line, secrets, limit))
