"""Nobody meets a locked database, however many threads and processes write."""

import fcntl
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import func, select

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import timers as table
from bosco.store.turn import Turn
from bosco.store.types import from_microseconds

ROOT = Path(__file__).resolve().parents[2]
COUNT = select(func.count()).select_from(table)
PROGRAM = """
import sys
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.types import from_microseconds
where, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store.open(where, RealClock(), RealIds(), durable=False)
for number in range(count):
    store.write_now(lambda tx: timers.set(tx, name, str(number), from_microseconds(0)))
store.close()
"""
COMMAND = [sys.executable, "-c", PROGRAM]


def write_some(where: str, name: str, count: int, failures: list[BaseException]) -> None:
    store = Store.open(where, RealClock(), RealIds(), durable=False)
    try:
        for number in range(count):
            store.write_now(lambda tx, number=number: timers.set(tx, name, str(number), from_microseconds(0)))
    except BaseException as error:
        failures.append(error)
    finally:
        store.close()


def test_fifty_writers_on_one_database_never_meet_a_lock(where: str) -> None:
    failures: list[BaseException] = []
    # PostgreSQL has a bounded number of connections, of which other tests need some.
    processes, threads, each = (6, 44, 20) if "://" not in where else (4, 16, 20)
    running = [
        subprocess.Popen([*COMMAND, where, f"process-{n}", str(each)], stderr=subprocess.PIPE, cwd=ROOT)
        for n in range(processes)
    ]
    writing = [threading.Thread(target=write_some, args=(where, f"thread-{n}", each, failures)) for n in range(threads)]
    for thread in writing:
        thread.start()
    for thread in writing:
        thread.join()
    said = [process.communicate()[1].decode() for process in running]
    assert (failures, said) == ([], [""] * processes)
    store = Store.open(where, RealClock(), RealIds())
    assert (
        store.read_now(lambda tx: tx.run(select(func.count()).select_from(table)).scalar_one())
        == (processes + threads) * each
    )
    store.close()


def test_a_command_gets_its_turn_while_the_server_writes_without_pause(where: str) -> None:
    busy = Store.open(where, RealClock(), RealIds(), durable=False)
    stop = threading.Event()

    def write_without_pause() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            busy.write_now(lambda tx, number=number: timers.set(tx, "busy", str(number % 50), from_microseconds(0)))

    writing = [threading.Thread(target=write_without_pause) for _ in range(4)]
    for thread in writing:
        thread.start()
    try:
        done = subprocess.run([*COMMAND, where, "command", "30"], stderr=subprocess.PIPE, cwd=ROOT, check=False)
    finally:
        stop.set()
        for thread in writing:
            thread.join()
        busy.close()
    assert (done.returncode, done.stderr) == (0, b"")


def test_who_has_just_written_stands_behind_who_came_meanwhile(tmp_path: Path) -> None:
    server, command = Turn(tmp_path / "db"), Turn(tmp_path / "db")
    order: list[str] = []

    def write_once() -> None:
        with command:
            order.append("command")

    waiting = threading.Thread(target=write_once)
    with server:
        waiting.start()
        # The one that comes next waits inside the door, so that nobody else can pass it.
        with (tmp_path / "db-door").open() as door:
            while _is_open(door.fileno()):
                threading.Event().wait(0.001)
    with server:
        order.append("server")
    waiting.join()
    assert order == ["command", "server"]
    server.close()
    command.close()


def _is_open(door: int) -> bool:
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(door, fcntl.LOCK_UN)
    return True
