"""The scenario kind, on the bundled application."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import answering, serving

from bosco.demo.target import Target
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading

LOG_IN = "{http: /login, form: {user: '${USER}'}, capture: {token: session.token}}"
CREATE = (
    "{http: /invoices, method: POST, auth: {bearer: '{{token}}'}, expect: {status: 201}, "
    "capture: {number: number, where: {header: Location}, same: {matches: 'INV-([0-9]+)'}}}"
)
SHOW = "{step: see it, http: '{{where}}', auth: {bearer: '{{token}}'}, expect: {json: {state: draft}}}"
CLEAN = "clean_up: [{http: '/invoices/{{number}}', method: DELETE, auth: {bearer: '{{token}}'}}]"


def of(
    steps: str, more: str = "", tell: Callable[[Target], None] = lambda target: None, limit: float = 20
) -> tuple[Reading, Target]:
    async def story() -> tuple[Reading, Target]:
        async with Target(RealClock()) as target:
            tell(target)
            line = f"{{scenario: [{steps}], base: '{target.url('gateway', '')}'{more}}}"
            return await see(line, {"USER": "demo"}, limit), target

    return run(story)


def test_a_whole_way_through_works_and_leaves_nothing_behind() -> None:
    reading, target = of(f"{LOG_IN}, {CREATE}, {SHOW}", f", {CLEAN}")
    assert (reading.outcome, reading.because) == ("up", "")
    assert reading.parts == {"1 POST /login": "up", "2 POST /invoices": "up", "3 see it": "up"}
    assert list(reading.phases) == list(reading.parts)
    assert target.business.invoices == {}
    assert target.asked["gateway"] == 4


def test_without_clean_up_things_stay() -> None:
    _, target = of(f"{LOG_IN}, {CREATE}")
    assert list(target.business.invoices) == ["INV-0001"]


def test_cookies_go_from_step_to_step() -> None:
    reading, _ = of("{http: /login, body: demo}, {http: /invoices, method: POST, expect: {status: 201}}")
    assert reading.outcome == "up"


def test_the_step_that_fails_is_told_and_the_clean_up_still_runs() -> None:
    wrong = SHOW.replace("draft", "paid")
    reading, target = of(f"{LOG_IN}, {CREATE}, {wrong}, {{http: /never}}", f", {CLEAN}")
    assert reading.outcome == "down"
    assert str(reading.because) == 'step 3 see it: json state ("draft") == "paid"'
    assert reading.parts["3 see it"] == "down"
    assert "4 GET /never" not in reading.parts
    assert target.business.invoices == {}


def test_a_step_that_hangs_leaves_time_for_the_clean_up() -> None:
    reading, target = of(f"{LOG_IN}, {CREATE}, {{http: /health, wait: 1h}}", f", {CLEAN}", limit=3)
    assert reading.outcome == "down"
    assert str(reading.because).startswith("step 3 GET /health: no answer within")
    assert target.business.invoices == {}


def test_a_clean_up_that_fails_is_degraded() -> None:
    reading, _ = of(f"{LOG_IN}, {CREATE}", ", clean_up: [{http: /nothing/here}]")
    assert reading.outcome == "degraded"
    assert "the clean-up failed: step 1 GET /nothing/here: status (404)" in str(reading.because)


def test_what_cannot_be_captured_fails_its_step() -> None:
    reading, _ = of("{http: /login, body: demo, capture: {token: no.such}}, {http: '/x?{{token}}'}")
    assert str(reading.because) == "step 1 POST /login: capture token (∅) != ∅"


def test_a_slow_step_is_degraded_and_the_way_goes_on() -> None:
    reading, _ = of("{http: /login, body: demo, expect: {time: < 1us}}, {http: /health}")
    assert reading.outcome == "degraded"
    assert reading.parts["2 GET /health"] == "up"
    assert of("{http: /health}", ", expect: {time: < 1us}")[0].outcome == "degraded"


def test_a_service_that_breaks_off_is_down() -> None:
    reading, _ = of("{http: /health}", tell=lambda target: target.tell("gateway", "resetting"))
    assert reading.outcome == "down"
    assert "broke the connection off" in str(reading.because)


def test_redirects_carry_the_cookies_that_they_set() -> None:
    asked: list[bytes] = []
    moved = (
        b"HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Secure\r\nSet-Cookie: bad\r\n"
        b"Location: /home\r\n\r\n"
    )
    last = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=; Max-Age=0\r\nContent-Length: 2\r\n\r\nok"

    async def story() -> Reading:
        async with serving(answering(moved, last, asked=asked)) as port:
            return await see(f"{{scenario: [{{http: /, body: x}}, {{http: /}}], base: 'http://127.0.0.1:{port}'}}")

    assert run(story).outcome == "up"
    assert [head.split(b" ", 2)[:2] for head in asked] == [[b"POST", b"/"], [b"GET", b"/home"], [b"GET", b"/"]]
    assert [b"Cookie: a=1\r\n" in head for head in asked] == [False, True, False]
    assert not any(b"b=2" in head for head in asked)


def test_a_circle_of_redirects_ends() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"

    async def story() -> Reading:
        async with serving(answering(moved)) as port:
            return await see(f"{{scenario: [{{http: /, redirects: 3}}], base: 'http://127.0.0.1:{port}'}}")

    assert "sent on more than 3 times" in str(run(story).because)


def test_what_was_captured_cannot_change_an_address() -> None:
    asked: list[bytes] = []
    evil = b'HTTP/1.1 200 OK\r\n\r\n{"id": "../x?y=z#@evil.example/"}'

    async def story() -> None:
        async with serving(answering(evil, asked=asked)) as port:
            line = "{scenario: [{http: /, capture: {id: id}}, {http: '/a/{{id}}'}], base: 'http://127.0.0.1:%d'}"
            await see(line % port)

    run(story)
    assert asked[1].startswith(b"GET /a/..%2Fx%3Fy%3Dz%23%40evil.example%2F HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("where", "outcome"),
    [
        ("/b", "up"),
        ("b?c=d", "up"),
        ("http://evil.example/", "down"),
        ("//evil.example/", "down"),
        ("file:///x", "down"),
    ],
)
def test_an_address_that_was_captured_stays_with_the_application(where: str, outcome: str) -> None:
    async def story() -> Reading:
        answer = f"HTTP/1.1 201 Created\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
        async with serving(answering(answer.encode())) as port:
            line = "{scenario: [{http: /a, capture: {next: {header: Location}}}, {http: '{{next}}'}], base: '%s'}"
            return await see(line % f"http://127.0.0.1:{port}")

    assert run(story).outcome == outcome


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{scenario: [{http: 'https://x.example/{{token}}'}]}", "no earlier step captures “token”"),
        ("{scenario: [{http: /relative}]}", "has no address of its own"),
        ("{scenario: []}", ""),
        ("{scenario: [{http: 'https://x.example', capture: {a: {matches: '('}}}]}", "is not a regular expression"),
        ("{scenario: [{http: 'https://x.example', method: FETCH}]}", ""),
    ],
)
def test_mistakes_are_told(line: str, says: str) -> None:
    told = mistakes(line)
    assert len(told) == 1
    assert says in told[0]


def test_the_rhythm_and_the_host() -> None:
    found = probe("{scenario: [{http: /x}], base: 'https://a.example'}")
    assert found.every == timedelta(minutes=5)
    assert found.look.target() == "a.example"
