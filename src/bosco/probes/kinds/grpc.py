"""Whether a gRPC server calls itself healthy."""

from typing import Annotated

from pydantic import Field, StringConstraints

from bosco.kit.net import TlsWish
from bosco.plan.words import Address, SecretText
from bosco.probes.conclude import conclude
from bosco.probes.http_call import Trust
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.timing import Stopwatch, TimeExpect


class Grpc(Kind, Trust):
    """Ask a gRPC server's standard health service (`grpc.health.v1`) about all of it, or one service of it.

    In the plan: {grpc: "orders.internal:50051", asks: shop.Orders, tls: no, expect: {time: < 200ms}}
    """

    grpc: Address
    # The service that is asked about; none means the whole server.
    asks: Annotated[str, StringConstraints(max_length=1000)] = ""
    tls: bool = False
    headers: dict[str, SecretText] = Field(default_factory=dict)
    expect: TimeExpect = Field(default_factory=TimeExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Ask once."""
        # HTTP/2, which nothing else speaks.
        from bosco.probes.grpc_talk import check  # noqa: PLC0415

        watch = Stopwatch(eyes.clock)
        connection = await eyes.net.connect(self.grpc.host, self.grpc.port, tls=self._wish(eyes))
        try:
            watch.lap("connect")
            headers = {name: eyes.secrets.fill(value) for name, value in self.headers.items()}
            answer = await check(connection, str(self.grpc), self.asks, headers, self.tls)
            watch.lap("answer")
        finally:
            connection.close()
        told = [Expectation(f"HTTP status ({answer.http}) == 200", answer.http == 200)]
        if answer.http == 200:
            note = f" {answer.message}" if answer.message else ""
            told.append(Expectation(f"status ({answer.status or '∅'}{note}) == OK", answer.status == "OK"))
        if answer.status == "OK":
            serving = answer.serving
            told.append(Expectation(f"health ({serving or '∅'}) == SERVING", serving == "SERVING"))
        return conclude([*told, *self.expect.judge_time(watch.total)], phases=watch.phases)

    def _wish(self, eyes: Eyes) -> TlsWish | None:
        if not self.tls:
            return None
        wish = self.wish(eyes.secrets)
        return TlsWish(wish.verify, wish.authority, wish.certificate, wish.key, wish.name, ("h2",))

    def target(self) -> str:
        """Return the server's host."""
        return self.grpc.host
