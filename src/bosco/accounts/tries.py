"""Failed tries as rows: counted before the answer is known, so that many at once gain nothing."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from bosco.accounts.limits import LONGEST_QUIET, Failures, Pace, still_counted, wait_of
from bosco.accounts.store import tries
from bosco.store.tx import Tx


def failures(tx: Tx, keys: Iterable[str]) -> dict[str, Failures]:
    """Return what is known of those keys."""
    rows = tx.run(select(tries).where(tries.c.key.in_(list(keys))))
    return {row.key: Failures(row.failed, row.last) for row in rows}


def wait(tx: Tx, paces: Mapping[str, Pace]) -> timedelta:
    """Return how long whoever is counted under those keys must wait; nothing if a try is allowed."""
    return wait_of(paces, failures(tx, paces), tx.at)


def take(tx: Tx, paces: Mapping[str, Pace]) -> timedelta:
    """Count a try as failed beforehand and return nothing, or return how long to wait and count nothing."""
    found = failures(tx, paces)
    waiting = wait_of(paces, found, tx.at)
    if waiting <= timedelta(0):
        # Always in one order: two processes that count the same keys must not wait for each other.
        for key in sorted(paces):
            count_one(tx, key, paces[key], found.get(key))
    return waiting


def count_one(tx: Tx, key: str, pace: Pace, known: Failures | None) -> int:
    """Count one more failure under that key, and return how many there are now."""
    count = still_counted(pace, known, tx.at) + 1
    if known is None:
        tx.run(insert(tries).values(key=key, failed=count, last=tx.at))
    else:
        tx.run(update(tries).where(tries.c.key == key).values(failed=count, last=tx.at))
    return count


def forgive(tx: Tx, key: str) -> None:
    """Forget every failure under that key."""
    tx.run(delete(tries).where(tries.c.key == key))


def give_back(tx: Tx, key: str) -> None:
    """Take back the failure that was counted beforehand; earlier ones stay."""
    tx.run(update(tries).where(tries.c.key == key, tries.c.failed > 0).values(failed=tries.c.failed - 1))


def tidy(tx: Tx) -> None:
    """Remove what no longer counts."""
    tx.run(delete(tries).where(tries.c.last < tx.at - LONGEST_QUIET))
