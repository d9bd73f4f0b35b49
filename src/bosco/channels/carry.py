"""Brings one letter by its kind, within a time limit; whatever happens becomes an outcome."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bosco.channels.kind import Again, Doors, Kind, Outcome, Refused, Said
from bosco.kit.net_model import NetFailed
from bosco.kit.refusal import Refusal
from bosco.kit.words import msg

log = logging.getLogger(__name__)
LIMIT = timedelta(seconds=30)


@dataclass(frozen=True)
class Carrier:
    """How letters are carried; a rehearsal only notes them."""

    async def carry(self, kind: Kind, letter: Said, doors: Doors) -> Outcome:
        """Bring it."""
        try:
            async with doors.clock.limit(doors.limit):
                return await kind.send(letter, doors)
        except TimeoutError:
            return Again(msg("no answer within {limit}", limit=f"{doors.limit.total_seconds():.0f} s"))
        except NetFailed:
            # What the network says may hold the address, which is often the secret itself.
            return Again(msg("the far end cannot be reached"))
        except Refusal as refusal:
            return Refused(refusal.says)
        except Exception:
            log.exception("the channel kind %s broke", type(kind).__module__)
            return Again(msg("the channel itself broke, Bosco’s log says how"))


INTO_THE_WORLD = Carrier()
