"""Records on a store, with a team: what the tests of this room stand on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from tests.notifying import notices_of
from tests.plan.checking import plan

from bosco.journal.append import read_data
from bosco.journal.store import waiting
from bosco.kit.clock import VirtualClock
from bosco.plan.current import CurrentPlan
from bosco.records import rows
from bosco.records.record import Record
from bosco.records.replay import replay
from bosco.records.service import Records
from bosco.store.store import Store
from bosco.store.tx import Tx

T = TypeVar("T")
PLAN = """
plan: CESIZen
code: CESIZEN
timezone: Europe/Paris
hours:
  office: {days: mon-fri, from: "09:00", to: "18:00", holidays: FR}
team:
  devops: {email: devops@cesizen.app, roles: [responder]}
  backend: {email: backend@cesizen.app, roles: [responder]}
  direction: {email: direction@cesizen.app, roles: [manager]}
services:
  api: {url: https://api.cesizen.app}
  database: {}
priorities:
  P1: {acknowledge: 15m, resolve: 2h, hours: always}
  P2: {resolve: 8h, hours: always}
  P3: {resolve: 24h, hours: office}
records:
  incident:
    approve: {P1: direction}
    fields:
      users_affected: number
      features: list
      business_impact: long text
      cause: {type: choice, options: [code, network], required: yes}
  ticket:
    priorities: {normal: {respond: 4h, resolve: 24h, hours: office}, low: {resolve: 72h, hours: office}}
    commands: {resolu: resolved}
  anomaly: {code: "ZB-{year}-{n:03}"}
"""


class Desk:
    """Records of one installation."""

    def __init__(self, store: Store, text: str = PLAN) -> None:
        self.store = store
        self.current = CurrentPlan(plan(text))
        self.records = Records(store, self.current, notices_of(store, store.clock, self.current))

    def at(self, instant: datetime) -> None:
        """Let it be that instant."""
        clock = self.store.clock
        assert isinstance(clock, VirtualClock)
        clock.elapsed = (instant - clock.start).total_seconds()

    def later(self, span: timedelta) -> None:
        """Let that much time pass."""
        self.at(self.store.clock.read() + span)

    def do(self, work: Callable[[Tx], T]) -> T:
        """Do something in one transaction."""
        return self.store.write_now(work)

    def open(self, title: str = "API en panne", kind: str = "incident", by: str = "person:devops", **more: Any) -> str:
        """Open a record."""
        return self.do(lambda tx: self.records.open(tx, kind, title, by=by, **more))

    def record(self, number: str) -> Record:
        """Return a record as its row has it."""
        return self.store.read_now(lambda tx: rows.load(tx, number))

    def replayed(self, number: str) -> Record:
        """Return a record as its events make it."""
        return replay(self.store.read_now(lambda tx: rows.events_of(tx, number)))

    def lines(self, number: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Return what the journal says of a record: the word, the reason, the data."""
        asked = select(waiting).where(waiting.c.subject == f"record:{number}").order_by(waiting.c.number)
        found = self.store.read_now(lambda tx: tx.run(asked).all())
        return [(row.what, row.why, read_data(row.data)) for row in found]
