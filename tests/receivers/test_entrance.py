"""What strangers send over HTTP, signed or not, twice, wrong, huge or half: taken once, or refused with its reason."""

import hashlib
import hmac
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.running import Answer, Running, running

HOOK, CLIENT = "it's a sécret", "c" * 40
PLAN = """\
plan: Shop
services:
  api: {name: Core API}
receivers:
  code: {github: "${HOOK}", service: api}
  errors: {sentry: "${CLIENT}"}
  orders: {json: "${HOOK}", key: id, title: "Order {id} is stuck", state: state}
"""


@pytest.fixture(scope="module")
def bosco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("bosco"), PLAN, role="responder", HOOK=HOOK, CLIENT=CLIENT) as alive:
        yield alive


def send(bosco: Running, path: str, raw: bytes, **headers: str) -> Answer:
    """Send bytes as they are, without a token unless one is given."""
    named = {"Content-Type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{bosco.port}{path}", raw, named, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode(), dict(error.headers))


def signed(secret: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def alerts(bosco: Running, source: str) -> list[tuple[str, str]]:
    found: Any = bosco.ask(f"/api/v1/alerts?state=all&source={source}").json()["alerts"]
    return [(one["title"], one["state"]) for one in found]


def dependabot(action: str, number: int = 7) -> bytes:
    alert = {
        "number": number,
        "html_url": "https://github.com/acme/shop/security/dependabot/7",
        "dependency": {"package": {"name": "lodash"}, "manifest_path": "package.json"},
        "security_advisory": {"summary": "Prototype pollution", "severity": "high", "cve_id": "CVE-2021-1"},
    }
    repository = {"name": "shop", "full_name": "acme/shop", "html_url": "https://github.com/acme/shop"}
    return json.dumps({"action": action, "alert": alert, "repository": repository}).encode()


def from_github(bosco: Running, raw: bytes, secret: str = HOOK, **more: str) -> Answer:
    signature = f"sha256={signed(secret, raw)}"
    return send(
        bosco, "/api/v1/receive/code", raw, X_GitHub_Event="dependabot_alert", X_Hub_Signature_256=signature, **more
    )


def test_github_is_believed_by_its_signature_alone(bosco: Running) -> None:
    raw = dependabot("created")
    assert from_github(bosco, raw).json()["firing"] == 1
    assert alerts(bosco, "code") == [("vulnerable dependency lodash (acme/shop)", "firing")]
    forged = from_github(bosco, dependabot("fixed"), "another secret")
    assert (forged.status, "signature does not fit" in forged.json()["detail"]) == (401, True)
    changed = send(
        bosco,
        "/api/v1/receive/code",
        raw + b" ",
        X_GitHub_Event="dependabot_alert",
        X_Hub_Signature_256=f"sha256={signed(HOOK, raw)}",
    )
    assert changed.status == 401
    for odd in ("", "sha256=", "sha256=zz", "sha1=00", "é" * 3, "0" * 9000):
        headers = {"X_GitHub_Event": "ping", "X_Hub_Signature_256": odd.encode().decode("latin-1")}
        assert send(bosco, "/api/v1/receive/code", raw, **headers).status in (400, 401, 431)
    # An API token is not the secret that this receiver asks for.
    assert send(bosco, "/api/v1/receive/code", raw, Authorization=f"Bearer {bosco.token}").status == 401
    assert from_github(bosco, dependabot("fixed")).json()["resolved"] == 1
    assert alerts(bosco, "code") == [("vulnerable dependency lodash (acme/shop)", "resolved")]


def test_sentry_is_believed_by_its_signature_alone(bosco: Running) -> None:
    issue = {"id": "17", "title": "ValueError: no price", "level": "error", "project": {"slug": "api"}}
    raw = json.dumps({"action": "created", "data": {"issue": issue}}).encode()
    headers = {"Sentry_Hook_Resource": "issue"}
    path = "/api/v1/receive/errors"
    assert send(bosco, path, raw, **headers).status == 401
    assert send(bosco, path, raw, Sentry_Hook_Signature=signed("x", raw), **headers).status == 401
    assert send(bosco, path, raw, Sentry_Hook_Signature=signed(CLIENT, raw), **headers).json()["firing"] == 1
    assert alerts(bosco, "errors") == [("ValueError: no price", "firing")]


def test_a_secret_may_be_shown_where_nothing_signs(bosco: Running) -> None:
    raw = json.dumps({"id": "A1", "state": "stuck"}).encode()
    path = "/api/v1/receive/orders"
    assert send(bosco, path, raw, Authorization="Bearer wrong").status == 401
    shown = send(bosco, path, raw, X_Signature_256=signed(HOOK, raw))
    assert shown.json()["firing"] == 1
    assert alerts(bosco, "orders") == [("Order A1 is stuck", "firing")]


def test_a_delivery_that_comes_twice_is_taken_once(bosco: Running) -> None:
    path, proof = "/api/v1/receive/json", {"Authorization": f"Bearer {bosco.token}"}
    firing = json.dumps({"key": "k", "title": "Once", "state": "firing"}).encode()
    over = json.dumps({"key": "k", "title": "Once", "state": "resolved"}).encode()
    first = send(bosco, path, firing, Idempotency_Key="one", **proof).json()
    assert (first["firing"], first["again"]) == (1, False)
    send(bosco, path, over, Idempotency_Key="two", **proof)
    again = send(bosco, path, firing, Idempotency_Key="one", **proof).json()
    assert (again["firing"], again["again"]) == (1, True)
    assert alerts(bosco, "json") == [("Once", "resolved")]
    # GitHub calls its deliveries by a header of its own.
    assert from_github(bosco, dependabot("created", 8), X_GitHub_Delivery="d1").json()["again"] is False
    assert from_github(bosco, dependabot("created", 8), X_GitHub_Delivery="d1").json()["again"] is True


WRONG = [
    ("/api/v1/receive/alertmanager", b"", 400, "not JSON"),
    ("/api/v1/receive/alertmanager", b"{", 400, "not JSON"),
    ("/api/v1/receive/alertmanager", b"\xff\xfe", 400, "not JSON"),
    ("/api/v1/receive/alertmanager", b'{"alerts": 1}', 400, "alerts"),
    ("/api/v1/receive/alertmanager", b'{"alerts": ' + b"[" * 100_000, 400, "alerts"),
    ("/api/v1/receive/json", b'{"key": ' * 100_000, 400, "nested too deeply"),
    ("/api/v2/alerts", b'{"labels": {}}', 400, "array"),
    ("/api/v2/alerts", b'[{"labels": {"a": 1}}]', 400, "labels"),
    ("/api/v1/receive/grafana", b'"text"', 400, "object"),
    ("/api/v1/receive/json", b'{"title": "no key"}', 400, "key"),
    ("/api/v1/receive/github", b"{}", 400, "X-GitHub-Event"),
    ("/api/v1/receive/sentry", b"{}", 400, "neither an issue nor an alert"),
    ("/api/v1/receive/nobody", b"{}", 404, "nobody"),
    ("/v2/enqueue", b'{"event_action": "trigger"}', 400, "routing_key"),
    ("/v2/enqueue", b"nonsense", 400, "invalid event"),
]


@pytest.mark.parametrize(("path", "raw", "status", "says"), WRONG)
def test_a_wrong_body_is_refused_with_what_is_wrong(
    bosco: Running, path: str, raw: bytes, status: int, says: str
) -> None:
    answer = send(bosco, path, raw, Authorization=f"Bearer {bosco.token}")
    assert (answer.status, says in answer.text) == (status, True), answer.text


def test_who_shows_nothing_is_let_in_nowhere(bosco: Running) -> None:
    for path in ("alertmanager", "grafana", "json", "orders", "code"):
        assert send(bosco, f"/api/v1/receive/{path}", b"{}").status == 401
    assert send(bosco, "/api/v2/alerts", b"[]").status == 401


def test_a_body_without_end_is_refused_before_it_is_read(bosco: Running) -> None:
    with socket.create_connection(("127.0.0.1", bosco.port)) as line:
        head = "POST /api/v2/alerts HTTP/1.1\r\nHost: bosco\r\nContent-Length: 9999999999\r\nAuthorization: Bearer "
        line.sendall(f"{head}{bosco.token}\r\n\r\n".encode())
        assert line.recv(12) == b"HTTP/1.1 413"
    many = json.dumps([{"labels": {"n": str(number)}} for number in range(20_001)]).encode()
    answer = send(bosco, "/api/v2/alerts", many, Authorization=f"Bearer {bosco.token}")
    assert (answer.status, "20" in answer.text) == (413, True)


def test_a_sender_who_hangs_up_half_way_leaves_nothing_behind(bosco: Running) -> None:
    with socket.create_connection(("127.0.0.1", bosco.port)) as line:
        head = "POST /api/v2/alerts HTTP/1.1\r\nHost: bosco\r\nContent-Length: 500\r\nAuthorization: Bearer "
        line.sendall(f'{head}{bosco.token}\r\n\r\n[{{"labels": {{"alertname": "Half"'.encode())
    assert bosco.ask("/readyz").status == 200
    assert alerts(bosco, "prometheus") == []
