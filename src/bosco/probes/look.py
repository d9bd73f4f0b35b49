"""One look at a target, with what every kind needs around its `read`: time limit, failures, duration."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bosco.kit.net_model import NetFailed, Trouble
from bosco.kit.net_trouble import timed_out
from bosco.kit.refusal import Refusal
from bosco.kit.words import msg
from bosco.probes.kind import Eyes, Kind, Reading

log = logging.getLogger(__name__)

# A look that took this much longer than its limit was not slow: Bosco itself was not there.
STOOD_STILL = timedelta(seconds=10)


@dataclass(frozen=True)
class Looked:
    """What a look saw, when it began, and the trouble of the network that it met, if any."""

    reading: Reading
    at: datetime
    trouble: Trouble | None = None


class Looking:
    """How looks are made; a rehearsal looks at its scenario instead of the world."""

    async def look(self, name: str, kind: Kind, eyes: Eyes) -> Looked:
        """Look once at what the probe of that name looks at."""
        return await look(kind, eyes)


AT_THE_WORLD = Looking()


async def look(kind: Kind, eyes: Eyes) -> Looked:
    """Look once; whatever happens becomes a reading."""
    clock = eyes.clock
    at, began = clock.read(), clock.monotonic()
    trouble: Trouble | None = None
    try:
        async with clock.limit(eyes.limit):
            reading, trouble = await _read(kind, eyes)
    except TimeoutError as error:
        cut = timed_out(error, eyes.limit)
        reading, trouble = Reading("down", cut.says, phases=cut.phases), cut.kind
    took = timedelta(seconds=clock.monotonic() - began)
    if max(took, clock.read() - at) > eyes.limit + STOOD_STILL:
        return Looked(Reading("unknown", msg("Bosco stood still while it looked")), at)
    if not reading.took:
        reading = replace(reading, took=took)
    return Looked(reading, at, trouble)


async def _read(kind: Kind, eyes: Eyes) -> tuple[Reading, Trouble | None]:
    try:
        return await kind.read(eyes), None
    except NetFailed as failed:
        return Reading("unknown" if failed.is_ours else "down", failed.says, phases=failed.phases), failed.kind
    except Refusal as refusal:
        return Reading("unknown", msg("Bosco could not look: {why}", why=refusal.says)), None
    except TimeoutError:
        raise
    except OSError as error:
        # Kinds let only NetFailed out, so this is this machine's: no file handle left, no such program.
        return Reading("unknown", msg("Bosco could not look: {why}", why=error.strerror or str(error))), None
    except Exception:
        log.exception("the probe kind %s broke", type(kind).__module__)
        return Reading("unknown", msg("Bosco could not look: the probe itself broke, Bosco's log says how")), None


def blame_own_network(looked: Looked) -> Looked:
    """Return the look as one that learned nothing, because Bosco's own network is cut."""
    because = msg("Bosco's own network is cut, so nothing is known: {why}", why=looked.reading.because)
    return replace(looked, reading=replace(looked.reading, outcome="unknown", because=because))
