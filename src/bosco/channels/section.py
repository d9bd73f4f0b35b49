"""The ways out, as the plan writes them; the word an entry holds says what kind of way it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bosco.kit.words import Text, msg
from bosco.plan.by_kind import OfKind, by_kind
from bosco.plan.load import Plan
from bosco.plan.part import PlanPart
from bosco.plan.section import Section, Table, cell
from bosco.plan.words import Email, Name, OneOrMany, PlanText, RateText, SecretText, name_from


class Channel(OfKind):
    """A way out: what it is called, to whom it goes when nobody else is named, how much it may carry."""

    name: PlanText | None = None
    to: OneOrMany[str] = ()
    limit: RateText | None = None

    says_kind: ClassVar[Any] = msg("this channel does not say where it leads")


class Slack(PlanPart):
    """A Slack channel, by an incoming webhook."""

    slack: SecretText
    channel: str | None = None


class Smtp(PlanPart):
    """E-mail, by a mail server: `smtps://user:password@mail.example.org`."""

    smtp: SecretText
    from_: Annotated[Email, Field(alias="from")]
    reply_to: Email | None = None


class Sms(PlanPart):
    """Text messages, by a provider's web address."""

    sms: SecretText
    sender: str | None = None
    headers: Mapping[str, SecretText] = Field(default_factory=dict)
    body: str | None = None


class Webhook(PlanPart):
    """A web address that receives JSON, signed with a secret if there is one."""

    webhook: SecretText
    method: str = "POST"
    headers: Mapping[str, SecretText] = Field(default_factory=dict)
    secret: SecretText | None = None


class Discord(PlanPart):
    """A Discord channel, by its webhook."""

    discord: SecretText


class Teams(PlanPart):
    """A Microsoft Teams channel, by its workflow's web address."""

    teams: SecretText


class Pagerduty(PlanPart):
    """PagerDuty, by the routing key of a service."""

    pagerduty: SecretText
    url: str = "https://events.pagerduty.com"


class InApp(PlanPart):
    """Bosco's own pages."""

    in_app: Annotated[bool, Field(alias="in-app")] = True


class Apprise(PlanPart):
    """Any service that Apprise knows, by its address."""

    apprise: OneOrMany[SecretText]


KINDS: dict[str, type[PlanPart]] = {
    "slack": Slack,
    "smtp": Smtp,
    "sms": Sms,
    "webhook": Webhook,
    "discord": Discord,
    "teams": Teams,
    "pagerduty": Pagerduty,
    "in-app": InApp,
    "apprise": Apprise,
}
_CALLED = {"smtp": msg("e-mail"), "sms": msg("text message"), "webhook": msg("webhook"), "in-app": msg("in Bosco")}


def channel_name(plan: Plan, key: str) -> Text | str:
    """Return how a channel is called."""
    found = plan[CHANNELS].get(key)
    return (found.name if found else None) or key


def _table(channels: Mapping[str, Channel], _: Plan) -> Table:
    rows = []
    for key, channel in channels.items():
        kind = _CALLED.get(channel.kind) or channel.kind.capitalize()
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
