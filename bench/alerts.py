"""What the lists of alerts cost when thousands hold: a page, its counts, a preview of a silence; and how that grows."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bosco.alerts import rows
from bosco.alerts.rows import Asked
from bosco.alerts.store import alerts
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.tx import Tx

SIZES = (100, 1_000, 10_000)
ROUNDS = 15
PRIORITIES = ("P1", "P2", "P3", "P4")


def _row(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"{number:026}",
        "fingerprint": f"rule:m{number}",
        "source": "rule",
        "title": {"msg": "{measure}: {level}", "values": {"measure": f"m{number}", "level": "Critical"}},
        "priority": PRIORITIES[number % 4],
        "level": "critical",
        "service": f"s{number % 50}",
        "labels": {"measure": f"m{number}", "host": f"h{number % 100}"},
        "seen": "93%",
        "against": "85%",
        "why": "m (93%) >= 85%",
        "since": now,
        "raised_at": now,
        "changed_at": now,
        "details": (),
    }


def _middle(store: Store, read: Callable[[Tx], Any]) -> float:
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        store.read_now(read)
        found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000


def looked_at(size: int, folder: Path) -> dict[str, float]:
    """Return how many milliseconds each look takes while so many alerts hold, and as many are over."""
    store, now = Store.open(folder, RealClock(), RealIds()), datetime.now(UTC)
    migrate(store)
    held = [_row(number, now) for number in range(size)]
    over = [{**_row(number, now), "resolved_at": now} for number in range(size, 2 * size)]
    store.write_now(lambda tx: tx.run(insert(alerts), held).rowcount)
    store.write_now(lambda tx: tx.run(insert(alerts), over).rowcount)
    asked = Asked(limit=50, most_urgent_first=PRIORITIES)
    last = store.read_now(lambda tx: rows.page(tx, asked))[49]
    later = Asked(limit=50, most_urgent_first=PRIORITIES, before=rows.place_of(asked, last))
    found = {
        "first page": _middle(store, lambda tx: rows.page(tx, asked)),
        "second page": _middle(store, lambda tx: rows.page(tx, later)),
        "of one service": _middle(store, lambda tx: rows.page(tx, Asked(service="s7", limit=50))),
        "counts": _middle(store, lambda tx: rows.counts(tx, asked)),
        "covered by a service": _middle(store, lambda tx: rows.count_named(tx, {"service": "s7"})),
        "covered by a label": _middle(store, lambda tx: rows.named(tx, {"label.host": "h7"})),
    }
    store.close()
    return found


def main() -> None:
    """Print each look for each size, and how many times the first size it takes."""
    print(f"alerts: milliseconds, the middle of {ROUNDS}, on SQLite; as many alerts are over as hold")
    first: dict[str, float] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            found = looked_at(size, Path(name))
        first = first or found
        told = "  ".join(f"{word} {took:6.1f} ({took / first[word]:4.1f} x)" for word, took in found.items())
        print(f"  {size:6,} hold: {told}", flush=True)


if __name__ == "__main__":
    main()
