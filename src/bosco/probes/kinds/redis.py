"""Whether a Redis server answers, and how it feels."""

from contextlib import suppress
from typing import Annotated

from pydantic import Field

from bosco.kit.net import Connection
from bosco.kit.numbers import Unreadable, read_number
from bosco.plan.strict import read_any
from bosco.plan.words import HostPort, SecretText, address
from bosco.probes.conclude import Enough, Findings, conclude
from bosco.probes.http_call import Trust
from bosco.probes.kind import Eyes, Kind, Reading
from bosco.probes.redis_talk import RedisError, RedisTalk, read_info
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import NOTHING, WantedValue, hold_value, quoted

_FIGURES = ("used_memory", "connected_clients", "blocked_clients", "instantaneous_ops_per_sec", "evicted_keys")


class RedisExpect(TimeExpect):
    """What must be true of the server; `info` holds names of its INFO answer."""

    info: dict[str, WantedValue] = Field(default_factory=dict)


class Redis(Kind, Trust):
    """Sign in if need be, PING, and read what INFO says where something is expected of it.

    In the plan: {redis: "cache.internal:6379", password: "${REDIS_PASSWORD}", expect: {info: {role: master}}}
    """

    redis: Annotated[HostPort, address(6379)]
    tls: bool = False
    user: SecretText | None = None
    password: SecretText | None = None
    expect: RedisExpect = Field(default_factory=RedisExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Go through the conversation until an answer is not as it should be."""
        watch, findings = Stopwatch(eyes.clock), Findings()
        measures: dict[str, float] = {}
        wish = self.wish(eyes.secrets) if self.tls else None
        connection = await eyes.net.connect(self.redis.host, self.redis.port, tls=wish)
        watch.lap("connect")
        try:
            with suppress(Enough):
                await self._talk(connection, eyes, watch, findings, measures)
        finally:
            connection.close()
        return conclude([*findings.told, *self.expect.judge_time(watch.total)], phases=watch.phases, measures=measures)

    async def _talk(
        self, connection: Connection, eyes: Eyes, watch: Stopwatch, findings: Findings, measures: dict[str, float]
    ) -> None:
        talk = RedisTalk(connection, str(self.redis))
        if self.password is not None:
            user = [eyes.secrets.fill(self.user)] if self.user is not None else []
            await _answered(talk, "OK", findings, "AUTH", *user, eyes.secrets.fill(self.password))
            watch.lap("sign_in")
        await _answered(talk, "PONG", findings, "PING")
        watch.lap("ping")
        if not self.expect.info:
            return
        info = read_info(await _answered(talk, None, findings, "INFO"))
        watch.lap("info")
        for name, wanted in self.expect.info.items():
            seen = read_any(info[name]) if name in info else NOTHING
            findings.told.append(hold_value(name, seen, wanted))
        for name in (*_FIGURES, *self.expect.info):
            with suppress(Unreadable, KeyError):
                measures[name] = read_number(info[name])

    def target(self) -> str:
        """Return the server's host."""
        return self.redis.host


async def _answered(talk: RedisTalk, wanted: str | None, findings: Findings, *words: str) -> str:
    try:
        answer = await talk.ask(*words)
    except RedisError as error:
        findings.need(f"{words[0]} ({quoted(str(error))}) == {wanted or 'OK'}", False)
        raise
    if wanted is not None:
        findings.need(f"{words[0]} ({quoted(answer)}) == {wanted}", answer == wanted)
    return answer
