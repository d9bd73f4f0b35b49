"""Pings as existing clients and cron wrappers send them, to a real server."""

import asyncio
import socket
import subprocess
import sys
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser import free_port
from tests.probes.ping_server import Listening, listening, wait_for

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.probes.heartbeat_keys import Addresses, Meant, key_from, slug_of
from bosco.probes.heartbeat_rows import Arrived, last_pings
from bosco.store.store import Store

with warnings.catch_warnings():
    # Its own declarations are older than the pydantic that is installed.
    warnings.simplefilter("ignore")
    from healthchecks_io import AsyncClient, CheckNotFoundError, CheckTrap, Client

PLAN = """
plan: {en: Shop}
probes:
  nightly-export: {heartbeat: 1d}
  cleanup: {heartbeat: 1h, key: "${JOB_KEY}"}
  noisy: {heartbeat: 1h}
"""
FIXED = "0f6b3c1a-aaaa-4bbb-8ccc-123456789abc"
RUN = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(tmp_path_factory.mktemp("listening"), PLAN, free_port()) as opened:
        yield opened


@pytest.fixture
def http(server: Listening) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address) as client:
        yield client


def last(server: Listening, name: str = "cleanup") -> Arrived:
    found: list[Arrived] = server.ask(server.world.heartbeats.last_pings(name, 1))
    return found[0]


def key(server: Listening, name: str) -> str:
    return server.world.heartbeats.address(name).removeprefix("/ping/")


def test_the_healthchecks_client_works_unchanged(server: Listening) -> None:
    its_key = key(server, "nightly-export")
    with Client(ping_url=f"{server.address}/ping/", ping_key=server.world.heartbeats.addresses.ping_key) as client:
        assert client.start_ping(uuid=its_key) == (True, "OK")
        assert client.success_ping(uuid=its_key, data="42 rows") == (True, "OK")
        assert last(server, "nightly-export").body == "42 rows"
        assert client.fail_ping(uuid=its_key, data="no disk") == (True, "OK")
        assert client.exit_code_ping(3, uuid=its_key) == (True, "OK")
        assert (last(server, "nightly-export").kind, last(server, "nightly-export").status) == ("fail", 3)
        assert client.exit_code_ping(0, uuid=its_key) == (True, "OK")
        assert last(server, "nightly-export").kind == "success"
        assert client.success_ping(slug="nightly-export") == (True, "OK")
        with pytest.raises(CheckNotFoundError):
            client.success_ping(uuid=RUN)


def test_the_async_client_works_unchanged(server: Listening) -> None:
    async def pings() -> list[Any]:
        async with AsyncClient(ping_url=f"{server.address}/ping/") as client:
            return [await client.start_ping(uuid=FIXED), await client.success_ping(uuid=FIXED)]

    assert asyncio.run(pings()) == [(True, "OK"), (True, "OK")]


def test_the_check_trap_tells_a_failing_job(server: Listening) -> None:
    client = Client(ping_url=f"{server.address}/ping/")
    with pytest.raises(ZeroDivisionError), CheckTrap(client, uuid=FIXED):
        1 / 0  # noqa: B018
    told = last(server)
    assert told.kind == "fail"
    assert told.body is not None
    assert "ZeroDivisionError" in told.body or "division by zero" in told.body


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_every_usual_method_is_a_ping(server: Listening, http: httpx.Client, method: str) -> None:
    before = last(server).number if server.ask(server.world.heartbeats.last_pings("cleanup", 1)) else 0
    answer = http.request(method, f"/ping/{FIXED}")
    assert (answer.status_code, answer.text) == (200, "" if method == "HEAD" else "OK")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["ping-body-limit"] == "100000"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    assert last(server).number == before + 1


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("", "success", None),
        ("/", "success", None),
        ("/start", "start", None),
        ("/fail", "fail", None),
        ("/log", "log", None),
        ("/0", "success", 0),
        ("/1", "fail", 1),
        ("/255", "fail", 255),
    ],
)
def test_an_address_says_what_happened(
    server: Listening, http: httpx.Client, path: str, kind: str, status: int | None
) -> None:
    for start in (FIXED, FIXED.upper(), f"{server.world.heartbeats.addresses.ping_key}/cleanup"):
        assert http.get(f"/ping/{start}{path}").text == "OK"
        assert (last(server).kind, last(server).status) == (kind, status)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        (f"{FIXED}/256", 400, "invalid url format"),
        (f"{FIXED}/99999999", 400, "invalid url format"),
        (f"{FIXED}/-1", 404, "not found"),
        (f"{FIXED}/stop", 404, "not found"),
        (f"{FIXED}/start/again", 404, "not found"),
        (f"{FIXED}?rid=nonsense", 400, "invalid uuid format"),
        (RUN, 404, "not found"),
        ("nonsense", 404, "not found"),
        ("nonsense/cleanup", 404, "not found"),
        ("..%2f..%2fetc%2fpasswd", 404, "not found"),
        ("%00", 404, "not found"),
        ("x" * 3000, 404, "not found"),
    ],
)
def test_a_wrong_address_is_told(http: httpx.Client, path: str, status: int, text: str) -> None:
    answer = http.get(f"/ping/{path}")
    assert (answer.status_code, answer.text) == (status, text)


def test_a_slug_is_never_created(server: Listening, http: httpx.Client) -> None:
    ping_key = server.world.heartbeats.addresses.ping_key
    assert http.get(f"/ping/{ping_key}/something-new?create=1").status_code == 404
    assert http.get(f"/ping/{ping_key}/Cleanup").text == "invalid url format"


def test_runs_are_told_apart(server: Listening, http: httpx.Client) -> None:
    other = RUN.replace("1", "a")
    for path in (f"/start?rid={RUN}", f"/start?rid={other}", f"?rid={RUN}"):
        assert http.get(f"/ping/{FIXED}{path}").text == "OK"
    assert last(server).run == RUN
    assert server.world.heartbeats.beat("cleanup").run == other
    assert http.get(f"/ping/{FIXED}?rid={other}").text == "OK"
    assert server.world.heartbeats.beat("cleanup").run is None
    assert server.world.heartbeats.beat("cleanup").took is not None


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"", None),
        ("é\n".encode(), "é\n"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"a\x00b", "a\ufffdb"),
        (b"y" * 150_000, "y" * 100_000),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_body_is_kept_as_text_and_cut_never_refused(
    server: Listening, http: httpx.Client, body: bytes, kept: str | None
) -> None:
    assert http.post(f"/ping/{FIXED}", content=body).text == "OK"
    assert last(server).body == kept


def test_a_huge_body_does_not_make_the_ping_fail(server: Listening, http: httpx.Client) -> None:
    assert http.post(f"/ping/{FIXED}", content=b"z" * 9_000_000).text == "OK"
    assert last(server).body == "z" * 100_000


def test_a_chunked_body_is_read(server: Listening, http: httpx.Client) -> None:
    assert http.post(f"/ping/{FIXED}", content=iter([b"one ", b"two"])).text == "OK"
    assert last(server).body == "one two"


def test_a_connection_that_breaks_off_in_its_body_harms_nobody(server: Listening, http: httpx.Client) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port))) as raw:
        raw.sendall(f"POST /ping/{FIXED} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf".encode())
    assert http.get(f"/ping/{FIXED}").text == "OK"


@pytest.mark.parametrize(
    "raw",
    [
        "GET /ping/{key} HTTP/1.0\r\n\r\n",
        "GET /ping/{key} HTTP/1.1\r\nHost: h\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        "HEAD /ping/{key}/start HTTP/1.1\r\nHost: h\r\nUser-Agent: Wget/1.21\r\nConnection: close\r\n\r\n",
        "POST /ping/{key}/1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 5\r\nConnection: close\r\n\r\na=b&c",
        "POST /ping/{key} HTTP/1.1\r\nHost: h\r\nOrigin: https://elsewhere.example\r\nSec-Fetch-Site: cross-site\r\n"
        "Cookie: bosco_session=x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ],
)
def test_cron_wrappers_as_they_come(server: Listening, raw: str) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as connection:
        connection.sendall(raw.format(key=FIXED).encode())
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    assert answer.split(b" ")[1] == b"200"
    assert answer.endswith(b"" if raw.startswith("HEAD") else b"OK")


def test_one_heartbeat_pinged_without_end_is_told_to_wait(server: Listening, http: httpx.Client) -> None:
    its_key = key(server, "noisy")
    answers = [http.get(f"/ping/{its_key}") for _ in range(300)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].text == "rate limited"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert http.get(f"/ping/{key(server, 'nightly-export')}").text == "OK"


def test_the_api_tells_addresses_and_bodies_to_responders_alone(server: Listening, http: httpx.Client) -> None:
    http.post(f"/ping/{FIXED}", content=b"secret output")

    def told(role: str) -> dict[str, Any]:
        answer = http.get("/api/v1/probes/cleanup", headers={"authorization": f"Bearer {role}"})
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    assert told("responder")["heartbeat"]["address"] == f"/ping/{FIXED}"
    assert told("responder")["heartbeat"]["pings"][0]["body"] == "secret output"
    assert told("viewer")["heartbeat"]["address"] is None
    assert told("viewer")["heartbeat"]["pings"] == []
    assert told("viewer")["probe"]["state"] in {"up", "down"}
    assert http.get("/api/v1/probes/cleanup").status_code == 401


def test_an_answered_ping_survives_the_kill_of_the_process(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tests.probes.ping_server", str(tmp_path), PLAN, str(port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        answered = asyncio.run(_ping_until_it_dies(address, process))
    finally:
        process.kill()
        process.wait()
    store = Store.open(tmp_path, RealClock(), RealIds())
    try:
        kept = [one.run for one in store.read_now(lambda tx: last_pings(tx, "cleanup", 10_000))]
    finally:
        store.close()
    assert len(answered) > 20
    assert set(answered) <= set(kept)


async def _ping_until_it_dies(address: str, process: "subprocess.Popen[bytes]") -> list[str]:
    answered: list[str] = []
    async with httpx.AsyncClient(base_url=address) as client:

        async def one(number: int) -> None:
            run = str(uuid.UUID(int=number))
            try:
                answer = await client.get(f"/ping/{FIXED}?rid={run}")
            except httpx.HTTPError:
                return
            if answer.text == "OK":
                answered.append(run)
                if len(answered) == 60:
                    process.kill()

        await asyncio.gather(*(one(number) for number in range(95)))
    return answered


@pytest.mark.parametrize(
    ("name", "slug"),
    [("nightly-export", "nightly-export"), ("Élan du soir", "elan-du-soir"), ("a_b", "a_b"), ("A  B!", "a-b")],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_two_names_with_one_slug_are_ambiguous() -> None:
    addresses = Addresses("ping", {"Élan": "k1", "elan": "k2"})
    assert addresses.means(["ping", "elan"]) == "ambiguous slug"
    assert addresses.means(["k1"]) == Meant("Élan", "success")


def test_a_key_looks_like_a_uuid_and_differs_each_time() -> None:
    made = {key_from(secret) for secret in ("a", "b", "c")}
    assert len(made) == 3
    assert all(str(uuid.UUID(one)) == one and uuid.UUID(one).version == 4 for one in made)
