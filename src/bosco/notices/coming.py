"""What is still to be told, as it stands now: by when, of what, through which way, to whom, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from bosco.channels.section import channel_name
from bosco.kit.packed import unpack
from bosco.kit.words import msg
from bosco.notices import bundles, rows
from bosco.notices.bundles import Owed
from bosco.notices.climbing import said_targets
from bosco.notices.compose import listed
from bosco.notices.digests import DIGEST
from bosco.notices.model import NextStep
from bosco.notices.rows import Kept
from bosco.plan.load import Plan
from bosco.store import timers
from bosco.store.tx import Tx

MOST = 200


@dataclass(frozen=True)
class Coming:
    """One thing that will be told unless something changes; `at` is None while its clock stands still."""

    at: datetime | None
    title: Any
    path: str
    priority: str
    says: Any
    via: Any
    why: Any = None


def coming(
    tx: Tx, plan: Plan, steps: Callable[[Kept], Sequence[NextStep]], keeps: Sequence[ColumnElement[Any]] = ()
) -> list[Coming]:
    """Return what comes, the soonest first: words that are owed, digests, and the next step of each escalation."""
    keys = rows.open_keys(tx, keeps)
    found, owed, digests = rows.find_all(tx, keys), bundles.owed_of_all(tx, keys), timers.all_of(tx, DIGEST)
    told: list[Coming] = []
    for key in keys:
        kept = found[key]
        if kept.held_at is None:
            told += [_owed(plan, kept, row, digests) for row in owed.get(key, ()) if row.news is not None]
            told += [_step(plan, kept, step) for step in list(steps(kept))[:1]]
    told.sort(key=lambda one: (one.at is None, one.at.timestamp() if one.at else 0.0))
    return told[:MOST]


def _owed(plan: Plan, kept: Kept, row: Owed, digests: dict[str, datetime]) -> Coming:
    channel, audience, _ = row.bundle.split("|", 2)
    whom = [one for one in (*audience.split(","), *row.mention) if one]
    says = msg("{whom} is told", whom=said_targets(plan, whom)) if whom else msg("whoever reads it is told")
    why = unpack(row.why) or (msg("it goes into a digest") if row.how == "rhythm" else None)
    at = digests.get(row.bundle) if row.how == "rhythm" else row.due
    return Coming(
        at, unpack(kept.matter.title), kept.matter.path, kept.matter.priority, says, channel_name(plan, channel), why
    )


def _step(plan: Plan, kept: Kept, step: NextStep) -> Coming:
    via = listed(channel_name(plan, one) for one in step.via)
    says, why = unpack(step.says), unpack(step.why)
    return Coming(step.at, unpack(kept.matter.title), kept.matter.path, kept.matter.priority, says, via, why)
