"""The two stores for tests: a data folder, and a PostgreSQL database of this test process."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

SERVER = os.environ.get("BOSCO_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
_PREFIX = "bosco_test_"


def skip(why: str) -> None:
    """Skip the test and say why; in CI, where nothing may be skipped, fail it."""
    if os.environ.get("BOSCO_TEST_NOTHING_SKIPPED") == "1":
        pytest.fail(why)
    pytest.skip(why)


def _server() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=5)


def _drop(server: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_what_killed_runs_left(server: "psycopg.Connection[tuple[object, ...]]") -> None:
    for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{_PREFIX}%"]).fetchall():
        owner = str(name).removeprefix(_PREFIX).split("_")[0]
        if not Path(f"/proc/{owner}").exists():
            _drop(server, str(name))


def new_database(label: str = "main", template: str = "template0") -> Iterator[str]:
    """Create a database of this process and yield its URL; it is dropped afterwards."""
    name = f"{_PREFIX}{os.getpid()}_{label}"
    try:
        server = _server()
    except psycopg.OperationalError as error:
        skip(f"needs PostgreSQL at {SERVER}: {error}")
        return
    with server:
        _drop_what_killed_runs_left(server)
        _drop(server, name)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    yield f"{SERVER}/{name}"
    with _server() as server:
        _drop(server, name)


def empty_tables(url: str) -> None:
    """Take every row of every room out of the database, and count from one again."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = [name for (name,) in connection.execute(_TABLES).fetchall()]
        each = [sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name)) for name in names]
        used = [sql.Identifier(name) for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(each)).fetchall()]
        if used:
            # Emptying only what was used is ten times faster than emptying everything.
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(used)))
        connection.execute(_COUNT_FROM_ONE)


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_COUNT_FROM_ONE = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
