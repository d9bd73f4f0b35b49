"""A test of a way out: what it says, to whom it goes, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bosco.channels.address import receivers_of, team_of
from bosco.channels.kind import Arrived, Outcome
from bosco.channels.model import Letter, Receiver
from bosco.channels.section import Channel
from bosco.kit.packed import pack
from bosco.kit.words import Sayable, msg
from bosco.plan.load import Plan


@dataclass(frozen=True)
class Trial:
    """What came of a test of a channel, and how long it took."""

    channel: str
    to: tuple[Receiver, ...]
    outcome: Outcome
    took: timedelta

    @property
    def arrived(self) -> bool:
        """Say whether the far end took it."""
        return isinstance(self.outcome, Arrived)

    @property
    def says(self) -> Sayable:
        """Return what the far end answered, or why it did not arrive."""
        if isinstance(self.outcome, Arrived):
            return self.outcome.answer or msg("it arrived")
        return self.outcome.because


def test_letter(name: str, letter_id: str, by: str, to: Sequence[Receiver]) -> Letter:
    """Return the letter that a test sends."""
    title = msg("A test from Bosco: this way out works.")
    return Letter(
        channel=name,
        event="test",
        thread=f"test:{letter_id}",
        title=pack(title),
        brief=pack(title),
        to=tuple(to),
        subject=f"channel:{name}",
        why=pack(msg("{by} asked for a test", by=by.partition(":")[2] or by)),
        ends=True,
    )


def whom_to_try(plan: Plan, name: str, channel: Channel, by: str) -> tuple[Receiver, ...]:
    """Return to whom a test goes: those whom the channel names, else whoever asks, else the first whom it reaches."""
    field = channel.way.address
    if field not in ("email", "phone") or channel.to:
        return ()
    team = team_of(plan)
    asker = by.partition(":")[2]
    for person in [key for key in (asker, *team) if key in team]:
        if getattr(team[person], field, None):
            letter = test_letter(name, "", by, (Receiver(person),))
            return receivers_of(plan, letter, channel)
    return ()
