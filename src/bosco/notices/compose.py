"""Writes letters: what, since when, what was seen, who has it, what happens next, why you are told."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bosco.channels.model import Action, Event, Letter, Receiver, Section
from bosco.kit.packed import pack, unpack
from bosco.kit.plural import plural
from bosco.kit.words import LANGUAGES, Language, Message, Text, msg, say
from bosco.notices.audience import name_of
from bosco.notices.matrix import light_of, rank_of
from bosco.notices.model import NextStep
from bosco.notices.rows import Kept
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.services.section import SERVICES, service_name
from bosco.web.reader import Reader
from bosco.web.typeset import instant_text

# A letter about more than that many things names the first of them and counts the others.
SHOWN = 20
NOTICES = "/notices"


@dataclass(frozen=True)
class Told:
    """One matter of a letter, and what is told of it."""

    kept: Kept
    news: str


@dataclass(frozen=True)
class Links:
    """Where a letter leads: its page, and to a page with one button; nowhere if Bosco has no address."""

    site: str | None
    acknowledge: str | None = None


@dataclass(frozen=True)
class Draft:
    """What a letter says, before it is known to whom it goes."""

    channel: str
    event: Event
    thread: str
    told: Sequence[Told]
    why: Any
    ends: bool
    next_step: NextStep | None = None


HEADINGS: dict[Event, Message] = {
    "opened": msg("{title}"),
    "escalated": msg("Nobody has it yet: {title}"),
    "changed": msg("Changed: {title}"),
    "acknowledged": msg("{who} has it: {title}"),
    "unacknowledged": msg("In nobody’s hands again: {title}"),
    "reminder": msg("Still so: {title}"),
    "resolved": msg("Over: {title}"),
}


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> Text:
    """Return an instant on the plan's wall clock, with its day unless it is today."""
    same = at.astimezone(zone).date() == now.astimezone(zone).date()
    how = "clock" if same else "minute"
    return Text({language: instant_text(at, how, Reader(language, zone, now)) for language in LANGUAGES})


def listed(parts: Iterable[Any], by: str = ", ") -> Text:
    """Return names one after the other, in each language."""
    found = list(parts)
    return Text({language: by.join(str(say(one, language)) for one in found) for language in LANGUAGES})


def compose(
    plan: Plan, draft: Draft, now: datetime, to: tuple[Receiver, ...], language: Language, links: Links
) -> Letter:
    """Return the letter for these receivers."""
    one = draft.told[0].kept if len(draft.told) == 1 and draft.event != "digest" else None
    urgent = most_urgent(plan, draft.told)
    light = light_of(plan, urgent) if draft.told else None
    title = _title_of_one(plan, draft, one) if one else _title_of_many(plan, draft)
    return Letter(
        channel=draft.channel,
        event=draft.event,
        thread=draft.thread,
        title=pack(title),
        brief=pack(_brief(plan, draft, one, title, urgent, now)),
        sections=(*_about(plan, draft, one, now), _reason(draft)),
        actions=_actions(draft, one, links),
        to=to,
        priority=urgent or None,
        color=light.color if light else None,
        rank=rank_of(plan, urgent) if urgent else None,
        subject=one.matter.subject if one else subject_of(draft.told),
        why=pack(draft.why),
        language=language,
        ends=draft.ends,
    )


def most_urgent(plan: Plan, told: Sequence[Told]) -> str:
    """Return the most urgent priority among matters."""
    return min((one.kept.matter.priority for one in told), key=lambda priority: rank_of(plan, priority), default="")


def subject_of(told: Sequence[Told]) -> str:
    """Return the journal's subject of a letter about several things: their service, if they have it in common."""
    services = {one.kept.matter.service for one in told}
    only = next(iter(services)) if len(services) == 1 else None
    return f"service:{only}" if only else "notices"


def _title_of_one(plan: Plan, draft: Draft, one: Kept) -> Message:
    values = {"title": _own_title(one), "who": _holder(plan, one)}
    heading = HEADINGS[draft.event]
    return Message(heading.text, {name: value for name, value in values.items() if f"{{{name}}}" in heading.text})


def _own_title(one: Kept) -> Any:
    title = unpack(one.matter.title)
    return msg("{number} {title}", number=one.matter.number, title=title) if one.matter.number else title


def _holder(plan: Plan, one: Kept) -> Any:
    return name_of(plan, one.acked_by) if one.acked_by else msg("nobody")


def _title_of_many(plan: Plan, draft: Draft) -> Message:
    if draft.event == "digest":
        counts = Counter(one.news for one in draft.told)
        return msg(
            "{opened}, {still}, {over}",
            opened=plural(counts["opened"], "{n} new", "{n} new"),
            still=plural(counts["standing"], "{n} still open", "{n} still open"),
            over=plural(counts["resolved"], "{n} over", "{n} over"),
        )
    services = {one.kept.matter.service for one in draft.told}
    only = next(iter(services)) if len(services) == 1 else None
    where = service_name(plan, only) if only and only in plan[SERVICES] else only
    fresh = [one for one in draft.told if one.news != "resolved"]
    if draft.event == "resolved" or not fresh:
        count: Any = plural(len(draft.told), "{n} thing is over", "{n} things are over")
    elif draft.event == "reminder":
        count = plural(len(fresh), "{n} thing is still so", "{n} things are still so")
    elif draft.event in ("escalated", "unacknowledged"):
        count = plural(len(fresh), "nobody has {n} thing", "nobody has {n} things")
    elif draft.event == "opened":
        count = plural(len(fresh), "{n} thing is wrong", "{n} things are wrong")
    else:
        count = plural(len(fresh), "{n} thing changed", "{n} things changed")
    return msg("{where}: {count}", where=where, count=count) if where else msg("{count}", count=count)


def _brief(plan: Plan, draft: Draft, one: Kept | None, title: Message, urgent: str, now: datetime) -> Message:
    zone = plan[TIMEZONE]
    if draft.event == "digest":
        return title
    if one is None:
        since = min(told.kept.matter.since for told in draft.told)
        return msg("{priority} {title}, since {since}", priority=urgent, title=title, since=moment(since, now, zone))
    if draft.event == "resolved":
        return msg("{priority} {title}", priority=urgent, title=title)
    begun, seen = moment(one.matter.since, now, zone), unpack(one.matter.seen)
    if seen is None:
        return msg("{priority} {title}, since {since}", priority=urgent, title=title, since=begun)
    return msg("{priority} {title}, since {since}: {seen}", priority=urgent, title=title, since=begun, seen=seen)


def _about(plan: Plan, draft: Draft, one: Kept | None, now: datetime) -> tuple[Section, ...]:
    if draft.event == "digest":
        return _about_digest(plan, draft, now)
    return _about_one(plan, draft, one, now) if one else _about_many(plan, draft, now)


def _about_digest(plan: Plan, draft: Draft, now: datetime) -> tuple[Section, ...]:
    headings = {"opened": msg("New"), "standing": msg("Still open"), "resolved": msg("Over")}
    found = [
        list_of(plan, heading, some, now, tone="ok" if news == "resolved" else "")
        for news, heading in headings.items()
        if (some := [one for one in draft.told if one.news == news])
    ]
    return tuple(found) or (Section(lines=(pack(msg("Nothing happened, and nothing is open.")),)),)


def _about_one(plan: Plan, draft: Draft, one: Kept, now: datetime) -> tuple[Section, ...]:
    matter, zone = one.matter, plan[TIMEZONE]
    facts: list[tuple[Any, Any]] = [(msg("Priority"), matter.priority), (msg("Since"), moment(matter.since, now, zone))]
    if matter.service:
        known = matter.service in plan[SERVICES]
        facts.append((msg("Service"), service_name(plan, matter.service) if known else matter.service))
    if matter.seen is not None:
        facts.append((msg("Seen"), unpack(matter.seen)))
    if matter.against is not None:
        facts.append((msg("Expected"), unpack(matter.against)))
    facts += [(unpack(label), unpack(value)) for label, value in matter.details]
    if draft.event == "resolved":
        facts.append((msg("Over since"), moment(one.closed_at or now, now, zone)))
    else:
        facts.append((msg("Who has it"), _holder(plan, one)))
        if draft.next_step is not None:
            facts.append((msg("What comes next"), _ahead(draft.next_step, now, zone)))
    return (Section(facts=tuple((pack(label), pack(value)) for label, value in facts), tone=_tone(draft)),)


def _ahead(step: NextStep, now: datetime, zone: ZoneInfo) -> Any:
    says = unpack(step.says)
    return says if step.at is None else msg("{at}: {says}", at=moment(step.at, now, zone), says=says)


def _tone(draft: Draft) -> str:
    return "ok" if draft.event == "resolved" else ""


def _about_many(plan: Plan, draft: Draft, now: datetime) -> tuple[Section, ...]:
    fresh = [one for one in draft.told if one.news != "resolved"]
    over = [one for one in draft.told if one.news == "resolved"]
    sections = []
    if fresh:
        sections.append(list_of(plan, msg("Wrong") if over else None, fresh, now))
    if over:
        sections.append(list_of(plan, msg("Over") if fresh else None, over, now, tone="ok"))
    return tuple(sections)


def list_of(plan: Plan, heading: Message | None, told: Sequence[Told], now: datetime, tone: str = "") -> Section:
    """Return matters as lines: the most urgent and oldest first; of very many, the others are counted by service."""
    order = sorted(told, key=lambda one: (rank_of(plan, one.kept.matter.priority), one.kept.matter.since))
    lines = [pack(line_of(plan, one.kept, now)) for one in order[:SHOWN]]
    if rest := order[SHOWN:]:
        lines.append(pack(plural(len(rest), "and {n} more", "and {n} more")))
        by_service = Counter(one.kept.matter.service or "" for one in rest)
        for service, count in by_service.most_common(SHOWN):
            name = service_name(plan, service) if service in plan[SERVICES] else service or msg("without a service")
            lines.append(pack(msg("{name}: {count}", name=name, count=count)))
    return Section(heading=pack(heading), lines=tuple(lines), tone=tone)


def line_of(plan: Plan, one: Kept, now: datetime) -> Message:
    """Return a matter in one line."""
    values = {"priority": one.matter.priority, "title": _own_title(one)}
    since = moment(one.matter.since, now, plan[TIMEZONE])
    if one.closed_at is not None:
        until = moment(one.closed_at, now, plan[TIMEZONE])
        return msg("{priority} {title}, from {since} to {until}", since=since, until=until, **values)
    if one.acked_by:
        return msg("{priority} {title}, since {since}; {who} has it", since=since, who=_holder(plan, one), **values)
    return msg("{priority} {title}, since {since}", since=since, **values)


def _reason(draft: Draft) -> Section:
    return Section(lines=(pack(msg("You are told because: {why}.", why=draft.why)),), tone="quiet")


def _actions(draft: Draft, one: Kept | None, links: Links) -> tuple[Action, ...]:
    if not links.site:
        return ()
    path = one.matter.path if one else NOTICES
    found = [Action("open", pack(msg("Open")), f"{links.site}{path}")]
    if links.acknowledge and draft.event not in ("resolved", "acknowledged", "digest"):
        label = msg("I take it") if one else msg("I take them")
        found.append(Action("acknowledge", pack(label), f"{links.site}{links.acknowledge}"))
    return tuple(found)
