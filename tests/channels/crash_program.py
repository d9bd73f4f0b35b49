"""Posts letters and brings them until it is killed, saying each id once its row is on disk; `drain` only brings."""

import asyncio
import os
import sys
from pathlib import Path

from bosco.channels.model import Letter
from bosco.channels.service import Channels
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.net import RealNet
from bosco.plan.current import CurrentPlan
from bosco.plan.load import load_texts
from bosco.plan.secrets import Secrets
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.worker import Worker
from bosco.web.events import Live


async def main(where: str, drain: bool) -> None:
    """Live until killed, or until nothing waits."""
    clock, ids = RealClock(), RealIds()
    store = Store.open(where, clock, ids)
    migrate(store)
    store.listeners = {}
    plan = load_texts({"plan.yml": "plan: X\nchannels: {hook: {webhook: '${HOOK}'}}\n"}).plan
    assert plan is not None
    secrets, current = Secrets(Path("/nowhere"), os.environ), CurrentPlan(plan)
    channels = Channels(store, clock, ids, RealNet(clock), secrets, current, Live())
    worker = Worker(store, delivers={"letter": channels.bring})
    running = asyncio.create_task(worker.run())
    for number in range(0 if drain else 100_000):
        one = Letter(
            channel="hook",
            event="opened",
            thread=f"alert:{number % 3}",
            title="t",
            brief="b",
            subject="alert:1",
            why="w",
        )
        its_id = await store.write(lambda tx, one=one: channels.post(tx, one))  # type: ignore[misc]
        sys.stdout.write(f"{its_id}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.005)
    while await store.read(_waiting):  # noqa: ASYNC110 - an empty outbox rings no bell
        await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    store.close()


def _waiting(tx: object) -> int:
    from bosco.channels import deliveries

    return deliveries.waiting(tx)  # type: ignore[arg-type]


asyncio.run(main(sys.argv[1], sys.argv[2:] == ["drain"]))
