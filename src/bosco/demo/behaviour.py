"""How a service of the bundled application can be told to behave."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Manner = Literal[
    "well",  # answers as it should, at once
    "slow",  # answers as it should, after the delay
    "degraded",  # says that a part of it fails
    "failing",  # answers 500
    "lying",  # answers 200 with something else
    "hanging",  # accepts, and never answers
    "dripping",  # sends one byte for each delay
    "resetting",  # breaks the connection off
    "rubbish",  # sends bytes that are no HTTP
]
MANNERS: tuple[Manner, ...] = (
    *("well", "slow", "degraded", "failing", "lying"),
    *("hanging", "dripping", "resetting", "rubbish"),
)


@dataclass(frozen=True)
class Behaviour:
    """A manner with its delay, and the part of the service that fails while it is degraded."""

    manner: Manner = "well"
    delay: timedelta = timedelta(seconds=2)
    part: str = "redis"


WELL = Behaviour()
