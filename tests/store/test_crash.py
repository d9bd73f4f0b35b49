"""The real process is killed at random points, many times, and nothing that was promised is lost."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.crash_program import AT_ONCE
from tests.stores import new_database

from bosco.journal.service import Journal
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.store import Store

PROGRAM = Path(__file__).with_name("crash_program.py")
ROOT = PROGRAM.parents[2]
STRIDE = 1_000_000


class Victim:
    """One life of the program; what it said up to its death is kept."""

    def __init__(self, where: str, sink: Path, name: str, first: int) -> None:
        command = [sys.executable, str(PROGRAM), where, str(sink), name, str(first)]
        self.said = sink.with_name(f"said-{first}")
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=subprocess.PIPE, cwd=ROOT)

    def wait_for(self, promises: int) -> None:
        """Let it live until it has made so many promises."""
        while len(self.numbers("ack")) < promises:
            assert self.process.poll() is None, self.process.communicate()[1].decode()
            time.sleep(0.002)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        _, errors = self.process.communicate()
        assert self.process.returncode == -signal.SIGKILL, errors.decode()
        assert errors == b""

    def numbers(self, word: str) -> set[int]:
        # A line that the death cut short was not said.
        lines = self.said.read_text().split("\n")[:-1]
        return {int(line.split()[1]) for line in lines if line.startswith(f"{word} ")}


def kill_again_and_again(where: str, folder: Path, kills: int, at_once: int, chance: random.Random) -> list[Victim]:
    lives = 0
    sink = folder / "sink"

    def live() -> Victim:
        nonlocal lives
        lives += 1
        return Victim(where, sink, f"life{lives}", lives * STRIDE)

    alive = [live() for _ in range(at_once)]
    dead: list[Victim] = []
    for _ in range(kills):
        victim = alive.pop(chance.randrange(len(alive)))
        if chance.random() < 0.2:
            # Some die while they start, or while the tables come to be.
            time.sleep(chance.uniform(0.05, 0.8))
        else:
            victim.wait_for(chance.randrange(1, 50))
            time.sleep(chance.uniform(0, 0.02))
        victim.kill()
        dead.append(victim)
        alive.append(live())
    for victim in alive:
        victim.wait_for(20)
        victim.kill()
    return dead + alive


def kept(sink: Path) -> dict[str, list[tuple[int, str, str]]]:
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for line in sink.read_text().splitlines():
        sort, number, its_id, lane = line.split()
        found[sort].append((int(number), its_id, lane))
    return found


def check(where: str, folder: Path, lives: list[Victim]) -> None:
    tried = set().union(*(life.numbers("try") for life in lives))
    promised = set().union(*(life.numbers("ack") for life in lives))
    assert len(promised) > 10 * len(lives)
    found = kept(folder / "sink")
    for sort in ("parcel", "fact", "timer"):
        numbers = Counter(number for number, _, _ in found[sort])
        assert promised - numbers.keys() == set(), f"a {sort} was lost"
        assert numbers.keys() - tried == set(), f"a {sort} that nobody wrote"
        assert sum(numbers.values()) - len(numbers) <= len(lives) * AT_ONCE, "more duplicates than were in flight"
        assert len({(number, its_id) for number, its_id, _ in found[sort]}) == len(numbers), (
            "a duplicate has another id"
        )
    for sort in ("parcel", "fact"):
        lanes: dict[str, list[int]] = defaultdict(list)
        for number, _, lane in found[sort]:
            lanes[lane].append(number)
        for lane, order in lanes.items():
            assert order == sorted(order), f"{lane} lost its order"
    check_journal(where, promised, tried)


def check_journal(where: str, promised: set[int], tried: set[int]) -> None:
    store = Store.open(where, RealClock(), RealIds())
    journal = Journal(store, RealClock())

    async def numbers() -> set[int]:
        verdict = await journal.verify()
        assert (verdict.whole, verdict.waiting) == (True, 0), str(verdict.why)
        found: list[int] = []
        place = 0
        while lines := await journal.read(after=place, limit=1000):
            found += [int(line.subject.removeprefix("number:")) for line in lines]
            place = lines[-1].place or 0
        assert len(found) == len(set(found)) == verdict.lines
        return set(found)

    written = asyncio.run(numbers())
    store.close()
    assert promised <= written <= tried


def kill_and_check(where: str, folder: Path, kills: int, at_once: int) -> None:
    lives = kill_again_and_again(where, folder, kills, at_once, random.Random())
    drain = [sys.executable, str(PROGRAM), where, str(folder / "sink"), "drain"]
    drained = subprocess.run(drain, check=False, cwd=ROOT, capture_output=True, text=True)
    assert drained.returncode == 0, drained.stderr
    check(where, folder, lives)


@pytest.fixture
def database() -> Iterator[str]:
    yield from new_database("crash")


def test_a_killed_process_loses_nothing_on_sqlite(tmp_path: Path) -> None:
    kill_and_check(str(tmp_path / "data"), tmp_path, kills=25, at_once=1)


def test_two_processes_that_are_killed_in_turn_lose_nothing_on_postgresql(database: str, tmp_path: Path) -> None:
    kill_and_check(database, tmp_path, kills=25, at_once=2)


@pytest.mark.soak
def test_a_thousand_kills_lose_nothing_on_sqlite(tmp_path: Path) -> None:
    kill_and_check(str(tmp_path / "data"), tmp_path, kills=1000, at_once=1)


@pytest.mark.soak
def test_a_thousand_kills_lose_nothing_on_postgresql(database: str, tmp_path: Path) -> None:
    kill_and_check(database, tmp_path, kills=1000, at_once=3)
