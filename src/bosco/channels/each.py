"""A letter to several that is several messages: each is tried by itself, and nobody who has it gets it again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bosco.channels.kind import Again, Arrived, Outcome, Refused
from bosco.channels.model import Receiver


@dataclass(frozen=True)
class Brought:
    """What came of a letter, whom it has reached by now, and whom it has not."""

    outcome: Outcome
    reached: tuple[Receiver, ...] = ()
    missed: tuple[Receiver, ...] = ()


async def bring_each(
    receivers: Sequence[Receiver],
    done: set[str],
    bring: Callable[[Receiver], Awaitable[Outcome]],
    note: Callable[[Receiver], Awaitable[None]],
) -> Brought:
    """Bring it to each who has not got it; what can be tried again is, the others are told of."""

    async def one(receiver: Receiver) -> Outcome:
        found = await bring(receiver)
        if isinstance(found, Arrived):
            await note(receiver)
        return found

    left = [receiver for receiver in receivers if not receiver.address or receiver.address not in done]
    outcomes = await asyncio.gather(*(one(receiver) for receiver in left))
    missed = tuple(one for one, end in zip(left, outcomes, strict=True) if not isinstance(end, Arrived))
    reached = tuple(one for one in receivers if one not in missed)
    return Brought(_together(outcomes), reached, missed)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    for kind in (Again, Refused):
        found = next((one for one in outcomes if isinstance(one, kind)), None)
        if found is not None:
            return found
    return outcomes[0] if outcomes else Arrived()


def own_id(letter: str, address: str) -> str:
    """Return the id of the message to one of several: the same at every attempt, and no other's."""
    return f"{letter}-{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()[:8]}"
