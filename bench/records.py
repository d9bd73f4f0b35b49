"""How long a list or a search of records takes, and whether two hundred thousand of them make it slower.

python -m bench records                     20,000 and 200,000 records on SQLite
BOSCO_BENCH_DATABASE=postgresql://… python -m bench records      on PostgreSQL (an empty database)
"""

import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, text

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.records.listing import Sort, Wanted, find
from bosco.records.rows import NEVER
from bosco.records.store import records, words
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.tx import Tx

SIZES = (20_000, 200_000)
LOOKS = 15
START = datetime(2020, 1, 1, tzinfo=UTC)
KINDS = ("incident", "ticket", "anomaly", "work")
# What it may take at most on one core, whatever the number of records.
PROMISED_MS = 200.0
# The worst that can be asked: each word stands in half of all records, and no record has both.
WORST, WORST_MS = "two words that never meet", 1_500.0


def row(count: int) -> dict[str, object]:
    """Return the row of a record: most are over, as in life."""
    opened = START + timedelta(minutes=count)
    over = count % 10 != 0
    return {
        "number": f"T-{count:07}",
        "kind": KINDS[count % 4],
        "title": f"panne du service {count % 997}",
        "stage": "closed" if over else "open",
        "over": over,
        "priority": f"P{1 + count % 4}",
        "urgency": count % 4,
        "service": f"service-{count % 40}",
        "assignee": f"person-{count % 25}" if count % 3 else None,
        "opened_at": opened,
        "changed_at": opened,
        "over_at": opened if over else None,
        "due": NEVER if over else opened,
        "broken": count % 50 == 0,
    }


def words_of(count: int) -> set[str]:
    """Return the words of a record: some stand everywhere, some in few of them, one in a single one."""
    common = {"panne", "du", "service", "client"}
    return common | {f"t-{count:07}", f"mot{count % 997}", f"rare{count % 20_011}", "pair" if count % 2 else "impair"}


def fill(store: Store, first: int, last: int) -> None:
    """Write the records from one to another, as their verbs would have."""

    def batch(tx: Tx, start: int) -> None:
        counts = range(start, min(start + 5_000, last))
        tx.run(insert(records), [row(count) for count in counts])
        offset = int(tx.run(select(func.max(records.c.id))).scalar_one()) - len(counts) + 1
        tx.run(
            insert(words),
            [
                {"word": word, "record": offset + place}
                for place, count in enumerate(counts)
                for word in words_of(count)
            ],
        )

    for start in range(first, last, 5_000):
        store.write_now(lambda tx, start=start: batch(tx, start))  # type: ignore[misc]
    if store.read_now(lambda tx: tx.on_postgresql):
        store.write_now(lambda tx: tx.run(text("ANALYZE")) and None)


def asked(size: int) -> dict[str, Wanted]:
    """Return what people ask."""
    orders: tuple[Sort, ...] = ("opened", "due", "urgent", "changed")
    found = {f"open, {sort}": Wanted(sort=sort) for sort in orders}
    return found | {
        "over": Wanted(over=True),
        "a deep page": Wanted(over=True, before=str(size // 10)),
        "of a kind": Wanted(kind="ticket"),
        "of a priority": Wanted(priority="P1"),
        "of a service": Wanted(service="service-7"),
        "of nobody": Wanted(person="nobody"),
        "promise broken": Wanted(broken=True),
        "by number": Wanted(q=f"T-{size - 10:07}", over=(size - 10) % 10 != 0),
        "a common word": Wanted(q="panne"),
        "three common words": Wanted(q="panne service client"),
        "the beginning of a word": Wanted(q="mo"),
        "a rare and a common word": Wanted(q="rare1234 panne", over=True),
        WORST: Wanted(q="pair impair", over=True),
        "no such word": Wanted(q="zzz"),
    }


def main() -> None:
    """Measure on one store; fail when a question takes longer than promised."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(os.environ.get("BOSCO_BENCH_DATABASE", folder), RealClock(), RealIds(), durable=False)
        migrate(store)
        took: dict[str, list[float]] = {}
        before = 0
        for size in SIZES:
            fill(store, before, size)
            before = size
            for name, wanted in asked(size).items():
                looks = []
                for _ in range(LOOKS):
                    began = time.perf_counter()
                    store.read_now(lambda tx, wanted=wanted: find(tx, wanted))  # type: ignore[misc]
                    looks.append((time.perf_counter() - began) * 1000)
                took.setdefault(name, []).append(statistics.median(looks))
        store.close()
    head = "".join(f"{size:>12,}" for size in SIZES)
    print(f"{'ms (median)':<28}{head}")
    for name, figures in took.items():
        print(f"{name:<28}" + "".join(f"{figure:>12.1f}" for figure in figures))
    slow = [name for name, figures in took.items() if figures[-1] > (WORST_MS if name == WORST else PROMISED_MS)]
    assert not slow, f"slower than promised: {slow}"
