"""What happens in the demonstration: the bundled application has its bad moments, again and again."""

from dataclasses import dataclass
from datetime import timedelta

from bosco.demo.behaviour import Manner
from bosco.demo.target import Target
from bosco.kit.clock import Clock


@dataclass(frozen=True)
class Moment:
    """From then on, a service behaves so for that long."""

    after: timedelta
    service: str
    manner: Manner
    lasts: timedelta


def _moment(after: int, service: str, manner: Manner, lasts: int) -> Moment:
    return Moment(timedelta(seconds=after), service, manner, timedelta(seconds=lasts))


ROUND = timedelta(minutes=10)
MOMENTS = (
    _moment(25, "auth", "slow", 60),
    _moment(120, "gateway", "failing", 80),
    _moment(300, "product", "resetting", 45),
    _moment(420, "company", "degraded", 60),
)


async def live(target: Target, clock: Clock) -> None:
    """Play the moments round after round, until cancelled."""
    while True:
        began = clock.read()
        turns = [(moment.after, moment.service, moment.manner) for moment in MOMENTS]
        turns += [(moment.after + moment.lasts, moment.service, "well") for moment in MOMENTS]
        for after, service, manner in sorted(turns):
            await clock.sleep_until(began + after)
            target.tell(service, manner)
        await clock.sleep_until(began + ROUND)
