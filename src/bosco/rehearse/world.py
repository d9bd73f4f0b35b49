"""The world of a rehearsal: every target answers as the scenario says, and nothing leaves the process."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NoReturn

from bosco.channels.carry import Carrier
from bosco.channels.kind import Arrived, Refused, Said
from bosco.channels.kind import Doors as WaysOut
from bosco.channels.kind import Kind as Channel
from bosco.channels.kind import Outcome as Ending
from bosco.kit.clock import Clock
from bosco.kit.net_model import Connection, DnsAnswer, Guard, IpFamily, NetFailed, Request, Response, TlsWish
from bosco.kit.processes import Ran
from bosco.kit.words import msg
from bosco.plan.load import Plan
from bosco.probes.kind import Eyes, Kind, Outcome, Reading
from bosco.probes.look import Looked, Looking
from bosco.probes.section import PROBES, Probe

TOOK = timedelta(milliseconds=20)
BECAUSE: Mapping[Outcome, Reading] = {
    "up": Reading("up", took=TOOK),
    "degraded": Reading("degraded", msg("the scenario says that it is slow"), took=TOOK),
    "down": Reading("down", msg("the scenario says that it does not answer"), took=TOOK),
    "unknown": Reading("unknown", msg("the scenario says that nobody can look"), took=TOOK),
}


class World(Looking):
    """How everything is at the moment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._probes: Mapping[str, Probe] = {}
        self._states: dict[str, Outcome] = {}
        # Measures go on as they were told last.
        self.measures: dict[str, str] = {}

    def follow(self, plan: Plan) -> None:
        """Know the plan that is played."""
        self._probes = plan[PROBES]

    async def look(self, name: str, kind: Kind, eyes: Eyes) -> Looked:
        """See what the scenario says."""
        return Looked(BECAUSE[self._states.get(name, "up")], self._clock.read())

    def turn(self, name: str, state: Outcome) -> list[str]:
        """Let a service or a probe be so from now on, and return the probes that will see it."""
        seen = [name] if name in self._probes else [key for key, one in self._probes.items() if one.service == name]
        self._states.update(dict.fromkeys(seen, state))
        return seen

    @property
    def living_jobs(self) -> list[str]:
        """Return the jobs that give their signs as they should."""
        return [
            key
            for key, probe in self._probes.items()
            if probe.look.comes_to_us and not probe.paused and self._states.get(key, "up") == "up"
        ]


class ClosedNet:
    """A network that leads nowhere."""

    def _refuse(self) -> NoReturn:
        raise NetFailed(msg("nothing leaves a rehearsal"), "local")

    async def resolve(self, host: str, *, family: IpFamily | None = None) -> tuple[str, ...]:
        """Refuse."""
        self._refuse()

    async def connect(
        self, host: str, port: int, *, tls: TlsWish | None = None, family: IpFamily | None = None
    ) -> Connection:
        """Refuse."""
        self._refuse()

    async def fetch(self, request: Request) -> Response:
        """Refuse."""
        self._refuse()

    async def look_up(self, name: str, record: str, *, server: str | None = None) -> DnsAnswer:
        """Refuse."""
        self._refuse()

    async def echo(self, host: str, *, patience: timedelta, family: IpFamily | None = None) -> timedelta | None:
        """Refuse."""
        self._refuse()

    def guarded(self, guard: Guard) -> "ClosedNet":
        """Stay closed."""
        return self


class Unsent(Carrier):
    """Letters that go nowhere: they arrive, unless nobody could be reached."""

    async def carry(self, kind: Channel, letter: Said, doors: WaysOut) -> Ending:
        """Send nothing."""
        if kind.address in ("email", "phone") and not any(address for _, address in letter.to):
            return Refused(msg("nobody to send it to has an address there"))
        return Arrived()


class NoPrograms:
    """A machine on which no program can be run."""

    async def run(
        self,
        command: Sequence[str],
        *,
        limit: timedelta,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ran:
        """Refuse."""
        raise OSError("nothing is run in a rehearsal")
