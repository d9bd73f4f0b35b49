"""Lines a second into the journal with their seals, and whether a long journal is slower than a short one.

python -m bench journal                     up to a million lines
BOSCO_BENCH_LINES=10000000 python -m bench journal
BOSCO_BENCH_DATABASE=postgresql://… python -m bench journal      on PostgreSQL instead of SQLite
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bosco import journal
from bosco.journal.service import Journal
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.tx import Tx

LARGEST = int(os.environ.get("BOSCO_BENCH_LINES", "1_000_000"))
PROMISED = 5_000
SAMPLE = 10_000
SUBJECTS = 5_000
KINDS = 24
LOOKS = 40


def line(tx: Tx, number: int) -> str:
    """Write a line as rooms write them."""
    kind = number % KINDS
    return journal.write(
        tx,
        subject=f"probe:api-{number * 7919 % SUBJECTS}",
        what=f"probe.kind-{kind}",
        actor="bosco" if number % 5 else f"user:{number % 17}",
        why="status (500) == 200" if kind % 2 else None,
        data={"took": number % 900, "before": "up"},
    )


def lines(tx: Tx, first: int, count: int) -> None:
    """Write many lines in one transaction."""
    for number in range(first, first + count):
        line(tx, number)


class Bench:
    """A journal under load, with its sealer running beside."""

    def __init__(self, where: str) -> None:
        self.store = Store.open(where, RealClock(), RealIds())
        migrate(self.store)
        self.journal = Journal(self.store, RealClock())
        self.written = 0

    async def _sealed(self, write: Callable[[], Awaitable[object]]) -> float:
        began = time.perf_counter()
        await write()
        await self.journal.settle()
        return time.perf_counter() - began

    async def one_by_one(self, count: int, writers: int) -> float:
        """Return lines a second when that many writers write one line in each transaction."""

        async def writer(share: range) -> None:
            for number in share:
                await self.store.write(partial(line, number=number))

        first = self.written
        shares = [range(first + n, first + count, writers) for n in range(writers)]
        took = await self._sealed(lambda: asyncio.gather(*(writer(share) for share in shares)))
        self.written += count
        return count / took

    async def fill(self, until: int) -> float:
        """Write up to that many lines, many in each transaction; return lines a second."""
        first, chunk = self.written, 200

        async def write() -> None:
            for start in range(first, until, chunk * 4):
                works = [partial(lines, first=start + n * chunk, count=chunk) for n in range(4)]
                await asyncio.gather(*(self.store.write(work) for work in works))

        took = await self._sealed(write)
        self.written = max(until, first)
        return (self.written - first) / took if took else 0.0

    async def looks(self, **asked: Any) -> float:
        """Return the median milliseconds of reading a page."""
        took = []
        for _ in range(LOOKS):
            began = time.perf_counter()
            await self.journal.read(**asked)
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)

    def bytes_a_line(self) -> float:
        """Return how much of the disk a line takes, its indexes included."""
        size = "SELECT pg_database_size(current_database())"
        if not self.store.on_postgresql:
            size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return float(self.store.read_now(lambda tx: tx.run(text(size)).scalar_one()) / self.written)


async def measure(where: str) -> None:
    bench = Bench(where)
    sealing = asyncio.create_task(bench.journal.seal())
    print(f"  {'writers':>10}  {'lines/s':>9}   (one line and one promise each, seals included; {PROMISED:,} promised)")
    for writers in (1, 10, 100):
        print(f"  {writers:>10,}  {await bench.one_by_one(SAMPLE // (10 if writers == 1 else 1), writers):>9,.0f}")
    print()
    print(f"  {'lines':>10}  {'lines/s':>9}  {'last page':>9}  {'subject':>9}  {'kind':>9}  {'bytes/line':>10}")
    sizes = [size for size in (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000) if size <= LARGEST]
    rates: list[float] = []
    for size in sizes:
        await bench.fill(size)
        rates.append(await bench.one_by_one(SAMPLE, 100))
        older = size // 2
        pages = [
            await bench.looks(),
            await bench.looks(subject="probe:api-7"),
            await bench.looks(what="probe.kind-3", before=older),
        ]
        told = "  ".join(f"{page:>6.2f} ms" for page in pages)
        print(f"  {size:>10,}  {rates[-1]:>9,.0f}  {told}  {bench.bytes_a_line():>10.0f}", flush=True)
    print(f"  at {sizes[-1]:,} lines it writes at {rates[-1] / rates[0]:.2f} of its speed at {sizes[0]:,}")
    began = time.perf_counter()
    verdict = await bench.journal.verify()
    took = time.perf_counter() - began
    print(f"  verified: {verdict.lines:,} lines, whole: {verdict.whole}, {verdict.lines / took:,.0f} lines/s")
    sealing.cancel()
    await asyncio.gather(sealing, return_exceptions=True)
    bench.store.close()


def main() -> None:
    """Print the tables."""
    if database := os.environ.get("BOSCO_BENCH_DATABASE"):
        asyncio.run(measure(database))
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(str(Path(folder) / "data")))


if __name__ == "__main__":
    main()
