"""Where people are reached: whether they have confirmed that it is theirs, and whether they want no text messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update

from bosco.accounts.vault import Vault
from bosco.channels.address import team_of
from bosco.channels.model import Action, Letter, Receiver, Section
from bosco.channels.replies import Wish, digits
from bosco.channels.section import CHANNELS
from bosco.channels.service import Channels
from bosco.channels.signed import Confirm, Signed
from bosco.channels.store import contacts, stopped
from bosco.journal import write as write_line
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import URL
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.store.types import clean

Sort = Literal["email", "phone"]
SORTS: tuple[Sort, ...] = ("email", "phone")
GOOD_FOR = timedelta(hours=1)
NOT_SOONER = timedelta(minutes=1)
TRIES = 5


@dataclass(frozen=True)
class Contact:
    """One address of a person of the plan."""

    person: str
    sort: Sort
    address: str
    verified_at: datetime | None = None
    asked_at: datetime | None = None
    stopped_at: datetime | None = None
    # The channel that reaches it, if the plan has one.
    channel: str | None = None


@service
class Contacts:
    """The verbs of addresses."""

    def __init__(self, store: Store, ids: Ids, vault: Vault, current: CurrentPlan, channels: Channels) -> None:
        self._store = store
        self._ids = ids
        self._vault = vault
        self._current = current
        self._channels = channels
        self.signed = Signed(vault)

    async def everybody(self) -> list[Contact]:
        """Return every address of the plan's people, as it stands."""
        return await self._store.read(self._all)

    def _all(self, tx: Tx) -> list[Contact]:
        known = {(row.person, row.address): row for row in tx.run(select(contacts))}
        silent = {row.address: row.at for row in tx.run(select(stopped))}
        found = []
        for person, one in team_of(self._current.plan).items():
            for sort in SORTS:
                address = getattr(one, sort, None)
                if address:
                    row = known.get((person, address))
                    at = silent.get(digits(address)) if sort == "phone" else None
                    verified, asked = (row.verified_at, row.asked_at) if row else (None, None)
                    found.append(Contact(person, sort, address, verified, asked, at, self._way(sort)))
        return found

    def _way(self, sort: Sort) -> str | None:
        return next((key for key, one in self._current.plan[CHANNELS].items() if one.way.address == sort), None)

    async def ask(self, person: str, sort: str, by: str) -> None:
        """Send a code, and a link if Bosco has an address, to one address of a person."""
        number = f"{int(self._ids.secret(16).encode().hex(), 16) % 1_000_000:06}"

        def write(tx: Tx) -> None:
            one = self._one(tx, person, sort)
            if one.channel is None:
                raise Refusal(Code.CONFLICT, msg("No channel of the plan reaches this address."))
            if one.asked_at is not None and tx.at - one.asked_at < NOT_SOONER:
                raise Refusal(Code.CONFLICT, msg("A code was sent a moment ago; wait a minute before the next one."))
            tx.run(delete(contacts).where(contacts.c.person == person, contacts.c.address == one.address))
            stamp = self._stamp(person, one.address, number)
            row = {"person": person, "address": one.address, "asked_at": tx.at, "code": stamp, "tries": 0}
            tx.run(insert(contacts).values(**row, verified_at=one.verified_at))
            self._channels.post(tx, self._letter(tx, one, number))
            data = {"who": person, "sort": sort, "by": by}
            write_line(tx, subject=f"person:{person}", what="contact.asked", actor=by, data=data)

        await self._store.write(write)

    def _letter(self, tx: Tx, one: Contact, number: str) -> Letter:
        site = (self._current.plan[URL] or "").rstrip("/")
        link = f"{site}{self.signed.path(Confirm(one.person, one.address, tx.at + GOOD_FOR))}" if site else ""
        brief = msg("Bosco: your code is {code}. It is good for an hour.", code=number)
        return Letter(
            channel=one.channel or "",
            event="invitation",
            thread=f"contact:{one.person}:{tx.new_id()}",
            title=pack(msg("Confirm that this address is yours")),
            brief=pack(brief),
            sections=(Section(lines=(pack(brief),)),),
            actions=(Action("other", pack(msg("Confirm")), link),) if link else (),
            to=(Receiver(one.person, one.address),),
            subject=f"person:{one.person}",
            why=pack(msg("the plan names this address, and nobody has confirmed it yet")),
            ends=True,
        )

    async def confirm_by_code(self, person: str, sort: str, number: str) -> None:
        """Take a code that somebody typed; after some wrong ones it is good no more."""

        def write(tx: Tx) -> bool:
            one = self._one(tx, person, sort)
            mine = (contacts.c.person == person, contacts.c.address == one.address)
            row = tx.run(select(contacts).where(*mine)).first()
            if row is None or not row.code or row.tries >= TRIES or tx.at - row.asked_at > GOOD_FOR:
                raise Refusal(Code.CONFLICT, msg("This code is no longer good."), msg("Ask for another one."))
            if row.code != self._stamp(person, one.address, number.strip()):
                tx.run(update(contacts).where(*mine).values(tries=row.tries + 1))
                return False
            self._verified(tx, person, one.address, f"person:{person}")
            return True

        # What is counted is kept although the answer is no.
        if not await self._store.write(write):
            raise Refusal(Code.INVALID, msg("This is not the code that was sent."))

    async def confirm_by_link(self, link: Confirm) -> None:
        """Take a link that somebody followed and confirmed."""
        await self._store.write(lambda tx: self._verified(tx, link.person, link.address, f"person:{link.person}"))

    def _verified(self, tx: Tx, person: str, address: str, by: str) -> None:
        mine = (contacts.c.person == person, contacts.c.address == address)
        done = tx.run(update(contacts).where(*mine).values(verified_at=tx.at, code="")).rowcount
        if done:
            write_line(tx, subject=f"person:{person}", what="contact.confirmed", actor=by, data={"who": person})

    def _one(self, tx: Tx, person: str, sort: str) -> Contact:
        found = next((one for one in self._all(tx) if one.person == person and one.sort == sort), None)
        if found is None:
            raise not_found(msg("The plan has no such address of {name}.", name=person[:60]))
        return found

    def _stamp(self, person: str, address: str, number: str) -> str:
        return self._vault.stamp("contact code", f"{person}~{address}~{number}")

    async def heard(self, channel: str, phone: str, wish: Wish) -> None:
        """Take what a phone answered: no text message leaves for it until it says otherwise."""

        def write(tx: Tx) -> None:
            tx.run(delete(stopped).where(stopped.c.address == phone))
            if wish == "stop":
                tx.run(insert(stopped).values(address=phone, channel=clean(channel), at=tx.at))
            who = next((one.person for one in self._all(tx) if digits(one.address) == phone), None)
            what = "contact.stopped" if wish == "stop" else "contact.started"
            subject = f"person:{who}" if who else f"channel:{channel}"
            data: dict[str, Any] = {"who": who or f"…{phone[-4:]}"}
            write_line(tx, subject=subject, what=what, actor=subject, data=data)

        await self._store.write(write)
