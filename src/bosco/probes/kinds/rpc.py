"""Whether a JSON-RPC node answers, and with what it should."""

import json
from typing import Any

from pydantic import Field

from bosco.kit.net import Request
from bosco.kit.net_url import target_of
from bosco.plan.words import SecretText
from bosco.probes.conclude import conclude
from bosco.probes.expect import read_json
from bosco.probes.http_call import Auth, Trust, WebAddress
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import NOTHING, JsonPath, WantedValue, hold_value, number_in, quoted


class RpcExpect(TimeExpect):
    """What the result must be, as a whole or at places inside of it."""

    result: WantedValue | None = None
    json_values: dict[JsonPath, WantedValue] = Field(default_factory=dict, alias="json")


class Rpc(Kind, Trust):
    """Call a method of a JSON-RPC 2.0 node; its hexadecimal numbers are read as numbers.

    In the plan: {rpc: "https://node.example.org", call: eth_blockNumber, expect: {result: "> 0"}}
    """

    rpc: WebAddress
    call: str
    params: Any = Field(default_factory=list)
    headers: dict[str, SecretText] = Field(default_factory=dict)
    auth: Auth | None = None
    expect: RpcExpect = Field(default_factory=RpcExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Call once."""
        headers = {name: eyes.secrets.fill(value) for name, value in self.headers.items()}
        headers["Content-Type"] = "application/json"
        if self.auth:
            headers["Authorization"] = self.auth.header(eyes.secrets)
        question = {"jsonrpc": "2.0", "id": 1, "method": self.call, "params": self.params}
        wish = self.wish(eyes.secrets)
        url = eyes.secrets.fill(self.rpc)
        watch = Stopwatch(eyes.clock)
        answer = await eyes.net.fetch(Request(url, "POST", headers, json.dumps(question).encode(), tls=wish))
        data = read_json(answer)
        result = number_of(data.get("result", NOTHING)) if isinstance(data, dict) else NOTHING
        told = [*self._judged(answer.status, data, result), *self.expect.judge_time(watch.total)]
        figure = number_in(result)
        measures = {} if figure is None else {"result": figure}
        return conclude(told, phases=answer.phases, measures=measures)

    def _judged(self, status: int, data: Any, result: Any) -> list[Expectation]:
        error = data.get("error") if isinstance(data, dict) else None
        if error is not None:
            return [Expectation(f"error ({quoted(error)}) == ∅", False)]
        if result is NOTHING:
            return [Expectation(f"result (∅, HTTP {status}) != ∅", False)]
        told = [Expectation("error (∅) == ∅", True)]
        if self.expect.result is not None:
            told.append(hold_value("result", result, self.expect.result))
        for path, wanted in self.expect.json_values.items():
            told.append(hold_value(f"json {path}", number_of(path.find(result)), wanted))
        return told

    def target(self) -> str:
        """Return the node's host."""
        return target_of(self.rpc).host


def number_of(value: Any) -> Any:
    """Return a number where one is written in hexadecimal, everything else as it is."""
    if isinstance(value, str) and value.startswith("0x") and 2 < len(value) <= 66:
        try:
            return int(value, 16)
        except ValueError:
            return value
    return value
