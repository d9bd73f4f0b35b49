"""What every address of the receivers does around a body: read it within limits, check its sender, take it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar.exceptions import HTTPException

from bosco.accounts.service import Accounts
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.secrets import Secrets
from bosco.receivers.kind import Body
from bosco.receivers.model import Heard
from bosco.receivers.proof import check_sender
from bosco.receivers.section import Receiver, receiver_called
from bosco.receivers.service import Receivers
from bosco.web.visitor import AnyRequest

READ_TIME = timedelta(seconds=20)
# Four times what ten thousand alerts of a Prometheus need.
LARGEST = 25_000_000
LONGEST_DELIVERY = 200
# What a sender calls one delivery by, so that it may send it again.
DELIVERY_HEADERS = ("idempotency-key", "x-github-delivery", "request-id")
# The name of the address that a Prometheus takes for its Alertmanager.
PROMETHEUS = "prometheus"


@dataclass(frozen=True)
class Entrance:
    """Where strangers come in."""

    receivers: Receivers
    accounts: Accounts
    secrets: Secrets
    current: CurrentPlan
    clock: Clock
    ids: Ids

    async def body_of(self, request: AnyRequest) -> Body:
        """Read a body whole, or refuse one that is too large or does not arrive."""
        try:
            async with self.clock.limit(READ_TIME):
                raw = await request.body()
        except TimeoutError as error:
            raise Refusal(Code.INVALID, msg("The body did not arrive in time.")) from error
        except HTTPException as error:
            raise Refusal(Code.TOO_LARGE, msg("The body is larger than {n} MB.", n=LARGEST // 1_000_000)) from error
        return Body(raw, {name.lower(): value for name, value in request.headers.items()}, self.clock.read())

    def find(self, name: str) -> Receiver:
        """Return the receiver of that name, or refuse."""
        receiver = receiver_called(self.current.plan, name)
        if receiver is None and name == PROMETHEUS:
            receiver = receiver_called(self.current.plan, "alertmanager")
        if receiver is None:
            raise not_found(msg("No receiver is called {name}.", name=name[:100]))
        return receiver

    async def hear(self, request: AnyRequest, name: str, reads: Callable[[Receiver, Body], Heard]) -> dict[str, Any]:
        """Take what came to an address, and return how much it was; what is refused is remembered with its reason."""
        receiver = self.find(name)
        try:
            body = await self.body_of(request)
            await check_sender(self.accounts, self.secrets, receiver, body, body.headers)
            return await self.receivers.take(name, receiver, reads(receiver, body), delivery=delivery_of(body))
        except Refusal as refusal:
            await self.receivers.refuse(name, refusal)
            raise


def delivery_of(body: Body) -> str | None:
    """Return what its sender calls this delivery, if it says so."""
    for name in DELIVERY_HEADERS:
        if value := body.headers.get(name, "").strip():
            return f"{name}:{value[:LONGEST_DELIVERY]}"
    return None
