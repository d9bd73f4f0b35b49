"""The matter of a record that calls people: opened, changed and closed as the record is."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bosco.kit.packed import pack
from bosco.kit.words import msg
from bosco.notices.model import Matter
from bosco.notices.section import ESCALATION
from bosco.notices.service import Notices
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.records.clock import clock, reaches
from bosco.records.moves import kind_of
from bosco.records.record import Record
from bosco.store.tx import Tx


def key_of(record: Record) -> str:
    """Return how notices know a record."""
    return f"record:{record.number}"


def matter_of(plan: Plan, record: Record, now: datetime, more: dict[str, Any]) -> Matter:
    """Return what people are told of a record."""
    return Matter(
        key=key_of(record),
        subject=record.subject,
        path=f"/records/{record.number}",
        title=record.title,
        priority=record.priority,
        since=record.opened_at,
        service=record.service,
        number=record.number,
        shares=shares_of(plan, record, now, plan[TIMEZONE]),
        **more,
    )


def shares_of(plan: Plan, record: Record, now: datetime, zone: ZoneInfo) -> dict[str, datetime] | None:
    """Return when the steps of the escalation come by the record's own clock; nothing while it stands still."""
    if clock(record, "resolve", now, zone) is None:
        return None
    wanted = sorted({step.at / 100 for step in plan[ESCALATION].get(record.priority, ()) if step.at})
    found = {f"{share:g}": reaches(record, "resolve", share, zone) for share in wanted}
    return {share: at for share, at in found.items() if at is not None}


def tell(  # noqa: PLR0913 - a change of a record, whose, and why
    notices: Notices,
    tx: Tx,
    plan: Plan,
    before: Record | None,
    after: Record,
    *,
    by: str,
    why: str | None,
    more: dict[str, Any],
    taking_over: tuple[str, ...] = (),
) -> None:
    """Tell notices what a change of the record means for its matter."""
    if not kind_of(plan, after.kind).calls:
        return
    is_on, was_on = _is_on(after), before is not None and _is_on(before)
    if was_on and not is_on:
        notices.close(tx, key_of(after), pack(why or msg("{number} is over", number=after.number)), actor=by)
    elif is_on and (not was_on or taking_over):
        reason = why or msg("{number} was opened", number=after.number)
        notices.open(tx, matter_of(plan, after, tx.at, more), pack(reason), actor=by, taking_over=taking_over)
    elif is_on and before is not None:
        now, was = matter_of(plan, after, tx.at, more), matter_of(plan, before, tx.at, more)
        if now != was:
            # A later due instant moves the steps ahead; only what people read is worth another word.
            louder = (now.priority, now.title, now.service) != (was.priority, was.title, was.service)
            reason = why or msg("{number} has changed", number=after.number)
            notices.change(tx, now, pack(reason), actor=by, tell=louder)


def _is_on(record: Record) -> bool:
    return not record.over and record.merged_into is None
