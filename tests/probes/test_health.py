"""Health documents of every make are read part by part, and no document breaks the reader."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.probes.health import Health, outcome_of, read_health


def health(document: Any, path: str = "health", media: str = "application/json") -> Health | None:
    return read_health(document, path, media)


@pytest.mark.parametrize(
    ("document", "outcome", "parts"),
    [
        # Express, as in the plans of the seeds
        (
            {"status": "degraded", "checks": {"database": "healthy", "redis": "unhealthy", "uptime": 3}},
            "degraded",
            {"database": "up", "redis": "down"},
        ),
        # Spring Boot
        (
            {
                "status": "DOWN",
                "components": {
                    "db": {"status": "UP", "details": {"database": "PostgreSQL"}},
                    "disk": {"status": "OUT_OF_SERVICE", "details": {"free": 3}},
                    "mail": {"status": "UNKNOWN"},
                },
            },
            "down",
            {"db": "up", "disk": "down", "mail": "unknown"},
        ),
        (
            {"status": "UP", "components": {"redis": {"status": "UP", "components": {"one": {"status": "DOWN"}}}}},
            "degraded",
            {"redis": "up", "redis.one": "down"},
        ),
        # application/health+json
        (
            {
                "status": "warn",
                "checks": {
                    "cassandra:time": [{"componentId": "a", "observedValue": 250, "status": "pass"}, {"status": "fail"}]
                },
            },
            "degraded",
            {"cassandra:time": "down"},
        ),
        # ASP.NET
        (
            {"status": "Unhealthy", "entries": {"sql": {"status": "Unhealthy", "duration": "00:00:01"}}},
            "down",
            {"sql": "down"},
        ),
        # NestJS
        (
            {"status": "error", "info": {}, "error": {"db": {"status": "down"}}, "details": {"api": {"status": "up"}}},
            "down",
            {"db": "down", "api": "up"},
        ),
        # MicroProfile
        ({"status": "UP", "checks": [{"name": "db", "status": "UP", "data": {"x": 1}}]}, "up", {"db": "up"}),
        # no verdict of its own
        ({"checks": {"a": True, "b": False}}, "down", {"a": "up", "b": "down"}),
        ({"checks": {"a": "unknown"}}, "up", {"a": "unknown"}),
        ({"ok": True}, "up", {}),
        ({"status": "unknown", "checks": {"a": "warn"}}, "degraded", {"a": "degraded"}),
    ],
)
def test_every_make_is_read(document: Any, outcome: str, parts: dict[str, str]) -> None:
    found = health(document)
    assert found is not None
    assert (found.outcome, found.parts) == (outcome, parts)


def test_figures_are_kept() -> None:
    found = health(
        {
            "status": "pass",
            "checks": {
                "uptime": 3.5,
                "memory": {"rss": 12, "huge": 10**400, "ok": True},
                "db": [{"observedValue": 7, "status": "pass"}],
            },
        }
    )
    assert found is not None
    assert found.measures == {"uptime": 3.5, "memory.rss": 12, "db": 7}


@pytest.mark.parametrize(
    ("document", "path", "media"),
    [
        ([1], "health", ""),
        ("healthy", "health", ""),
        ({"status": "active", "user": "x"}, "users/1", "application/json"),
        ({"status": "shipped", "checks": {}}, "orders/1", "application/json"),
        ({"error": {"code": 5}}, "health", "application/json"),
        ({"details": {"a": 1}}, "orders/1", "application/json"),
    ],
)
def test_other_documents_are_left_alone(document: Any, path: str, media: str) -> None:
    assert health(document, path, media) is None


def test_its_media_type_or_its_parts_are_enough_to_know_it() -> None:
    assert health({"status": "pass"}, "x", "application/health+json") is not None
    assert health({"status": "ok", "checks": {"a": "ok"}}, "x") is not None
    assert health({"status": "ok"}, "api/v1/healthz") is not None


def test_a_huge_document_is_read_within_bounds() -> None:
    many = {f"part {number}": "ok" for number in range(100_000)}
    found = health({"status": "ok", "checks": many})
    assert found is not None
    assert len(found.parts) <= 100
    deep: Any = {"status": "ok"}
    for _ in range(500):
        deep = {"status": "ok", "components": {"inner": deep}}
    assert health(deep) is not None
    assert outcome_of("x" * 100_000) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from(["UP", "fail"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["status", "checks", "components", "name", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=200)
@given(JSON)
def test_no_document_breaks_the_reader(document: Any) -> None:
    found = health(document)
    if found is not None:
        assert found.outcome in ("up", "degraded", "down")
        json.dumps(found.measures, allow_nan=False)
