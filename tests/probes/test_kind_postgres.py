"""The postgres kind, against a real server."""

from urllib.parse import urlsplit

import psycopg
import pytest
from tests.stores import SERVER, skip
from tests.targets.looking import eyes, probe, seen
from tests.targets.loops import run
from tests.targets.serving import greeting, hang, serving

from bosco.kit.net import PUBLIC_ONLY
from bosco.probes.kind import Reading
from bosco.probes.look import look


@pytest.fixture(scope="module", autouse=True)
def _server() -> None:
    try:
        psycopg.connect(f"{SERVER}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError as error:
        skip(f"needs PostgreSQL at {SERVER}: {error}")


def of(options: str = "", url: str = f"{SERVER}/postgres", limit: float = 20) -> Reading:
    return seen(f"{{postgres: '${{DB}}'{options}}}", {"DB": url}, limit)


def test_a_server_that_answers_is_up() -> None:
    reading = of()
    assert reading.outcome == "up"
    assert list(reading.phases) == ["connect", "query"]
    assert 0 < reading.measures.pop("connections") <= 100
    assert reading.measures == {"rows": 1, "value": 1}


@pytest.mark.parametrize(
    ("options", "outcome", "because"),
    [
        (", query: select 41 + 1, expect: {value: 42, rows: 1}", "up", ""),
        (", query: select 7.5::numeric, expect: {value: '> 7'}", "up", ""),
        (", query: \"select 'ok'\", expect: {value: fine}", "down", 'value ("ok") == "fine"'),
        (", query: select 1 where false, expect: {value: 1}", "down", "value (null) == 1"),
        (", query: select 1 where false, expect: {rows: '> 0'}", "down", "rows (0) > 0"),
        (', query: "select generate_series(1, 9000000)", expect: {rows: "> 10"}', "up", ""),
        (", query: select now(), expect: {time: < 1us}", "degraded", "time ("),
        (", query: show server_version", "up", ""),
        (", query: create table x (a int)", "down", "cannot execute CREATE TABLE in a read-only transaction"),
        (", query: select nothing", "down", 'column \\"nothing\\" does not exist'),
        (', query: "select 1; select 2"', "down", "cannot"),
    ],
)
def test_a_query_is_held_against_what_is_expected(options: str, outcome: str, because: str) -> None:
    reading = of(options)
    assert reading.outcome == outcome, reading
    assert because in str(reading.because)


def test_a_query_that_does_not_end_is_down() -> None:
    assert of(", query: select pg_sleep(30)", limit=0.5).outcome == "down"


@pytest.mark.parametrize(
    ("url", "outcome", "says"),
    [
        (f"{SERVER}/no_such_database", "down", 'database "no_such_database" does not exist'),
        (f"postgresql://nobody_here@{urlsplit(SERVER).netloc.split('@')[1]}/postgres", "down", "nobody_here"),
        ("postgresql://x@127.0.0.1:1/x", "down", "Connection refused"),
        ("postgresql://x@no-such-host.invalid/x", None, ""),
        ("not a server", "unknown", "this is not how a PostgreSQL server is named"),
        ("postgresql://x@127.0.0.1:1/x?sslkey=secret%zz", "unknown", ""),
    ],
)
def test_who_may_not_in_is_told(url: str, outcome: str | None, says: str) -> None:
    reading = of(url=url)
    assert reading.outcome == outcome or (outcome is None and reading.outcome in ("down", "unknown"))
    assert says in str(reading.because)
    assert "secret" not in str(reading.because)


def test_what_is_no_postgresql_is_down() -> None:
    async def story() -> tuple[Reading, Reading]:
        from tests.targets.looking import see

        async with serving(greeting(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as talks, serving(hang) as mute:
            line = "{{postgres: 'postgresql://x@127.0.0.1:{}/x'}}"
            return await see(line.format(talks)), await see(line.format(mute), limit=0.5)

    assert [one.outcome for one in run(story)] == ["down", "down"]


@pytest.mark.parametrize("url", ["postgresql://x@127.0.0.1/x", "host=/var/run/postgresql", "dbname=x"])
def test_a_guard_at_the_door_is_asked(url: str) -> None:
    async def story() -> Reading:
        usual = eyes()
        guarded = eyes({"DB": url}, net=usual.net.guarded(PUBLIC_ONLY))
        return (await look(probe("{postgres: '${DB}'}").look, guarded)).reading

    reading = run(story)
    assert reading.outcome == "unknown"
    assert "may not be reached" in str(reading.because)


def test_the_host_is_what_limits_are_counted_on() -> None:
    assert probe("{postgres: 'postgresql://me:${PW}@db.internal:5433/app'}").look.target() == "db.internal"
    assert probe("{postgres: 'host=db.internal dbname=app'}").look.target() == "db.internal"
    assert probe("{postgres: '${DB}'}").look.target() == ""
