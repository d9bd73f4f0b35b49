"""Whether a WebSocket opens, and answers."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bosco.kit.net import NetFailed
from bosco.kit.net_url import target_of
from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.plan.words import OneOrMany, SecretText
from bosco.probes.conclude import conclude
from bosco.probes.http_call import Auth, Trust
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.pattern import Pattern, found_in
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import quoted
from bosco.probes.websocket_talk import WebSocketTalk

_MOST_HEARD = 100


def _ws_address(url: str) -> str:
    try:
        if target_of(url).scheme in ("ws", "wss"):
            return url.strip()
    except NetFailed:
        pass
    raise Unreadable(
        msg("“{text}” is not the address of a WebSocket", text=url[:80]),
        expected=msg("an address that starts with wss:// or ws://"),
    )


class WebSocketExpect(TimeExpect):
    """What must be heard: messages that hold or look like this, each among the first hundred."""

    contains: OneOrMany[str] = ()
    matches: OneOrMany[Pattern] = ()
    protocol: str | None = None

    def missing(self, heard: list[str]) -> bool:
        """Say whether something expected has not been heard yet."""
        return not all(one.held for one in self.judge(heard))

    def judge(self, heard: list[str]) -> list[Expectation]:
        """Return what was expected with what was heard last."""
        seen = quoted(heard[-1]) if heard else "∅"
        told = [
            Expectation(f"message ({seen}) ∋ {quoted(one)}", any(one in message for message in heard))
            for one in self.contains
        ]
        told += [
            Expectation(f"message ({seen}) ~ {quoted(one)}", any(found_in(message, one) for message in heard))
            for one in self.matches
        ]
        return told


class Websocket(Kind, Trust):
    """Open a WebSocket, say something if asked to, and listen while something is still expected.

    In the plan: {websocket: "wss://live.example.org/socket", send: '{"op": "ping"}', expect: {contains: pong}}
    """

    websocket: Annotated[str, AfterValidator(_ws_address)]
    headers: dict[str, SecretText] = Field(default_factory=dict)
    auth: Auth | None = None
    send: OneOrMany[SecretText] = ()
    expect: WebSocketExpect = Field(default_factory=WebSocketExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Open, speak, listen, close."""
        watch = Stopwatch(eyes.clock)
        target = target_of(eyes.secrets.fill(self.websocket))
        wish = self.wish(eyes.secrets) if target.encrypted else None
        connection = await eyes.net.connect(target.host, target.port, tls=wish)
        try:
            watch.lap("connect")
            talk = WebSocketTalk(connection, target, f"{target.where} {eyes.clock.monotonic()}")
            status = await talk.open(self._headers(eyes))
            watch.lap("upgrade")
            told = [Expectation(f"status ({status}) == 101", status == 101)]
            if status == 101:
                told += await self._talk(talk, eyes)
                watch.lap("messages")
        finally:
            connection.close()
        return conclude([*told, *self.expect.judge_time(watch.total)], phases=watch.phases)

    def _headers(self, eyes: Eyes) -> dict[str, str]:
        headers = {name: eyes.secrets.fill(value) for name, value in self.headers.items()}
        if self.auth:
            headers["Authorization"] = self.auth.header(eyes.secrets)
        if self.expect.protocol:
            headers["Sec-WebSocket-Protocol"] = self.expect.protocol
        return headers

    async def _talk(self, talk: WebSocketTalk, eyes: Eyes) -> list[Expectation]:
        for text in self.send:
            await talk.send(eyes.secrets.fill(text))
        heard: list[str] = []
        while self.expect.missing(heard) and len(heard) < _MOST_HEARD:
            message = await talk.hear()
            if message is None:
                break
            heard.append(message)
        told = self.expect.judge(heard)
        if self.expect.protocol:
            held = talk.protocol == self.expect.protocol
            told.append(Expectation(f"protocol ({talk.protocol or '∅'}) == {self.expect.protocol}", held))
        await talk.close()
        return told

    def target(self) -> str:
        """Return the host."""
        return target_of(self.websocket).host
