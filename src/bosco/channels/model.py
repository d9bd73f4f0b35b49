"""What leaves Bosco: a letter, to whom, through which channel; and the facts about its way."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from bosco.kit.facts import Fact
from bosco.kit.words import Language, Message, msg

SAYINGS = {
    "notice.sent": msg("{channel} told {to}: {title} ({why})"),
    "notice.failed": msg("{channel} could not tell {to}: {title} ({because})"),
    "notice.retried": msg("{by} sent it again through {channel}: {title}"),
    "contact.asked": msg("{by} asked {who} to confirm an address"),
    "contact.confirmed": msg("{who} confirmed an address"),
    "contact.stopped": msg("{who} asked for no more text messages"),
    "contact.started": msg("{who} wants text messages again"),
    "channel.tested": msg("{by} sent a test through {channel}"),
    "channel.test-failed": msg("a test through {channel} did not arrive: {because}"),
}

Event = Literal[
    "opened",
    "changed",
    "acknowledged",
    "unacknowledged",
    "escalated",
    "reminder",
    "resolved",
    "digest",
    "handover",
    "test",
    "invitation",
]

EVENTS: dict[str, Message] = {
    "opened": msg("something began"),
    "changed": msg("something changed"),
    "acknowledged": msg("somebody has it"),
    "unacknowledged": msg("nobody has it any more"),
    "escalated": msg("escalation"),
    "reminder": msg("reminder"),
    "resolved": msg("it is over"),
    "digest": msg("digest"),
    "handover": msg("hand-over"),
    "test": msg("test"),
    "invitation": msg("invitation"),
}


class Receiver(msgspec.Struct, frozen=True):
    """Somebody at the end of a channel: a person of the plan, and the address that the channel needs of them."""

    person: str = ""
    address: str = ""


class Action(msgspec.Struct, frozen=True):
    """A link that a letter offers: `open`, `acknowledge`; its label is a packed sentence."""

    kind: Literal["open", "acknowledge", "other"]
    label: Any
    url: str


class Section(msgspec.Struct, frozen=True):
    """A part of a letter: a heading, lines, and pairs of label and value; all are packed sentences."""

    heading: Any = None
    lines: tuple[Any, ...] = ()
    facts: tuple[tuple[Any, Any], ...] = ()
    url: str | None = None
    tone: str = ""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message for one channel, free of the channel's own form; sentences are packed (`kit.packed`).

    `thread` is what later letters about the same thing share, so that a channel can edit or answer its first one.
    """

    channel: str
    event: Event
    thread: str
    title: Any
    # One short sentence that says it all, for a text message and for a notification.
    brief: Any
    sections: tuple[Section, ...] = ()
    actions: tuple[Action, ...] = ()
    # Nobody means: whoever reads the channel.
    to: tuple[Receiver, ...] = ()
    priority: str | None = None
    color: str | None = None
    # How many priorities of the plan are more urgent; None if it has none.
    rank: int | None = None
    # The journal's subject that it is about, and why it is sent, as a packed sentence.
    subject: str
    why: Any
    language: Language | None = None
    # Whether the thread is over with this letter.
    ends: bool = False


class LetterDelivered(Fact, frozen=True, kw_only=True):
    """A letter was handed to its channel's far end."""

    letter: str
    thread: str
    subject: str
    channel: str
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one thread's facts in order."""
        return f"letter:{self.thread}"


class LetterFailed(Fact, frozen=True, kw_only=True):
    """A letter will never arrive: its channel refused it for good, or was tried for too long."""

    letter: str
    thread: str
    subject: str
    channel: str
    to: tuple[Receiver, ...] = ()
    event: Event
    because: Any
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one thread's facts in order."""
        return f"letter:{self.thread}"
