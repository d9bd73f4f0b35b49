"""The ways out, as the plan writes them; the word an entry holds says what kind of way it is."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, cast

from bosco.channels import kinds as folder
from bosco.channels.kind import Kind
from bosco.kit.registry import kinds
from bosco.kit.words import Message, Text, msg
from bosco.plan.by_kind import OfKind, by_kind, joined
from bosco.plan.load import Plan
from bosco.plan.section import Section, Table, cell
from bosco.plan.words import Name, OneOrMany, PlanText, RateText, Span, name_from


class Channel(OfKind):
    """A way out: what it is called, to whom it goes when nobody else is named, how much it may carry."""

    name: PlanText | None = None
    to: OneOrMany[str] = ()
    limit: RateText | None = None
    # How long a letter is tried before its receivers are told in another way.
    gives_up: Span | None = None

    @property
    def way(self) -> Kind:
        """Return the kind, ready to send: it is the channel itself."""
        return cast(Kind, self)

    says_kind: ClassVar[Any] = msg("this channel does not say where it leads")


@cache
def every_kind() -> dict[str, type[Kind]]:
    """Return every kind of channel by its word."""
    return kinds(folder, Kind)


KINDS = every_kind()


# Bosco's own pages are a way out of every plan, named or not.
IN_APP = "in-app"


def ways_out(plan: Plan) -> Mapping[str, Channel]:
    """Return every channel there is: those of the plan, and Bosco's own pages."""
    named = plan[CHANNELS]
    return named if IN_APP in named else {**named, IN_APP: _own_pages()}


@cache
def _own_pages() -> Channel:
    return joined(IN_APP, KINDS[IN_APP], Channel, {})()


def channel_name(plan: Plan, key: str) -> Text | Message | str:
    """Return how a channel is called."""
    found = plan[CHANNELS].get(key)
    if found is None and key == IN_APP:
        return KINDS[IN_APP].called
    return (found.name if found else None) or key


def _table(channels: Mapping[str, Channel], _: Plan) -> Table:
    rows = []
    for key, channel in channels.items():
        kind = KINDS[channel.kind].called
        where = getattr(channel, "channel", None) or getattr(channel, "from_", None) or ", ".join(channel.to)
        limit = channel.limit if channel.limit else None
        rows.append((cell(channel.name or key, tone="strong"), cell(kind), cell(where), cell(limit)))
    return Table((msg("Channel"), msg("Kind"), msg("Where"), msg("Limit")), tuple(rows))


CHANNELS: Section[Mapping[str, Channel]] = Section(
    "channels",
    Mapping[Name, by_kind(Channel, KINDS, Channel.says_kind)],  # type: ignore[misc]
    default=lambda: MappingProxyType({}),
    title=msg("Channels"),
    order=500,
    named=True,
    name_of=name_from("name"),
    table=_table,
)
SECTION = CHANNELS
