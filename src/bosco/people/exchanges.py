"""Two people exchange turns: one asks, the other agrees or a manager decides."""

from datetime import datetime

from bosco.journal import write as write_line
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.people import store
from bosco.people.model import Change, Exchange, ExchangeMoved, ExchangeState
from bosco.people.on_call import shifts
from bosco.people.section import ON_CALL, shown_name
from bosco.people.service import LONGEST_REASON, OnCall
from bosco.plan.current import CurrentPlan
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.events import Live

Part = tuple[str, datetime, datetime]


@service
class Exchanges:
    """What people ask of one another about their turns."""

    def __init__(self, store: Store, current: CurrentPlan, on_call: OnCall, live: Live) -> None:
        self._store = store
        self._current = current
        self._on_call = on_call
        self._live = live

    async def ask(self, rotation: str, first: Part, second: Part, *, by: str, reason: str) -> Exchange:
        """Ask for an exchange: the first one's shift for the second one's."""

        def write(tx: Tx) -> Exchange:
            if rotation not in self._current.plan[ON_CALL]:
                raise not_found(msg("There is no rotation called {name}.", name=rotation[:100]))
            if first[0] == second[0]:
                raise Refusal(Code.INVALID, msg("Two people exchange turns, not one with themselves."), where="second")
            made = Exchange(
                id=tx.new_id(),
                rotation=rotation,
                first=first[0],
                first_start=first[1],
                first_end=first[2],
                second=second[0],
                second_start=second[1],
                second_end=second[2],
                state="asked",
                by=by,
                reason=reason.strip()[:LONGEST_REASON],
                made_at=tx.at,
            )
            self._check(tx, made)
            store.add_exchange(tx, made)
            self._tell(tx, made, "asked", by)
            return made

        return await self._store.write(write)

    async def answer(self, identity: str, *, agrees: bool, by: str) -> Exchange:
        """End an exchange; agreed, each has the other's turn from now on."""

        def write(tx: Tx) -> Exchange:
            found = self._waiting(tx, identity)
            if agrees:
                self._check(tx, found)
            state: ExchangeState = "agreed" if agrees else "refused"
            store.end_exchange(tx, identity, state, by)
            if agrees:
                self._carry_out(tx, found, by)
            self._tell(tx, found, state, by)
            return found

        return await self._store.write(write)

    async def withdraw(self, identity: str, *, by: str) -> Exchange:
        """End an exchange that was asked for, before it is answered."""

        def write(tx: Tx) -> Exchange:
            found = self._waiting(tx, identity)
            store.end_exchange(tx, identity, "cancelled", by)
            self._tell(tx, found, "cancelled", by)
            return found

        return await self._store.write(write)

    async def find(self, identity: str) -> Exchange:
        """Return an exchange, or refuse."""
        found = await self._store.read(lambda tx: store.find_exchange(tx, identity))
        if found is None:
            raise not_found(msg("There is no such exchange."))
        return found

    @staticmethod
    def _waiting(tx: Tx, identity: str) -> Exchange:
        found = store.find_exchange(tx, identity)
        if found is None:
            raise not_found(msg("There is no such exchange."))
        if found.state != "asked":
            raise Refusal(Code.CONFLICT, msg("This exchange has been answered already."))
        return found

    def _carry_out(self, tx: Tx, found: Exchange, by: str) -> None:
        source = f"exchange:{found.id}"
        made = [
            Change(
                id=tx.new_id(),
                start=max(start, tx.at),
                end=end,
                rotation=found.rotation,
                whom=whom,
                who=who,
                by=by,
                reason=found.reason,
                source=source,
            )
            for whom, who, start, end in (
                (found.first, found.second, found.first_start, found.first_end),
                (found.second, found.first, found.second_start, found.second_end),
            )
        ]
        store.add_changes(tx, made)
        self._on_call.changed(tx, found.rotation)

    def _check(self, tx: Tx, asked: Exchange) -> None:
        """Refuse what would exchange turns that are not theirs, or that have begun to pass."""
        changes = store.load_changes(tx)
        parts = (
            (asked.first, asked.first_start, asked.first_end),
            (asked.second, asked.second_start, asked.second_end),
        )
        if asked.first_start < asked.second_end and asked.second_start < asked.first_end:
            raise Refusal(Code.INVALID, msg("These turns overlap: one of the two would be on call alone twice."))
        for person, start, end in parts:
            if end <= start:
                raise Refusal(Code.INVALID, msg("It ends after it begins."))
            if end <= tx.at:
                raise Refusal(Code.CONFLICT, msg("A turn that has passed cannot be exchanged."))
            found = shifts(self._current.plan, asked.rotation, max(start, tx.at), end, changes)
            if not any(one.person == person for one in found):
                name = shown_name(self._current.plan, person)
                raise Refusal(Code.CONFLICT, msg("{name} is not on call in that time.", name=name))

    def _tell(self, tx: Tx, found: Exchange, state: ExchangeState, by: str) -> None:
        plan = self._current.plan
        data = {
            "rotation": pack(shown_name(plan, found.rotation)),
            "first": pack(shown_name(plan, found.first)),
            "second": pack(shown_name(plan, found.second)),
            "first_start": found.first_start.isoformat(),
            "second_start": found.second_start.isoformat(),
        }
        subject = f"rotation:{found.rotation}"
        what = f"on-call.exchange-{state}"
        write_line(tx, subject=subject, what=what, actor=by, why=found.reason or "—", data=data)
        tx.publish(
            ExchangeMoved(
                exchange=found.id,
                rotation=found.rotation,
                first=found.first,
                first_start=found.first_start,
                first_end=found.first_end,
                second=found.second,
                second_start=found.second_start,
                second_end=found.second_end,
                state=state,
                reason=found.reason,
                at=tx.at,
            )
        )
        tx.after_commit(lambda: self._live.tell("on-call"))
