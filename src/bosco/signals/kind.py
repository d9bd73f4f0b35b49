"""What a source of a measure is: options from the plan, and one verb, `read`."""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from bosco.kit.clock import Clock
from bosco.kit.net import Net
from bosco.kit.words import Message
from bosco.plan.part import PlanPart
from bosco.plan.secrets import Secrets
from bosco.promql.source import Source


@dataclass(frozen=True)
class Doors:
    """What a source may use; the time limit is kept around `read`, and told here for servers that want it."""

    net: Net
    clock: Clock
    secrets: Secrets
    stored: Source
    limit: timedelta
    # Threads for libraries that wait in one; the loop's own are for everybody.
    pool: Executor | None = None
    # Where databases stand, by the names of the probes that look at them.
    databases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """One value that a source gave; with labels, if it gave several."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


class Kind(PlanPart):
    """Where a measure comes from: fields are its words in the plan, the one named like its file is the source.

    `read` neither retries nor times itself: that is done once, around it. It raises what the doors raise (NetFailed,
    Refusal, OSError) and NoValue, nothing else.
    """

    called: ClassVar[Message]
    # Whether Bosco goes and asks: `read` is called in the signal's rhythm.
    is_asked: ClassVar[bool] = False
    # Why nothing comes from such a source, if so.
    unfed: ClassVar[Message | None] = None

    async def read(self, doors: Doors) -> list[Found]:
        """Ask once; nothing at all means that there is no value now."""
        raise NotImplementedError

    def host(self) -> str:
        """Return the host that per-host limits are counted on, or an empty string."""
        return ""


class NoValue(Exception):  # noqa: N818 - named as what happened
    """The source answered, but with nothing that can be read as a value."""

    def __init__(self, says: Message) -> None:
        super().__init__(str(says))
        self.says = says
