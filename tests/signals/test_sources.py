"""Sources of measures, against real servers."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import psycopg
import pymysql
import pytest
from tests.stores import SERVER, skip
from tests.targets.loops import run
from tests.targets.mariadb_server import mariadb_server
from tests.targets.serving import answering, serving

from bosco.kit.clock import RealClock
from bosco.kit.net import NetFailed, RealNet
from bosco.plan.load import load_texts
from bosco.plan.secrets import Secrets
from bosco.probes.kind import Reading
from bosco.promql.source import Source
from bosco.signals.from_probes import FromProbes
from bosco.signals.kind import Doors, Found, NoValue
from bosco.signals.rows import found_in
from bosco.signals.section import SIGNALS, databases_of, is_fed, source_of

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


def _signal(written: str) -> Any:
    loaded = load_texts({"plan.yml": f"plan: Shop\nsignals: {{m: {written}}}\n"})
    assert loaded.plan is not None, [mistake.say("en") for mistake in loaded.mistakes]
    return source_of(loaded.plan[SIGNALS]["m"])


async def _read(written: str, url: str = "", limit: float = 5) -> list[Found]:
    clock = RealClock()
    span = timedelta(seconds=limit)
    doors = Doors(RealNet(clock), clock, Secrets(None, {"DB": url}), cast(Source, None), span)
    async with clock.limit(span * 4):
        return await _signal(written).read(doors)


def _sql(query: str, url: str, limit: float = 5) -> list[Found]:
    return run(lambda: _read(f"{{sql: \"{query}\", from: '${{DB}}'}}", url, limit))


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sqlite") / "a shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript("create table orders (shop, n); insert into orders values ('a', 2), ('b', 3.5)")
    connection.close()
    return f"sqlite:///{path}".replace(" ", "%20")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    try:
        server = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        skip(f"needs PostgreSQL at {SERVER}: {error}")
        return
    with server:
        server.execute("drop table if exists bosco_source; create table bosco_source (shop text, n numeric)")
        server.execute("insert into bosco_source values ('a', 2), ('b', 3.5)")
        yield f"{SERVER}/postgres"
        server.execute("drop table bosco_source")


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    for port in mariadb_server(tmp_path_factory.mktemp("mariadb")):
        connection = pymysql.connect(host="127.0.0.1", port=port, user="root", database="shop", autocommit=True)
        with connection, connection.cursor() as cursor:
            cursor.execute("create table orders (shop text, n decimal(9, 2))")
            cursor.execute("insert into orders values ('a', 2), ('b', 3.5)")
        yield f"mysql://root@127.0.0.1:{port}/shop"


DATABASES = [("sqlite", "orders"), ("postgresql", "bosco_source"), ("mariadb", "orders")]


@pytest.mark.parametrize(("database", "table"), DATABASES)
def test_a_database_answers_with_a_number_or_with_one_for_each_label(
    database: str, table: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(database)
    assert _sql(f"select sum(n) from {table}", url) == [Found(5.5)]
    found = _sql(f"select shop, sum(n) from {table} group by shop order by shop", url)
    assert found == [Found(2, {"shop": "a"}), Found(3.5, {"shop": "b"})]
    assert _sql(f"select n from {table} where shop = 'nobody'", url) == []
    assert _sql("select null", url) == []


@pytest.mark.parametrize(("database", "table"), DATABASES)
def test_nothing_is_changed_by_a_question(database: str, table: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(database)
    for query in (
        f"delete from {table}",
        f"insert into {table} values ('c', 1)",
        f"drop table {table}",
        "select x y z",
    ):
        with pytest.raises(NoValue, match="refuses the question"):
            _sql(query, url)
    assert _sql(f"select count(*) from {table}", url) == [Found(2)]


@pytest.mark.parametrize(
    ("database", "query"), [("sqlite", ENDLESS), ("postgresql", "select pg_sleep(60)"), ("mariadb", "select sleep(60)")]
)
def test_a_question_without_an_end_is_stopped(database: str, query: str, request: pytest.FixtureRequest) -> None:
    try:
        # MariaDB's sleep answers 1 when it is cut short.
        assert _sql(query, request.getfixturevalue(database), limit=0.3) == [Found(1)]
        assert database == "mariadb"
    except TimeoutError:
        pass


def test_a_file_beside_the_database_stays_closed(sqlite: str, tmp_path: Path) -> None:
    for query in (f"attach '{tmp_path}/x.db' as x", "pragma journal_mode = wal", "select load_extension('x')"):
        with pytest.raises(NoValue):
            _sql(query, sqlite)
    with pytest.raises(NoValue, match="unable to open"):
        _sql("select 1", f"sqlite:///{tmp_path}/none.db")


def test_a_server_that_is_not_there_is_told(postgresql: str) -> None:
    for url in ("postgresql://127.0.0.1:9/x", "mysql://127.0.0.1:9/x"):
        with pytest.raises(NetFailed):
            _sql("select 1", url)
    for url in ("shop", "oracle://db/x"):  # as secrets may hold them
        with pytest.raises(NoValue, match="names no database"):
            _sql("select 1", url)


@pytest.mark.parametrize(
    ("columns", "rows", "why"),
    [
        (["n"], [(1,), (2,)], "several rows"),
        (["a", "n"], [("x", 1), ("x", 2)], "same labels"),
        (["n"], [("many",)], "no number"),
        (["a", "n"], [("x", float("inf"))], "no number"),
        (["a", "n"], [(str(n), 1) for n in range(1001)], "more than 1000 rows"),
    ],
)
def test_rows_that_are_no_values_are_told(columns: list[str], rows: list[Any], why: str) -> None:
    with pytest.raises(NoValue, match=why):
        found_in(columns, rows)


def test_texts_beside_a_number_are_labels() -> None:
    row = ("Paris", None, Decimal("1.5"))
    assert found_in(["Ship to", "zone", "n"], [row]) == [Found(1.5, {"ship_to": "Paris"})]
    assert found_in(["n"], [(timedelta(minutes=1),)]) == [Found(60)]


def _json(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("answer", "place", "value"),
    [
        (_json('{"items": [{"left": 7}]}'), "items[0].left", 7),
        (_json('{"left": "12.5"}'), "left", 12.5),
        (_json('{"ok": true}'), "ok", 1),
        (_json("42"), "", 42),
        (_json('{"left": null}'), "left", None),
    ],
)
def test_a_web_address_answers_with_a_number(answer: bytes, place: str, value: float | None) -> None:
    asked: list[bytes] = []

    async def story() -> list[Found]:
        async with serving(answering(answer, asked=asked)) as port:
            where = f', json: "{place}"' if place else ""
            return await _read(f'{{http: "http://127.0.0.1:{port}/x"{where}, auth: {{bearer: "${{DB}}"}}}}', "key")

    assert run(story) == ([] if value is None else [Found(value)])
    assert b"authorization: bearer key" in asked[0].lower()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (_json("{}", "500 Oops"), "status 500"),
        (_json("<html>"), "no JSON"),
        (_json("[" * 100_000), "no JSON"),
        (_json('{"a": 1}'), "nothing at b"),
        (_json('{"b": "soon"}'), "no number"),
        (_json('{"b": 1' + " " * 1_000_001 + "}"), "longer than"),
    ],
)
def test_an_answer_without_a_value_says_what_was_seen(answer: bytes, why: str) -> None:
    async def story() -> list[Found]:
        async with serving(answering(answer)) as port:
            return await _read(f'{{http: "http://127.0.0.1:{port}/x", json: b}}')

    with pytest.raises(NoValue, match=why):
        run(story)


PLAN = """\
plan: Shop
services: {shop: {name: Shop}}
probes:
  home: {http: "https://shop.example", service: shop}
  db: {postgres: "postgresql://db"}
  far: {ping: far.example}
signals:
  first_byte: {probe: home, take: first_byte, unit: s}
  certificate: {probe: home, take: certificate_days}
  whole: {probe: home}
  cert_expiry: {push: yes, unit: days}
  error_rate: {promql: "1"}
"""


def test_what_a_look_tells_becomes_measures_in_their_units() -> None:
    plan = load_texts({"plan.yml": PLAN}).plan
    assert plan is not None
    heard, ms = FromProbes(), timedelta(milliseconds=1)
    home = Reading(
        "up", took=80 * ms, phases={"connect": 5 * ms, "first_byte": 60 * ms}, measures={"certificate_days": 9}
    )
    assert dict(heard.values(plan, "home", NOW, home)) == {
        "api_response_time": 80,
        "network_latency": 5,
        "cert_expiry": 9,
        "first_byte": 0.06,
        "certificate": 9,
        "whole": 80,
    }
    # A refused connection is no response time, and an error rate with a source of its own is not Bosco's to feed.
    assert dict(heard.values(plan, "home", NOW, Reading("down", took=1 * ms))) == {}
    assert dict(heard.values(plan, "db", NOW, Reading("up", measures={"connections": 7}))) == {
        "database_connections": 7
    }
    assert dict(heard.values(plan, "far", NOW, Reading("up", phases={"echo": 3 * ms}))) == {"network_latency": 3}
    assert dict(heard.values(plan, "nobody", NOW, home)) == {}


def test_the_error_rate_is_that_of_the_last_minutes() -> None:
    plan = load_texts({"plan.yml": PLAN.replace('  error_rate: {promql: "1"}\n', "")}).plan
    assert plan is not None
    heard = FromProbes()
    found = []
    for minute, outcome in enumerate(["up", "down", "unknown", "up", "up", "up", "up", "up", "up", "up"]):
        told = dict(heard.values(plan, "home", NOW + timedelta(minutes=minute), Reading(outcome)))  # type: ignore[arg-type]
        found.append(told.get("error_rate"))
    assert found == [0, 50, None, pytest.approx(100 / 3), 25, 20, 20, 0, 0, 0]


def test_what_no_probe_tells_is_not_fed() -> None:
    plan = load_texts({"plan.yml": PLAN}).plan
    bare = load_texts({"plan.yml": "plan: Shop\nprobes: [{http: 'http://shop.example'}]\n"}).plan
    assert plan is not None
    assert bare is not None
    assert all(is_fed(plan, name) for name in ("database_connections", "cpu_usage", "failed_logins", "error_rate"))
    assert is_fed(bare, "api_response_time")
    assert not is_fed(bare, "database_connections")
    assert not is_fed(bare, "cert_expiry")
    assert not is_fed(bare, "luck")


def test_a_signal_may_name_the_probe_that_looks_at_its_database(postgresql: str) -> None:
    text = (
        "plan: Shop\nprobes: {db: {postgres: '${DB}'}}\n"
        "signals: {a: {sql: select 4, from: db}, b: {sql: select 5, from: dbb}}\n"
    )
    loaded = load_texts({"plan.yml": text})
    assert loaded.plan is not None
    said = [warning.text("en") for warning in loaded.warnings]
    assert "dbb is neither the address of a database nor a postgres probe of this plan" in said
    kind = source_of(loaded.plan[SIGNALS]["a"])
    clock = RealClock()
    secrets = Secrets(None, {"DB": postgresql})
    doors = Doors(
        RealNet(clock), clock, secrets, cast(Source, None), timedelta(seconds=5), None, databases_of(loaded.plan)
    )
    assert run(lambda: kind.read(doors)) == [Found(4)]


@pytest.mark.parametrize(
    ("signal", "says"),
    [
        ("{promql: 'sum((x)'}", "unclosed left parenthesis"),
        ("{promql: 'histogram_magic(x)'}", "histogram_magic"),
        ("{sql: select 1, from: 'oracle://db/x'}", "“oracle” is no database"),
        ("{http: 'http://x', json: 'a[b]'}", "is not a place in JSON"),
        ("{probe: nobody}", "nobody"),
    ],
)
def test_a_source_that_cannot_be_asked_is_a_mistake_of_the_plan(signal: str, says: str) -> None:
    told = load_texts({"plan.yml": f"plan: Shop\nsignals: {{m: {signal}}}\n"}).mistakes
    assert any(says in mistake.say("en") for mistake in told), [mistake.say("en") for mistake in told]
