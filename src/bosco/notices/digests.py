"""Digests: what opened, what is still so and what is over, sent on the plan's calendar."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bosco.kit.words import msg
from bosco.notices import bundles, rows
from bosco.notices.bundles import Bundle, Owed
from bosco.notices.compose import Draft, Told, listed
from bosco.notices.matrix import Route, next_digest, routes_of
from bosco.notices.rows import Kept
from bosco.notices.section import PRIORITIES
from bosco.notices.telling import Teller
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.plan.read_recurrence import read_recurrence
from bosco.store import timers
from bosco.store.tx import Tx

DIGEST = "notices.digest"


def digest_routes(plan: Plan) -> Iterator[Route]:
    """Yield every cell of the plan that tells by a digest."""
    for priority in plan[PRIORITIES]:
        yield from (route for route in routes_of(plan, priority) if route.tell.how == "rhythm")


def sent_even_empty(plan: Plan, key: str) -> bool:
    """Say whether the plan asks for a digest although there is nothing to tell."""
    return any(route.tell.empty and route.bundle("") == key for route in digest_routes(plan))


def next_of(plan: Plan, bundle: Bundle, now: datetime) -> datetime | None:
    """Return when a digest is sent next."""
    return next_digest(bundle.rhythm or "", now, plan[TIMEZONE])


def parts(owed: Sequence[Owed], found: dict[str, Kept]) -> list[Told]:
    """Return what opened since the last digest, what was told and is still so, and what is over."""
    told = []
    for row in owed:
        kept = found[row.matter]
        if not kept.is_open:
            told.append(Told(kept, "resolved"))
        elif kept.held_at is None:
            told.append(Told(kept, "standing" if row.state == "told" else "opened"))
    return told


class Digests:
    """Sends digests inside the transactions of their timers."""

    def __init__(self, current: CurrentPlan, teller: Teller) -> None:
        self._current = current
        self._teller = teller

    def send(self, tx: Tx, key: str) -> None:
        """Send a digest, and set the timer of the next one."""
        plan, bundle = self._current.plan, bundles.bundle_of(tx, key)
        if bundle is None or bundle.rhythm is None:
            return
        owed = bundles.everything_in(tx, key)
        about = parts(owed, rows.find_all(tx, [row.matter for row in owed]))
        if about or sent_even_empty(plan, key):
            self._write(tx, bundle, about)
        self.arm(tx, bundle, again=bool(owed))

    def _write(self, tx: Tx, bundle: Bundle, about: Sequence[Told]) -> None:
        why = msg(
            "this is the digest that the plan sends: {rhythm}", rhythm=listed([read_recurrence(bundle.rhythm or "")])
        )
        thread = f"digest:{bundle.key}:{tx.at:%Y%m%dT%H%M}"
        draft = Draft(bundle.channel, "digest", thread, about, why, ends=True)
        whom, _ = self._teller.receivers(tx, bundle, "digest", about)
        if whom:
            self._teller.write(tx, bundle, draft, whom)
        over = [one.kept.key for one in about if one.news == "resolved"]
        bundles.settle(tx, bundle.key, over, "over")
        bundles.settle(tx, bundle.key, [one.kept.key for one in about if one.news != "resolved"], "told")
        bundles.change_bundle(tx, bundle.key, last_at=tx.at)

    def arm(self, tx: Tx, bundle: Bundle, *, again: bool = True) -> None:
        """Set the timer of the next digest, if there will be something to tell or the plan wants it anyway."""
        plan = self._current.plan
        at = next_of(plan, bundle, tx.at) if again or sent_even_empty(plan, bundle.key) else None
        bundles.change_bundle(tx, bundle.key, due=at)
        if at is None:
            timers.cancel(tx, DIGEST, bundle.key)
        else:
            timers.set(tx, DIGEST, bundle.key, at)
