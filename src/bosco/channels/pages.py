"""The pages of the ways out: how each channel is, a test of it, every letter and how it ended."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import Parameter

from bosco.channels.address import team_of
from bosco.channels.contacts import Contacts
from bosco.channels.deliveries import STATES, SUBJECT, Asked, Delivery, LetterState
from bosco.channels.health import Health
from bosco.channels.model import EVENTS
from bosco.channels.pages_contacts import contact_routes
from bosco.channels.pages_inbox import inbox_routes
from bosco.channels.section import CHANNELS, KINDS, channel_name, ways_out
from bosco.channels.service import Channels
from bosco.channels.trial import Trial
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.words import Message, Sayable, msg
from bosco.plan.current import CurrentPlan
from bosco.store.store import Store
from bosco.web.events import Live
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [Nav(msg("Channels"), "/channels", icon="send", order=63)]
ENDS: dict[LetterState, tuple[str, Message]] = {
    "waiting": ("info", msg("On its way")),
    "delivered": ("ok", msg("Delivered")),
    "failed": ("critical", msg("Failed")),
    "superseded": ("muted", msg("No longer needed")),
}
Word = Annotated[str, Parameter(max_length=100)]


def routes(  # noqa: PLR0913, PLR0917 - several pages of one room
    shell: Shell,
    clock: Clock,
    store: Store,
    current: CurrentPlan,
    channels: Channels,
    contacts: Contacts,
    live: Live,
    journal: Journal,
) -> list[Any]:
    """Return the pages."""

    def shown(one: Delivery, visitor: Visitor) -> dict[str, Any]:
        tone, word = ENDS[one.state]
        return {
            "one": one,
            "title": unpack(one.title),
            "why": unpack(one.why),
            "because": unpack(one.because),
            "answer": unpack(one.answer),
            "event": EVENTS.get(one.event, one.event),
            "channel": channel_name(current.plan, one.channel),
            "to": [_called(current, person, address, visitor) for person, address in one.receivers],
            "tone": tone,
            "word": word,
            "again": one.state == "failed" and one.event != "test" and visitor.may("responder"),
        }

    def way(name: str, health: Health) -> dict[str, Any]:
        plan = current.plan
        channel = ways_out(plan)[name]
        last = health.counted.last
        return {
            "key": name,
            "name": channel_name(plan, name),
            "kind": KINDS[channel.kind].called,
            "health": health,
            "counted": health.counted,
            "where": getattr(channel, "channel", None) or getattr(channel, "from_", None) or ", ".join(channel.to),
            "limit": channel.limit or channel.way.carries,
            "gives_up": channel.gives_up,
            "named": name in plan[CHANNELS],
            "last": last,
            "answer": None if last is None else unpack(last.answer) or unpack(last.because),
        }

    @get("/channels")
    async def all_channels(request: AnyRequest, visitor: Visitor) -> Response[str]:
        found = await channels.health()
        failed = await channels.deliveries(Asked(state="failed", limit=5), journal.keeps(visitor, SUBJECT))
        return shell.page(
            request,
            "channels/channels.html",
            ways=[way(name, health) for name, health in found.items()],
            failed=[shown(one, visitor) for one in failed[:5]],
            acts=visitor.may("responder"),
            outward=any(name in current.plan[CHANNELS] for name in found),
        )

    @get("/channels/{name:str}")
    async def one_channel(request: AnyRequest, visitor: Visitor, name: Word, before: Word = "") -> Response[str]:
        channels.missing_secrets(name)
        health = (await channels.health())[name]
        asked = Asked(channel=name, before=before)
        found = await channels.deliveries(asked, journal.keeps(visitor, SUBJECT))
        return shell.page(
            request,
            "channels/channel.html",
            way=way(name, health),
            letters=[shown(one, visitor) for one in found[: asked.limit]],
            acts=visitor.may("responder"),
            newest=f"/channels/{name}" if before else None,
            older=_older(found, asked, f"/channels/{name}"),
        )

    @get("/letters")
    async def letters(
        request: AnyRequest, visitor: Visitor, channel: Word = "", which: Word = "", before: Word = ""
    ) -> Response[str]:
        asked = Asked(channel, which if which in STATES else "", before)
        found = await channels.deliveries(asked, journal.keeps(visitor, SUBJECT))
        wanted = {key: value for key, value in (("channel", channel), ("which", asked.state)) if value}
        return shell.page(
            request,
            "channels/letters.html",
            letters=[shown(one, visitor) for one in found[: asked.limit]],
            tabs=[_tab("", asked, msg("All"))] + [_tab(state, asked, ENDS[state][1]) for state in STATES],
            channel=channel_name(current.plan, channel) if channel else None,
            asked=asked,
            newest=_address("/letters", wanted) if before else None,
            older=_older(found, asked, "/letters", wanted),
        )

    @post("/channels/{name:str}/test", guards=[may("responder")], status_code=200)
    async def test(request: AnyRequest, visitor: Visitor, name: Word) -> Response[Any]:
        trial = await channels.test(name, visitor.actor)
        return shell.go(request, f"/channels/{name}", _said(trial))

    @post("/channels/test", guards=[may("responder")], status_code=200)
    async def test_all(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        trials = await asyncio.gather(*(channels.test(name, visitor.actor) for name in ways_out(current.plan)))
        lost = ", ".join(one.channel for one in trials if not one.arrived)
        says = msg("No test arrived through: {names}.", names=lost) if lost else msg("Every test arrived.")
        return shell.go(request, "/channels", says)

    @post("/letters/{letter_id:str}/retry", guards=[may("responder")], status_code=200)
    async def retry(request: AnyRequest, visitor: Visitor, letter_id: Word) -> Response[Any]:
        again = await channels.retry(letter_id, visitor.actor)
        return shell.go(request, f"/channels/{again.channel}", msg("It is on its way again."))

    pages = [all_channels, test_all, one_channel, test, letters, retry]
    more = [*inbox_routes(shell, store, current, live, journal), *contact_routes(shell, clock, current, contacts)]
    return [*pages, *more]


def _called(current: CurrentPlan, person: str, address: str, visitor: Visitor) -> Sayable:
    """Return how a receiver is named; an address is for those who act."""
    known = team_of(current.plan).get(person)
    if known is not None:
        return known.name or person
    return person or (address if visitor.may("responder") else msg("an address"))


def _said(trial: Trial) -> Sayable:
    took = f"{trial.took.total_seconds() * 1000:.0f} ms"
    if trial.arrived:
        return msg("The test arrived after {took}: {says}.", took=took, says=trial.says)
    return msg("The test did not arrive: {says}.", says=trial.says)


def _tab(state: str, asked: Asked, label: Message) -> dict[str, Any]:
    wanted = {key: value for key, value in (("channel", asked.channel), ("which", state)) if value}
    return {"href": _address("/letters", wanted), "label": label, "current": asked.state == state}


def _older(found: list[Delivery], asked: Asked, path: str, wanted: dict[str, str] | None = None) -> str | None:
    if len(found) <= asked.limit:
        return None
    return _address(path, {**(wanted or {}), "before": found[asked.limit - 1].id})


def _address(path: str, wanted: dict[str, str]) -> str:
    return f"{path}?{urlencode(wanted)}" if wanted else path
