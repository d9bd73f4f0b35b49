"""The rpc kind, against a JSON-RPC node that answers as told."""

import json

import pytest
from tests.targets.looking import probe, see
from tests.targets.loops import run
from tests.targets.serving import answering, serving

from bosco.probes.kind import Reading
from bosco.probes.kinds.rpc import number_of


def of(answer: object, options: str = "", asked: list[bytes] | None = None) -> Reading:
    body = answer if isinstance(answer, str) else json.dumps({"jsonrpc": "2.0", "id": 1, **answer})  # type: ignore[dict-item]

    async def story() -> Reading:
        async with serving(answering(f"HTTP/1.1 200 OK\r\n\r\n{body}".encode(), asked=asked)) as port:
            return await see(f"{{rpc: 'http://127.0.0.1:{port}/', call: eth_call{options}}}", {"T": "t"})

    return run(story)


@pytest.mark.parametrize(
    ("answer", "options", "outcome", "because"),
    [
        ({"result": "0x10"}, "", "up", ""),
        ({"result": "0x10"}, ", expect: {result: '> 15'}", "up", ""),
        ({"result": "0x10"}, ", expect: {result: '> 16'}", "down", "result (16) > 16"),
        ({"result": False}, ", expect: {result: false}", "up", ""),
        ({"result": {"a": {"b": "0x2"}}}, ", expect: {json: {a.b: 2}}", "up", ""),
        ({"result": {"a": 1}}, ", expect: {json: {b: 2}}", "down", "json b (∅) == 2"),
        (
            {"error": {"code": -32000, "message": "late"}},
            "",
            "down",
            'error ({"code": -32000, "message": "late"}) == ∅',
        ),
        ({}, "", "down", "result (∅, HTTP 200) != ∅"),
        ("<html>", "", "down", "result (∅, HTTP 200) != ∅"),
        ("[1, 2]", "", "down", "result (∅, HTTP 200) != ∅"),
        ({"result": 10**4000}, ", expect: {result: '> 1'}", "down", "result ("),
        ({"result": 1}, ", expect: {time: < 1us}", "degraded", "time ("),
    ],
)
def test_answers_are_held_against_what_is_expected(answer: object, options: str, outcome: str, because: str) -> None:
    reading = of(answer, options)
    assert reading.outcome == outcome
    assert str(reading.because).startswith(because)
    assert bool(because) == bool(reading.because)


def test_the_question_is_what_the_plan_says() -> None:
    asked: list[bytes] = []
    reading = of({"result": "0x5"}, ", params: [latest, true, 0], auth: {bearer: '${T}'}", asked)
    assert reading.measures == {"result": 5}
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": ["latest", True, 0]}
    assert b"Authorization: Bearer t" in head


def test_hexadecimal_numbers_are_read() -> None:
    assert [number_of(one) for one in ("0x0", "0xff", "0x", "0xzz", "12", None)] == [0, 255, "0x", "0xzz", "12", None]
    assert probe("{rpc: 'https://node.example', call: x}").look.target() == "node.example"
