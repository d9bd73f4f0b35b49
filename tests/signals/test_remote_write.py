import contextlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import START
from tests.signals.sampled import sampled
from tests.signals.writes import block, request, request_2

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.promql.source import STALE, Matcher, Metadata
from bosco.signals.batch import Batch
from bosco.signals.remote_write import read_v1
from bosco.signals.remote_write_2 import read_v2
from bosco.signals.samples import Samples
from bosco.signals.wire import Broken
from bosco.signals.writing import Unwelcome, form_of, unpacked

T = TypeVar("T")
NOW = int(START.timestamp() * 1000)
UP = [("__name__", "up"), ("job", "api")]
VALUES = [0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), STALE, 5e-324, -1.0]
TIMES = st.one_of(st.integers(NOW - 10**6, NOW), st.integers(1, NOW))
LABELS = st.lists(
    st.tuples(st.sampled_from(["job", "zone", "\x12\x10\x09", "à"]), st.text(max_size=25)),
    max_size=3,
    unique_by=lambda p: p[0],
)
SERIES = st.tuples(
    LABELS.map(lambda labels: [*labels, ("__name__", "m")]),
    st.lists(st.tuples(TIMES, st.sampled_from(VALUES)), min_size=1, max_size=3),
)


async def _read(samples: Samples, body: bytes, form: Any, known: dict[bytes, int]) -> tuple[set[Any], Batch]:
    batch = Batch(samples, VirtualClock(START), "test")
    await batch.take(form(body, known), known)
    places, times, values = batch.columns()
    bits = np.ascontiguousarray(values).view(np.uint64)
    found = {
        (samples.register.key(place), time, bit)
        for place, time, bit in zip(places.tolist(), times.tolist(), bits.tolist(), strict=True)
    }
    return found, batch


def _done(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of work that waits for nobody: hypothesis has no loop."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    raise AssertionError("it waits")


def test_whatever_is_sent_is_read_the_same_by_recognising_by_reading_and_by_both_protocols(
    tmp_path: Path, clock: VirtualClock
) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            known = samples.register.cache()

            @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
            @given(st.lists(SERIES, max_size=6))
            def read(several: Any) -> None:
                body = request(*several)
                slow, batch = _done(_read(samples, body, read_v1, {}))
                assert not batch.refused
                sent = {
                    (tuple(part for pair in sorted(p for p in labels if p[1]) for part in pair), time, _bits(value))
                    for labels, told in several
                    for time, value in told
                }
                assert slow == sent
                _done(_read(samples, body, read_v1, known))
                assert _done(_read(samples, body, read_v1, known))[0] == slow
                for remembered in ({}, known, known):
                    assert _done(_read(samples, request_2(*several), read_v2, remembered))[0] == slow

            read()

    run_virtually(clock, story)


def _bits(value: float) -> int:
    return int(np.array([value]).view(np.uint64)[0])


def test_bytes_that_are_no_request_are_refused_and_never_break_anything(tmp_path: Path, clock: VirtualClock) -> None:
    whole = request((UP, [(NOW, 1.0)]), ([("__name__", "x"), ("l", "é" * 90)], [(NOW, 0.0), (NOW - 5, 2.0)]))

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            known = samples.register.cache()
            await _read(samples, whole, read_v1, known)

            @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
            @given(
                st.integers(0, len(whole)), st.integers(0, len(whole)), st.binary(max_size=12), st.sampled_from([1, 2])
            )
            def read(start: int, stop: int, middle: bytes, version: int) -> None:
                body = whole[:start] + middle + whole[stop:]
                with contextlib.suppress(Broken):
                    _done(_read(samples, body, read_v1 if version == 1 else read_v2, known))

            read()

    run_virtually(clock, story)


def test_what_cannot_be_taken_harms_nothing_else(tmp_path: Path, clock: VirtualClock) -> None:
    good = ([("__name__", "up"), ("z", "\n"), ("a.b c", "x")], [(NOW, 1.0)])
    bad: list[Any] = [
        ([("job", "x")], [(NOW, 1.0)]),
        ([], [(NOW, 1.0)]),
        ([("__name__", "up"), ("a", "1"), ("a", "2")], [(NOW, 1.0)]),
        ([("__name__", "up")], [(NOW + 3600_000, 1.0)]),
        ([("__name__", "up"), *((f"l{n}", "x") for n in range(101))], [(NOW, 1.0)]),
    ]

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            for form, made in ((read_v1, request), (read_v2, request_2)):
                found, batch = await _read(samples, made(*bad, good), form, {})
                assert len(found) == 1
                assert sum(batch.refused.values()) == 5
            [kept] = await samples.series([[Matcher("a.b c", "=", "x")]], NOW - 9, NOW) or [None]
            assert kept is None  # nothing was written: only read

    run_virtually(clock, story)


def test_a_sender_with_too_many_series_is_named_and_the_others_are_kept(tmp_path: Path, clock: VirtualClock) -> None:
    several = [([("__name__", name), ("user", "7")], [(NOW, 1.0)]) for name in "abcd"]

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            samples.register.limit("remote-write shop", 2)
            for form, made in ((read_v1, request), (read_v2, request_2)):
                batch = Batch(samples, clock, "remote-write shop")
                await batch.take(form(made(*several), {}))
                assert await batch.keep() == 2
                told = 'remote-write shop sends more than 2 series; c{user="7"} is one too many'
                assert told in batch.told()
                assert batch.refused.total() == 2
            # What another sends, and what was known before, goes on.
            batch = Batch(samples, clock, "remote-write other")
            await batch.take(read_v1(request(*several), {}))
            assert await batch.keep() == 4
            assert samples.register.fed == {"remote-write shop": 2, "remote-write other": 2}
            assert samples.register.refused == {"remote-write shop": 4}

    run_virtually(clock, story)


def test_what_metrics_mean_is_kept(tmp_path: Path, clock: VirtualClock) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            told = b"\x08\x01" + block(2, b"hits_total") + block(4, b"Hits.") + block(5, b"")
            batch = Batch(samples, clock, "test")
            await batch.take(read_v1(block(3, told), {}))
            await batch.keep()
            assert await samples.metadata() == {"hits_total": [Metadata("counter", "Hits.")]}

    run_virtually(clock, story)


def test_bombs_are_refused_by_what_they_say_of_themselves() -> None:
    with pytest.raises(Unwelcome, match="unpacks to") as refused:
        unpacked(b"\xff\xff\xff\xff\x0f" + b"\x00" * 20)
    assert refused.value.status == 413
    for body in (b"", b"\xff" * 12, b"\x05ab"):
        with pytest.raises(Unwelcome) as refused:
            unpacked(body)
        assert refused.value.status == 400


@pytest.mark.parametrize(
    ("content_type", "encoding", "form"),
    [
        ("", "", "prometheus.writerequest"),
        ("application/x-protobuf", "snappy", "prometheus.writerequest"),
        ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "snappy", "io.prometheus.write.v2.request"),
        ("application/x-protobuf; proto=prometheus.WriteRequest", "Snappy", "prometheus.writerequest"),
    ],
)
def test_the_form_is_what_the_sender_says(content_type: str, encoding: str, form: str) -> None:
    assert form_of(content_type, encoding) == form


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("application/x-protobuf;proto=other", "snappy"),
        ("application/json", "snappy"),
        ("application/x-protobuf", "zstd"),
    ],
)
def test_an_unknown_form_is_told_so_that_the_sender_may_fall_back(content_type: str, encoding: str) -> None:
    with pytest.raises(Unwelcome) as refused:
        form_of(content_type, encoding)
    assert refused.value.status == 415
