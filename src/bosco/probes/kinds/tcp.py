"""Whether a TCP port answers, and says what it should."""

from typing import Literal

from pydantic import Field

from bosco.kit.net import Connection
from bosco.plan.words import Address, SecretText
from bosco.probes.conclude import conclude
from bosco.probes.http_call import Trust
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.pattern import Pattern, found_in
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import quoted

_LONGEST_ANSWER = 64 * 1024


class TcpExpect(TimeExpect):
    """What the port must say, and how fast."""

    contains: str | None = None
    matches: Pattern | None = None

    def met_by(self, text: str) -> bool:
        """Say whether everything expected has been said."""
        return (self.contains is None or self.contains in text) and (
            self.matches is None or found_in(text, self.matches)
        )

    def judge(self, text: str) -> list[Expectation]:
        """Return what was expected with what was said."""
        told: list[Expectation] = []
        if self.contains is not None:
            told.append(Expectation(f"answer ({quoted(text)}) ∋ {quoted(self.contains)}", self.contains in text))
        if self.matches is not None:
            told.append(Expectation(f"answer ({quoted(text)}) ~ {quoted(self.matches)}", found_in(text, self.matches)))
        return told


class Tcp(Kind, Trust):
    r"""Connect to a port; say something there if asked to, and hold what it says against what is expected.

    In the plan: {tcp: "cache.internal:6379", send: "PING\r\n", expect: {contains: PONG, time: < 100ms}}
    """

    tcp: Address
    tls: bool = False
    ip: Literal["any", 4, 6] = "any"
    send: SecretText | None = None
    expect: TcpExpect = Field(default_factory=TcpExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Connect, say what is to be said, and listen while something is still expected."""
        watch = Stopwatch(eyes.clock)
        wish = self.wish(eyes.secrets) if self.tls else None
        family = None if self.ip == "any" else self.ip
        connection = await eyes.net.connect(self.tcp.host, self.tcp.port, tls=wish, family=family)
        try:
            if self.send is not None:
                await connection.write(eyes.secrets.fill(self.send).encode())
            text = await self._answer(connection)
        finally:
            connection.close()
        told = [*self.expect.judge(text), *self.expect.judge_time(watch.total)]
        return conclude(told, phases=connection.phases)

    async def _answer(self, connection: Connection) -> str:
        heard = b""
        while not self.expect.met_by(heard.decode("utf-8", "replace")) and len(heard) < _LONGEST_ANSWER:
            piece = await connection.read()
            if not piece:
                break
            heard += piece
        return heard.decode("utf-8", "replace")

    def target(self) -> str:
        """Return the host that is connected to."""
        return self.tcp.host
