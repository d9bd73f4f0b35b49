"""The http kind, against servers that answer as told."""

import json
from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, answering, greeting, hang, serving

from bosco.demo.authority import Authority
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading


def said(status: int, body: str = "", *headers: str, media: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {media}", f"Content-Length: {len(body.encode())}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def seen(handler: Handler, options: str = "", path: str = "/x", secrets: dict[str, str] | None = None) -> Reading:
    async def story() -> Reading:
        async with serving(handler) as port:
            return await see(f'{{http: "http://127.0.0.1:{port}{path}"{options and ", " + options}}}', secrets)

    return run(story)


def test_an_answer_as_expected_is_up_with_its_phases() -> None:
    reading = seen(answering(said(200, "hello")), "expect: {status: 200, body: hello, time: < 60s, size: 1-10}")
    assert (reading.outcome, reading.because) == ("up", "")
    assert [one.held for one in reading.expectations] == [True] * 4
    assert list(reading.phases) == ["dns", "connect", "first_byte", "body"]
    assert reading.measures == {"size": 5, "status": 200}


@pytest.mark.parametrize(
    ("answer", "expect", "outcome", "because"),
    [
        (said(500), "", "down", "status (500) ∈ 2xx"),
        (said(500), "{status: 200}", "down", "status (500) == 200"),
        (said(404), "{status: [200, 404]}", "up", ""),
        (said(302), "{status: 300-399}", "up", ""),
        (said(200, "nope"), "{body: [yes, no]}", "down", 'body ("nope") ∋ "yes"'),
        (said(200, "all fine"), "{body: {lacks: error, matches: '^all f.ne$'}}", "up", ""),
        (said(200, "an error"), "{body: {lacks: error}}", "down", 'body ("an error") ∌ "error"'),
        (said(200, "abc"), "{body: {matches: 'a.d'}}", "down", 'body ("abc") ~ "a.d"'),
        (said(200, '{"a": {"b": [1, 5]}}'), '{json: {"a.b[1]": "> 4", "$.a.b[0]": 1}}', "up", ""),
        (said(200, '{"a": 3}'), "{json: {a: '> 4'}}", "down", "json a (3) > 4"),
        (said(200, '{"a": "x"}'), "{json: {a: y}}", "down", 'json a ("x") == "y"'),
        (said(200, '{"a": "x"}'), "{json: {a: [y, z]}}", "down", 'json a ("x") ∈ ["y", "z"]'),
        (said(200, '{"a": true}'), "{json: {a: true}}", "up", ""),
        (said(200, '{"a": "1.0"}'), "{json: {a: 1.0}}", "up", ""),
        (said(200, '{"a": 1}'), '{json: {a: "1"}}', "down", 'json a (1) == "1"'),
        (said(200, '{"b": 1}'), "{json: {a: 1}}", "down", "json a (∅) == 1"),
        (said(200, "<html>"), "{json: {a: 1}}", "down", "json a (∅) == 1"),
        (said(200, '{"a": "' + "x" * 500 + '"}'), "{json: {a: y}}", "down", f'json a ("{"x" * 58}…) == "y"'),
        (said(200, '{"a": "\\u202e\\u0000\\n"}'), "{json: {a: y}}", "down", 'json a ("\\u202e\\u0000\\n") == "y"'),
        (said(200, "", "X-Cache: HIT from x"), "{header: {x-cache: hit}}", "up", ""),
        (said(200, ""), "{header: {X-Cache: hit}}", "down", 'header X-Cache (∅) ∋ "hit"'),
        (said(200, "abc"), "{size: '> 1KB'}", "down", "size (3 B) > 1 KB"),
        (said(200, "abc"), "{certificate: '> 30 days'}", "down", "certificate (∅) > 30 days"),
    ],
)
def test_a_failed_expectation_shows_what_was_seen(answer: bytes, expect: str, outcome: str, because: str) -> None:
    reading = seen(answering(answer), f"redirects: no, expect: {expect}" if expect else "redirects: no")
    assert (reading.outcome, reading.because) == (outcome, because)


def test_a_slow_answer_is_degraded_and_a_very_slow_one_down() -> None:
    assert seen(answering(said(200)), "expect: {time: < 1us}").outcome == "degraded"
    reading = seen(answering(said(200)), "expect: {time: {warning: 1us, critical: 1us}}")
    assert reading.outcome == "down"
    assert "ms) < 1 us" in str(reading.because)
    assert seen(answering(said(200)), "expect: {time: {warning: 1us, critical: 1h}}").outcome == "degraded"
    assert seen(answering(said(200)), "expect: {time: 1h}").outcome == "up"


ZENBILLING = {
    "status": "degraded",
    "timestamp": "2025-01-01T00:00:00Z",
    "service": "auth",
    "checks": {"database": "healthy", "redis": "unhealthy", "memory": {"rss": 12, "heapUsed": 3}, "uptime": 12.5},
}


def test_a_health_document_is_read_part_by_part_even_with_a_503() -> None:
    reading = seen(answering(said(503, json.dumps(ZENBILLING))))
    assert reading.outcome == "degraded"
    assert reading.parts == {"database": "up", "redis": "down"}
    assert reading.measures["memory.rss"] == 12
    assert reading.measures["uptime"] == 12.5
    assert reading.because == 'status (503) ∈ 2xx; health ("degraded"; redis: down) == up'


def test_a_service_that_calls_itself_degraded_is_degraded_whatever_the_plan_hoped() -> None:
    reading = seen(answering(said(503, json.dumps(ZENBILLING))), "expect: {status: 200, json: {status: healthy}}")
    assert reading.outcome == "degraded"
    assert 'json status ("degraded") == "healthy"' in str(reading.because)
    down = {**ZENBILLING, "status": "unhealthy"}
    assert seen(answering(said(503, json.dumps(down)))).outcome == "down"
    lying = {**ZENBILLING, "status": "healthy"}
    assert seen(answering(said(200, json.dumps(lying)))).outcome == "degraded"
    assert seen(answering(said(503, json.dumps({"status": "healthy", "checks": {"a": "healthy"}})))).outcome == "down"


def test_health_documents_may_be_left_unread() -> None:
    reading = seen(answering(said(200, json.dumps(ZENBILLING))), "expect: {health: no}")
    assert (reading.outcome, reading.parts) == ("up", {})


def test_what_is_sent_is_what_the_plan_says() -> None:
    asked: list[bytes] = []
    options = (
        "method: put, headers: {X-Key: '${KEY}'}, json: {a: 1, b: '${KEY}'}, user_agent: Mine, "
        "auth: {user: me, password: '${KEY}'}, ip: 4"
    )
    assert seen(answering(said(200), asked=asked), options, secrets={"KEY": "s3cret"}).outcome == "up"
    head, _, body = asked[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "PUT /x HTTP/1.1"
    assert {"X-Key: s3cret", "User-Agent: Mine", "Content-Type: application/json"} <= set(lines)
    assert "Authorization: Basic bWU6czNjcmV0" in lines
    assert json.loads(body) == {"a": 1, "b": "s3cret"}


def test_a_form_is_posted() -> None:
    asked: list[bytes] = []
    seen(answering(said(200), asked=asked), "form: {a: 'x y', b: é}, auth: {bearer: '${T}'}", secrets={"T": "t"})
    assert asked[0].startswith(b"POST ")
    assert asked[0].endswith(b"\r\n\r\na=x+y&b=%C3%A9")
    assert b"Authorization: Bearer t\r\n" in asked[0]


def test_a_secret_that_is_not_set_is_unknown_not_down() -> None:
    reading = seen(answering(said(200)), "auth: {bearer: '${MISSING}'}")
    assert reading.outcome == "unknown"
    assert "MISSING" in str(reading.because)


def test_silence_is_down_and_says_what_was_waited_for() -> None:
    async def story() -> Reading:
        async with serving(hang) as port:
            return await see(f"{{http: 'http://127.0.0.1:{port}/'}}", limit=0.3)

    reading = run(story)
    assert reading.outcome == "down"
    assert "within 300" in str(reading.because)


def test_rubbish_is_down() -> None:
    reading = seen(greeting(b"\x00\xff\xfe rubbish\r\n\r\n"))
    assert reading.outcome == "down"
    assert "does not answer in HTTP" in str(reading.because)


def test_certificates_are_watched_as_the_plan_says() -> None:
    now = RealClock().read()
    ours = Authority(now)
    issued = ours.issue("127.0.0.1", starts=now - timedelta(days=9), expires=now + timedelta(days=12, hours=1))

    async def story() -> tuple[Reading, Reading, Reading]:
        async with serving(answering(said(200)), issued.context()) as port:
            url = f"https://127.0.0.1:{port}/"
            trusted = {"CA": ours.pem}
            expect = "expect: {certificate: '> 30 days'}"
            return (
                await see(f"{{http: '{url}', authority: '${{CA}}', {expect}}}", trusted),
                await see(f"{{http: '{url}', verify: no}}"),
                await see(f"{{http: '{url}'}}"),
            )

    soon, unverified, untrusted = run(story)
    assert (soon.outcome, soon.because) == ("degraded", "certificate (12 days) > 30 days")
    assert 12 < soon.measures["certificate_days"] < 12.1
    assert list(soon.phases) == ["dns", "connect", "tls", "first_byte", "body"]
    assert unverified.outcome == "up"
    assert untrusted.outcome == "down"
    assert "not trusted here" in str(untrusted.because)


def test_a_client_certificate_is_shown() -> None:
    now = RealClock().read()
    ours = Authority(now)
    span = {"starts": now - timedelta(days=9), "expires": now + timedelta(days=9)}
    theirs, mine = ours.issue("127.0.0.1", **span), ours.issue("bosco", **span)

    async def story() -> tuple[Reading, Reading]:
        async with serving(answering(said(200)), theirs.context(asks=ours.pem)) as port:
            secrets = {"CA": ours.pem, "CERT": mine.certificate, "KEY": mine.key}
            start = f"{{http: 'https://127.0.0.1:{port}/', authority: '${{CA}}'"
            shown = "client_certificate: {certificate: '${CERT}', key: '${KEY}'}"
            missing = "client_certificate: {certificate: /nowhere/cert.pem}"
            return await see(f"{start}, {shown}}}", secrets), await see(f"{start}, {missing}}}", secrets)

    shown, missing = run(story)
    assert shown.outcome == "up"
    assert missing.outcome == "unknown"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{http: example.org}", "is not a web address"),
        ("{http: 'https://me:pass@example.org/'}", "a web address holds no password"),
        ("{http: 'https://example.org', method: FETCH}", ""),
        ("{http: 'https://example.org', expect: {status: 99}}", "is not an HTTP status"),
        ("{http: 'https://example.org', expect: {status: 299-200}}", "goes from more to less"),
        ("{http: 'https://example.org', expect: {body: {matches: '('}}}", "is not a regular expression"),
        ("{http: 'https://example.org', expect: {time: soon}}", "is not a condition"),
        ("{http: 'https://example.org', expect: {json: {'a[': 1}}}", "is not a place in JSON"),
        ("{http: 'https://example.org', expect: {json: {a: {b: 1}}}}", "a single value belongs here"),
        ("{http: 'https://example.org', auth: {user: me}}", "either a token or a user with a password"),
        ("{http: 'https://example.org', body: x, form: {a: b}}", "only one of body, json, form can be sent"),
        ("{http: 'https://example.org', redirects: 99}", ""),
        ("{http: 'https://example.org', expects: {}}", ""),
    ],
)
def test_a_mistake_is_told(line: str, says: str) -> None:
    told = mistakes(line)
    assert len(told) == 1
    assert says in told[0]


def test_the_host_is_what_limits_are_counted_on() -> None:
    assert probe("{http: 'https://API.example.org:8443/x'}").look.target() == "api.example.org"
