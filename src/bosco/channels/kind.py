"""What a way out is: options from the plan, and one verb, `send`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal

from bosco.channels.model import Event
from bosco.kit.clock import Clock
from bosco.kit.net import Net
from bosco.kit.units import Rate
from bosco.kit.words import Language, Message, Sayable
from bosco.plan.part import PlanPart
from bosco.plan.secrets import Secrets

# What a channel needs of a person.
Address = Literal["email", "phone", "slack", "discord", "person", "none"]


@dataclass(frozen=True)
class Said:
    """A letter in the reader's language, free of any form: every text is plain and may be hostile."""

    id: str
    event: Event
    thread: str
    title: str
    brief: str
    sections: tuple["SaidSection", ...]
    actions: tuple[tuple[str, str, str], ...]
    to: tuple[tuple[str, str], ...]
    language: Language
    site: str
    priority: str | None = None
    color: str | None = None
    rank: int | None = None
    ends: bool = False
    subject: str = ""
    why: str = ""


@dataclass(frozen=True)
class SaidSection:
    """A part of a letter in the reader's language."""

    heading: str = ""
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    tone: str = ""


@dataclass(frozen=True)
class Arrived:
    """It is at the far end; `ref` is how the far end names it, so that a later letter can change it."""

    ref: str | None = None
    # What the far end answered, in words that hold no secret.
    answer: Sayable | None = None


@dataclass(frozen=True)
class Again:
    """Not now; after that time if the far end said so. One that is busy is well, it only takes no more for a while."""

    because: Sayable
    after: timedelta | None = None
    busy: bool = False


@dataclass(frozen=True)
class Refused:
    """Never."""

    because: Sayable


Outcome = Arrived | Again | Refused


@dataclass(frozen=True)
class Doors:
    """What a way out may use; its time limit is kept around `send`."""

    net: Net
    clock: Clock
    secrets: Secrets
    # How the far end named the first letter of this thread, if there was one.
    ref: str | None = None
    limit: timedelta = timedelta(seconds=30)


class Kind(PlanPart):
    """A way out: fields are its words in the plan, the one named like its file is where it leads.

    `send` neither retries nor times itself: that is done once, around it. It raises what the doors raise (NetFailed,
    the Refusal of a secret that is not set) and nothing else.
    """

    address: ClassVar[Address] = "none"
    # Whether a letter to several is several messages: one that fails then neither stops nor repeats the others.
    one_by_one: ClassVar[bool] = False
    # How many letters the far end takes, unless the plan says otherwise for a channel.
    carries: ClassVar[Rate | None] = None
    called: ClassVar[Message | str] = ""
    # A text message that nobody got is worth less than one that comes late twice.
    patience: ClassVar[timedelta] = timedelta(hours=24)

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Bring one letter."""
        raise NotImplementedError
