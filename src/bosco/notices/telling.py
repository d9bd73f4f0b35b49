"""Tells bundles: writes the letters of what is due, to whom it concerns, and what is still owed afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bosco.channels.model import Event, Letter
from bosco.journal import write as write_line
from bosco.kit.packed import pack
from bosco.kit.words import msg, say
from bosco.notices import bundles, rows, told
from bosco.notices.audience import Ask, Recipient, asking, mentioned, name_of, people_of, recipients
from bosco.notices.bundles import STORM, STORM_LATER, Bundle, Owed
from bosco.notices.compose import Draft, Links, Told, compose, most_urgent, subject_of
from bosco.notices.group import Decision, again_after, decide
from bosco.notices.matrix import PERSONAL, bundle_key, kind_of, next_again, rank_of
from bosco.notices.model import NextStep
from bosco.notices.preferences import CHOICE_FROM, preferences_of
from bosco.people.section import TEAM
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, TIMEZONE, URL
from bosco.plan.load import Plan
from bosco.store import timers
from bosco.store.tx import Tx

FLUSH = "notices.flush"
NEAR = timedelta(minutes=1)
LATER = timedelta(days=1)


class Post(Protocol):
    """Where letters go."""

    def post(self, tx: Tx, letter: Letter, at: datetime | None = None) -> str:
        """Take a letter in this transaction, and return its id."""


Sign = Callable[[str, str, datetime], str]
Ahead = Callable[[Tx, rows.Kept], NextStep | None]


@dataclass(frozen=True)
class News:
    """Something to tell of a matter: what, by when, and why."""

    what: str
    due: datetime | None
    why: Any = None
    how: str = "now"
    mention: tuple[str, ...] = ()


class Teller:
    """Owes and tells, inside the transactions of others."""

    def __init__(self, current: CurrentPlan, post: Post, who: Ask, sign: Sign, ahead: Ahead) -> None:
        self._current = current
        self._post = post
        self._who = who
        self._sign = sign
        self._ahead = ahead

    @property
    def _plan(self) -> Plan:
        return self._current.plan

    def cause_for(self, tx: Tx, channel: str, audience: tuple[str, ...], cause: str, how: str = "now") -> str:
        """Return with what something is told: its own cause, or in a storm together with everything else.

        What can wait has a storm of its own: however much of it there is, what is urgent is told by itself.
        """
        known = bundles.bundle_of(tx, bundle_key(channel, audience, cause))
        if known is not None and (known.thread is not None or known.due is not None):
            return cause
        storm, ahead = (STORM_LATER, LATER) if how == "grouped" else (STORM, NEAR)
        return storm if bundles.is_busy(tx, channel, tx.at + ahead) else cause

    def owe(self, tx: Tx, bundle: Bundle, matter: str, news: News) -> None:
        """Write what is owed; what is due is told by the next `tell` or by the bundle's timer."""
        before = next((one for one in bundles.owed_of(tx, matter) if one.bundle == bundle.key), None)
        stands = before is not None and before.state == "told"
        due, why = news.due, news.why
        if before is not None and before.news is not None and before.due is not None and due is not None:
            due = min(before.due, due)
        state = "told" if stands else "owed"
        told_at = before.told_at if before is not None and stands else None
        row = Owed(bundle.key, matter, news.how, news.what, due, pack(why), news.mention, told_at, state)
        bundles.owe(tx, row)
        if due is not None and due > tx.at:
            self._arm(tx, bundle, due)

    def _arm(self, tx: Tx, bundle: Bundle, due: datetime) -> None:
        if bundle.due is None or due < bundle.due:
            bundles.change_bundle(tx, bundle.key, due=due)
            timers.set(tx, FLUSH, bundle.key, min(due, bundle.again or due))

    def tell(self, tx: Tx, key: str) -> list[str]:
        """Tell what is due in a bundle, and set its timer; return the matters for which there was nobody to tell."""
        bundle = bundles.bundle_of(tx, key)
        if bundle is None:
            return []
        decision = None
        if self._is_ripe(tx, bundle):
            decision = decide(bundle, bundles.news_in(tx, key), tx.at) or self._again(tx, bundle)
        if decision is None:
            self._rearm(tx, key)
            return []
        found = rows.find_all(tx, [row.matter for row in decision.rows])
        unheard = self._send(
            tx, bundle, decision, [Told(found[row.matter], row.news or "reminder") for row in decision.rows]
        )
        self._rearm(tx, key)
        return unheard

    def _is_ripe(self, tx: Tx, bundle: Bundle) -> bool:
        """Say whether it is worth reading everything that is to be told in a bundle: in a storm that is much."""
        due = bundles.first_due(tx, bundle.key)
        if (due is not None and due <= tx.at) or (bundle.again is not None and bundle.again <= tx.at):
            return True
        return bundle.standing == 0 and bundles.may_be_clear(tx, bundle.key)

    def _again(self, tx: Tx, bundle: Bundle) -> Decision | None:
        if bundle.again is None or bundle.again > tx.at:
            return None
        keys = bundles.still_told(tx, bundle.key)
        if not keys:
            bundles.change_bundle(tx, bundle.key, again=None)
            return None
        if any(self._step_is_near(tx, key) for key in keys):
            # A step tells more than a reminder, and whoever hears it needs none.
            bundles.change_bundle(tx, bundle.key, again=tx.at + NEAR)
            return None
        standing = [one for key in keys for one in bundles.owed_of(tx, key) if one.bundle == bundle.key]
        return Decision("reminder", again_after(standing[0].how), tuple(standing))

    def _step_is_near(self, tx: Tx, key: str) -> bool:
        kept = rows.find(tx, key)
        step = self._ahead(tx, kept) if kept is not None and kept.climbs else None
        return step is not None and step.at is not None and step.at <= tx.at + NEAR

    def _rearm(self, tx: Tx, key: str) -> None:
        bundle, due = bundles.bundle_of(tx, key), bundles.first_due(tx, key)
        assert bundle is not None
        # A timer that has come due while it waited is told at once, not in the past.
        again = bundle.again if bundle.again is None or bundle.again > tx.at else None
        bundles.change_bundle(tx, bundle.key, due=due, again=again)
        ahead = [at for at in (due, again) if at is not None]
        if ahead:
            timers.set(tx, FLUSH, bundle.key, min(ahead))
        else:
            timers.cancel(tx, FLUSH, bundle.key)

    def _send(self, tx: Tx, bundle: Bundle, decision: Decision, about: Sequence[Told]) -> list[str]:
        keys = [one.kept.key for one in about]
        thread = bundle.thread or bundles.thread_of(tx, bundle.channel, bundle.cause) or keys[0]
        step = self._ahead(tx, about[0].kept) if len(about) == 1 else None
        draft = Draft(bundle.channel, decision.event, thread, about, decision.why, decision.ends, step)
        whom, someone = self.receivers(tx, bundle, decision.event, about)
        if not someone:
            self._nobody(tx, bundle, keys)
            return keys
        if whom:
            self.write(tx, bundle, draft, whom)
        elif decision.event == "reminder":
            # Whoever would be reminded has just been told by another line: the next time, then.
            hows, priority = [row.how for row in decision.rows], most_urgent(self._plan, about)
            bundles.change_bundle(tx, bundle.key, again=next_again(self._plan, priority, hows, tx.at))
            return []
        self._settle(tx, bundle, decision, thread, most_urgent(self._plan, about) if whom else None)
        return []

    def receivers(
        self, tx: Tx, bundle: Bundle, event: Event, about: Sequence[Told]
    ) -> tuple[list[Recipient | None], bool]:
        """Return who gets the letter, and whether there is anybody at all; None stands for the channel as such."""
        plan, now = self._plan, tx.at
        if kind_of(plan, bundle.channel) not in PERSONAL:
            return [None], True
        if event in ("resolved", "acknowledged") and bundle.begun_at is not None:
            heard = told.told_since(tx, bundle.key, bundle.begun_at)
            found = [Recipient(person, address, self._language(person)) for person, address in heard]
        else:
            found = recipients(plan, bundle.channel, bundle.audience, now, asking(tx, self._who))
        if not found:
            return [], bundle.begun_at is not None and event == "resolved"
        just_now = told.told_just_now(tx, bundle.channel, event, now)
        keys = {one.kept.key for one in about}
        fresh = [one for one in found if not one.person or not keys or not keys <= just_now.get(one.person, set())]
        return [*self._willing(tx, bundle, event, about, fresh)], True

    def _language(self, person: str) -> Any:
        known, usual = self._plan[TEAM].get(person), self._plan[LANGUAGE]
        return (known.language if known else None) or usual

    def _willing(
        self, tx: Tx, bundle: Bundle, event: Event, about: Sequence[Told], found: Sequence[Recipient]
    ) -> list[Recipient]:
        """Leave out who prefers another way or a quiet night, as far as that is theirs to choose."""
        plan = self._plan
        may_choose = rank_of(plan, most_urgent(plan, about)) >= CHOICE_FROM
        willing = []
        for one in found:
            chosen = preferences_of(tx, one.person) if one.person else None
            if chosen is None:
                willing.append(one)
                continue
            whom = Recipient(one.person, one.address, chosen.language or one.language)
            quiet = chosen.quiet_ends(tx.at, plan[TIMEZONE]) if may_choose else None
            if may_choose and bundle.channel in chosen.without:
                continue
            if quiet is None or bundle.rhythm is not None:
                willing.append(whom)
            elif event != "resolved":
                self._later(tx, bundle, whom, about, quiet)
        return willing

    def _later(self, tx: Tx, bundle: Bundle, whom: Recipient, about: Sequence[Told], quiet: datetime) -> None:
        audience = (whom.person,)
        key = bundle_key(bundle.channel, audience, f"{bundle.cause} after quiet hours")
        own = bundles.ensure_bundle(tx, key, bundle.channel, audience, bundle.cause)
        for one in about:
            self.owe(tx, own, one.kept.key, News(one.news, quiet, msg("your quiet hours are over"), "within"))

    def _nobody(self, tx: Tx, bundle: Bundle, keys: Sequence[str]) -> None:
        whom = ", ".join(bundle.audience) or bundle.channel
        because = msg("nobody could be told through {channel}: {whom}", channel=bundle.channel, whom=whom)
        bundles.settle(tx, bundle.key, keys, "superseded", pack(because))
        for key in keys:
            self.supersede_line(tx, key, bundle.channel, because)

    def supersede_line(self, tx: Tx, key: str, channel: str, because: Any) -> None:
        """Write in the journal that something owed is not told, and why."""
        kept = rows.find(tx, key)
        if kept is None:
            return
        data = {"via": channel, "priority": kept.matter.priority, "title": kept.matter.title, "because": pack(because)}
        write_line(
            tx,
            subject=kept.matter.subject,
            what="notice.superseded",
            actor="bosco",
            why=str(say(because, self._plan[LANGUAGE])),
            data=data,
        )

    def write(self, tx: Tx, bundle: Bundle, draft: Draft, whom: Sequence[Recipient | None]) -> None:
        """Post the letter to each of them, and keep the account of it."""
        plan = self._plan
        keys = [one.kept.key for one in draft.told]
        telling_id = tx.new_id()
        calls: list[Recipient] = []
        titles: list[Any] = []
        letters: list[tuple[str, str, str]] = []
        for one in whom:
            if one is None:
                calls = mentioned(plan, bundle.channel, self._mentions(tx, bundle, keys))
            to = tuple(each.receiver for each in calls) if one is None else (one.receiver,)
            person = one.person if one else ""
            links = Links((plan[URL] or "").rstrip("/"), self._sign(telling_id, person, tx.at))
            letter = compose(plan, draft, tx.at, to, one.language if one else plan[LANGUAGE], links)
            letters.append((self._post.post(tx, letter), person, one.address if one else ""))
            titles.append(letter.title)
        telling = told.Telling(
            telling_id, bundle.key, bundle.channel, draft.event, tx.at, pack(draft.why), titles[0], len(keys)
        )
        told.write_telling(tx, telling, keys)
        for letter_id, person, address in letters:
            told.write_letter(tx, letter_id, telling, person, address)
        names = [each.person for each in calls] + [person or address for _, person, address in letters if address]
        self._line(tx, bundle, draft, names or [bundle.channel], titles[0])

    def _mentions(self, tx: Tx, bundle: Bundle, keys: Sequence[str]) -> list[str]:
        """Return the people whom a letter to a channel as such calls upon."""
        targets = list(bundle.audience)
        wanted = set(keys)
        for row in bundles.news_in(tx, bundle.key):
            if row.matter in wanted and row.mention:
                targets += [one for one in row.mention if one not in targets]
        return people_of(targets, tx.at, asking(tx, self._who))

    def _line(self, tx: Tx, bundle: Bundle, draft: Draft, names: Sequence[str], title: Any) -> None:
        plan = self._plan
        data = {
            "to": list(names),
            "via": bundle.channel,
            "priority": most_urgent(plan, draft.told),
            "event": draft.event,
            "title": title,
            "matters": len(draft.told),
            "because": pack(draft.why),
            "names": ", ".join(str(say(name_of(plan, one), plan[LANGUAGE])) for one in names),
        }
        one = draft.told[0].kept.matter if len(draft.told) == 1 else None
        subject = one.subject if one else subject_of(draft.told)
        write_line(
            tx,
            subject=subject,
            what="notice.told",
            actor="bosco",
            why=str(say(draft.why, plan[LANGUAGE])),
            data=data,
        )

    def _settle(self, tx: Tx, bundle: Bundle, decision: Decision, thread: str | None, priority: str | None) -> None:
        """Write what is done with; `priority` is the most urgent of what was told, None if everybody knew it."""
        over = [row.matter for row in decision.rows if row.news == "resolved"]
        still = [row.matter for row in decision.rows if row.news != "resolved"]
        bundles.settle(tx, bundle.key, over, "over")
        if priority is None:
            # Everybody heard it just now by another line of the plan: nothing more comes of this one.
            bundles.settle(tx, bundle.key, still, "over", pack(msg("told through another line of the plan")))
            known = sum(1 for row in decision.rows if row.news != "resolved" and row.state == "told")
            bundles.add_standing(tx, bundle.key, -known)
            return
        bundles.settle(tx, bundle.key, still, "told")
        more = sum(1 for row in decision.rows if row.news != "resolved" and row.state != "told")
        standing = bundles.add_standing(tx, bundle.key, more)
        if standing == 0:
            bundles.change_bundle(tx, bundle.key, thread=None, begun_at=None, last_at=tx.at, again=None)
            return
        hows = [row.how for row in decision.rows if row.news != "resolved"]
        values: dict[str, Any] = {"thread": thread, "begun_at": bundle.begun_at or tx.at, "last_at": tx.at}
        if hows:
            values["again"] = next_again(self._plan, priority, hows, tx.at)
        bundles.change_bundle(tx, bundle.key, **values)
