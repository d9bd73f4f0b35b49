"""For how long a letter is tried before its receivers are told in another way."""

from datetime import timedelta

from bosco.channels.model import Letter
from bosco.channels.section import Channel

# Somebody waits for what is most urgent: a failure must be told while it can still be made good in another way.
_BY_RANK = {0: timedelta(minutes=10), 1: timedelta(minutes=30)}


def gives_up_after(letter: Letter, channel: Channel) -> timedelta:
    """Return it: as the plan says for the channel, else by the priority, else what the kind has patience for."""
    if channel.gives_up is not None:
        return channel.gives_up
    usual = channel.way.patience
    return usual if letter.rank is None else min(_BY_RANK.get(letter.rank, usual), usual)
