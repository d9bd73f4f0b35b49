"""The numbers of records: one series for each pattern and year, without a hole, whoever asks at once."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.header import TIMEZONE, numbered
from bosco.plan.load import Plan
from bosco.records.section import RECORDS
from bosco.records.store import numbers, states
from bosco.store.tx import Tx

LONGEST = 40
# A mark that no pattern of a plan can hold, in the place of the count.
_PLACE = "\N{NUMERO SIGN}"


def next_number(tx: Tx, plan: Plan, kind: str) -> str:
    """Take the next number of a kind's series in this transaction: if that fails, the number is free again."""
    series = series_of(plan, kind, tx.at)
    while True:
        number = _filled(plan, kind, _count(tx, series), tx.at)
        # One that was given by hand, for a record that comes from elsewhere, is stepped over.
        if not taken(tx, number):
            return number


def given_number(tx: Tx, number: str) -> str:
    """Take a number that a record brings along from elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", number) or len(number) > LONGEST:
        raise Refusal(Code.INVALID, msg("“{number}” cannot number a record.", number=number[:60]), where="number")
    if taken(tx, number):
        raise Refusal(Code.CONFLICT, msg("There is a record {number} already.", number=number), where="number")
    return number


def taken(tx: Tx, number: str) -> bool:
    """Say whether a record has that number."""
    return tx.run(select(states.c.number).where(states.c.number == number)).first() is not None


def series_of(plan: Plan, kind: str, at: datetime) -> str:
    """Return what a series is known by: its pattern, with the year in the plan's time zone."""
    return _filled(plan, kind, None, at)


def _filled(plan: Plan, kind: str, count: int | None, at: datetime) -> str:
    found = plan[RECORDS].get(kind)
    year = at.astimezone(plan[TIMEZONE]).year
    code = found.code if found else None
    if count is not None:
        return numbered(plan, count, year, code)
    # Two counts that differ in one digit show where the count stands.
    first, second = numbered(plan, 1, year, code), numbered(plan, 2, year, code)
    return "".join(_PLACE if one != other else one for one, other in zip(first, second, strict=True))


def _count(tx: Tx, series: str) -> int:
    return int(tx.run(_NEXT[tx.on_postgresql], {"series": series, "last": 1}).scalar_one())


_INTO_SQLITE, _INTO_POSTGRESQL = sqlite.insert(numbers), postgresql.insert(numbers)
_NEXT = {
    False: _INTO_SQLITE.on_conflict_do_update(index_elements=["series"], set_={"last": numbers.c.last + 1}).returning(
        numbers.c.last
    ),
    True: _INTO_POSTGRESQL.on_conflict_do_update(
        index_elements=["series"], set_={"last": numbers.c.last + 1}
    ).returning(numbers.c.last),
}
