import random
import re
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import START
from tests.signals.sampled import put, sampled

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Refusal
from bosco.promql.source import STALE, STALE_BITS, Matcher, Metadata, Series, is_stale
from bosco.signals.samples import Samples

NOW = int(START.timestamp() * 1000)
UP = {"__name__": "up", "job": "api", "instance": "a:1"}


def _is(name: str) -> list[Matcher]:
    return [Matcher("__name__", "=", name)]


def test_every_bit_of_a_value_survives_restarts_and_checkpoints(tmp_path: Path, clock: VirtualClock) -> None:
    bits = np.array(
        [
            STALE_BITS,
            0x7FF8000000000000,
            0x7FF8000000000001,
            0xFFF8000000000000,
            0xFFF0000000000001,
            0x7FFFFFFFFFFFFFFF,
            0x8000000000000000,
            0,
            0x7FF0000000000000,
            0xFFF0000000000000,
            1,
            0x3FB999999999999A,
            0x7FEFFFFFFFFFFFFF,
        ],
        dtype=np.uint64,
    )

    async def story() -> None:
        times = NOW + np.arange(len(bits)) * 15_000 + 7
        async with sampled(tmp_path, clock) as samples:
            places = np.full(len(bits), samples.place(UP, "test"))
            await samples.append(places, times, bits.view(np.float64))
        for _ in range(2):
            async with sampled(tmp_path, clock) as samples:
                [found] = await samples.select(_is("up"), NOW, NOW + 10**9)
                assert found.labels == UP
                assert found.times.tolist() == times.tolist()
                assert [hex(one) for one in found.values.view(np.uint64)] == [hex(one) for one in bits]

    run_virtually(clock, story)


def test_what_comes_late_or_twice_is_kept_in_the_order_of_time_and_the_last_word_counts(
    tmp_path: Path, clock: VirtualClock
) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            await put(samples, UP, (NOW + 3000, 3), (NOW + 1000, 1), (NOW + 3000, 33))
            await put(samples, UP, (NOW + 2000, 2), (NOW + 1000, 11))
            [found] = await samples.select(_is("up"), NOW, NOW + 9000)
            assert found.times.tolist() == [NOW + 1000, NOW + 2000, NOW + 3000]
            assert found.values.tolist() == [11, 2, 33]
            [newest] = await samples.newest(_is("up"), NOW, NOW + 9000)
            assert (newest.times.tolist(), newest.values.tolist()) == ([NOW + 3000], [33])
            [newest] = await samples.newest(_is("up"), NOW, NOW + 2500)
            assert (newest.times.tolist(), newest.values.tolist()) == ([NOW + 2000], [2])
            assert await samples.select(_is("up"), NOW + 3001, NOW + 9000) == []

    run_virtually(clock, story)


SERIES = [
    {"__name__": "http_requests_total", "job": job, "code": code, **({"zone": "eu\nwest"} if job == "api" else {})}
    for job in ("api", "web", "été", "a.b")
    for code in ("200", "404", "500")
]
PATTERNS = [".*", ".+", "", "api|web", "api.*", ".*p.*", ".+i", "a.b", "(api|web)", "4..|5..", "[a-z]+", "é.*", "20.+"]
PATTERNS += ["eu.west", "(?i)API", ".*|nothing", "api|", "a[^p]b"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_holds_for_whole_values_and_a_missing_label_is_empty(
    tmp_path: Path, clock: VirtualClock, pattern: str
) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            for labels in SERIES:
                await put(samples, labels, (NOW, 1))
            for label in ("job", "code", "zone", "nobody"):
                for op, wanted in (("=~", True), ("!~", False)):
                    held = re.compile(pattern, re.DOTALL)
                    expected = [one for one in SERIES if bool(held.fullmatch(one.get(label, ""))) == wanted]
                    found = await samples.select([Matcher(label, op, pattern)], NOW, NOW)  # type: ignore[arg-type]
                    assert _sorted(found) == sorted(map(str, (dict(sorted(one.items())) for one in expected)))

    run_virtually(clock, story)


def _sorted(found: list[Series]) -> list[str]:
    return sorted(str(one.labels) for one in found)


def test_matchers_together_choose_what_each_of_them_chooses(tmp_path: Path, clock: VirtualClock) -> None:
    chance = random.Random(3)
    asked = [
        *(Matcher("job", "=", value) for value in ("api", "web", "", "nobody")),
        *(Matcher("job", "!=", value) for value in ("api", "")),
        *(Matcher("code", "=", value) for value in ("200", "404")),
        Matcher("zone", "=", ""),
        Matcher("zone", "!=", ""),
        Matcher("code", "=~", "2.*|500"),
        Matcher("code", "!~", "[45]0."),
        Matcher("__name__", "=", "http_requests_total"),
    ]

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            for labels in SERIES:
                await put(samples, labels, (NOW, 1))
            alone = {one: set((await samples.find([one])).tolist()) for one in asked}
            for _ in range(60):
                several = chance.sample(asked, chance.randint(2, 4))
                found = (await samples.find(several)).tolist()
                assert found == sorted(set.intersection(*(alone[one] for one in several)))
            samples.register.remove(np.array(sorted(alone[asked[0]])))
            assert (await samples.find([asked[0]])).tolist() == []
            await put(samples, {"__name__": "new", "job": "api"}, (NOW, 1))
            assert len(await samples.find([asked[0]])) == 1

    run_virtually(clock, story)


def test_a_pattern_that_is_none_is_refused_and_none_keeps_bosco_busy(tmp_path: Path, clock: VirtualClock) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            await put(samples, {**UP, "path": "a" * 3000}, (NOW, 1))
            with pytest.raises(Refusal, match="no pattern"):
                await samples.select([Matcher("job", "=~", "a(")], NOW, NOW)
            # Backtracking would take longer than the universe.
            assert await samples.select([Matcher("path", "=~", "(a+)+b")], NOW, NOW) == []

    run_virtually(clock, story)


def test_a_series_that_ended_leaves_memory_and_stays_readable(tmp_path: Path, clock: VirtualClock) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            cache = samples.register.cache()
            await put(samples, UP, (NOW, 1))
            await put(samples, {"__name__": "budget"}, (NOW, 7), own=True)
            cache[b"raw"] = samples.place(UP, "test")
            await clock.sleep(timedelta(hours=3))
            assert samples.forget_ended() == 1
            assert cache == {}
            assert len(samples.register) == 1
            assert (await samples.find(_is("up"))).tolist() == []
            [found] = await samples.select(_is("up"), NOW, NOW)
            assert found.labels == UP
            # It comes back: one series for whoever reads.
            later = NOW + 3 * 3600_000
            await put(samples, UP, (later, 2))
            [found] = await samples.select(_is("up"), NOW, later)
            assert found.values.tolist() == [1, 2]
            assert await samples.series([_is("up")], NOW, later) == [dict(sorted(UP.items()))]
            assert await samples.label_values("job", [], later, later) == ["api"]

    run_virtually(clock, story)


def test_a_restart_finds_the_series_that_live_with_their_last_samples(tmp_path: Path, clock: VirtualClock) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            await put(samples, UP, (NOW, 1), (NOW + 5, STALE))
            await put(samples, {"__name__": "budget", "of": "ops"}, (NOW, 7), own=True)
            await put(samples, {"__name__": "old"}, (NOW - 3 * 3600_000, 1))
            samples.note_metadata({"up": Metadata("gauge", "Whether it answers.")})
        async with sampled(tmp_path, clock) as samples:
            [up] = (await samples.find(_is("up"))).tolist()
            [budget] = (await samples.find(_is("budget"))).tolist()
            assert (await samples.find(_is("old"))).tolist() == []
            assert is_stale(samples.latest.values[up : up + 1]).all()
            assert (samples.latest.times[budget], samples.latest.values[budget]) == (NOW, 7)
            assert await samples.metadata("up") == {"up": [Metadata("gauge", "Whether it answers.")]}
            # New series get numbers that nobody has had.
            new = samples.place({"__name__": "new"}, "test")
            assert samples.register.numbers[new] == 3

    run_virtually(clock, story)


def test_a_source_with_too_many_series_is_named_and_harms_no_other(tmp_path: Path, clock: VirtualClock) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            samples.register.limit("job billing", 2)
            for name in ("a", "b"):
                samples.place({"__name__": name}, "job billing")
            with pytest.raises(Refusal, match=r"job billing sends more than 2 series; c\{user=\"7\"\} is one too many"):
                samples.place({"__name__": "c", "user": "7"}, "job billing")
            samples.place({"__name__": "a"}, "job billing")
            samples.place({"__name__": "c"}, "another")
            assert samples.register.refused == {"job billing": 1}

    run_virtually(clock, story)


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ({"job": "api"}, "no name"),
        ({}, "no name"),
        ({"__name__": ""}, "no name"),
        ({"__name__": "a", "": "x"}, "a label has no name"),
        ({"__name__": "a", "x": "y" * 5000}, "too long"),
        ({"__name__": "a", **{f"l{n}": "x" for n in range(200)}}, "201 labels"),
    ],
)
def test_labels_that_no_series_can_have_are_refused(
    tmp_path: Path, clock: VirtualClock, labels: dict[str, str], why: str
) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            with pytest.raises(Refusal, match=why):
                samples.place(labels, "test")

    run_virtually(clock, story)


def test_any_mixture_of_writes_reads_as_a_table_would(tmp_path: Path, clock: VirtualClock) -> None:
    chance = random.Random(7)
    names = [{"__name__": "m", "n": str(n)} for n in range(7)]
    model: dict[str, dict[int, float]] = {}

    async def write(samples: Samples) -> None:
        for _ in range(chance.randint(1, 4)):
            labels = chance.choice(names)
            told = [(NOW + chance.randint(0, 40) * 1000, chance.random()) for _ in range(chance.randint(1, 9))]
            await put(samples, labels, *told, own=labels["n"] == "3")
            model.setdefault(labels["n"], {}).update(told)

    async def story() -> None:
        for _ in range(6):
            async with sampled(tmp_path, clock) as samples:
                await write(samples)
                start, end = sorted((NOW + chance.randint(0, 40_000), NOW + chance.randint(0, 40_000)))
                found = await samples.select(_is("m"), start, end)
                read = {
                    one.labels["n"]: dict(zip(one.times.tolist(), one.values.tolist(), strict=True)) for one in found
                }
                expected = {n: {at: told[at] for at in sorted(told) if start <= at <= end} for n, told in model.items()}
                assert read == {n: told for n, told in expected.items() if told}
                for n, told in model.items():
                    [place] = (await samples.find([Matcher("n", "=", n)])).tolist()
                    assert samples.latest.values[place] == told[max(told)]

    run_virtually(clock, story)
