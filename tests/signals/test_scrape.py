"""Targets scraped on the virtual clock, over real connections."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from tests.conftest import START
from tests.signals.sampled import sampled
from tests.targets.loops import run
from tests.targets.serving import serving

from bosco.kit.clock import RealClock, VirtualClock, run_virtually
from bosco.kit.net import Net, RealNet
from bosco.plan.load import Plan, load_texts
from bosco.plan.secrets import Secrets
from bosco.promql.source import Matcher, is_stale
from bosco.signals.gate import Gate
from bosco.signals.own_figures import OwnFigures
from bosco.signals.samples import Samples
from bosco.signals.scraping import Scraping
from bosco.signals.section_scrape import instance_of

NOW = int(START.timestamp() * 1000)


class Shop:
    """A target that says what the story wants."""

    def __init__(self) -> None:
        self.says: bytes | None = b""
        self.status = "200 OK"
        self.kind = "text/plain; version=0.0.4"
        self.asked: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        if self.says is None:
            return
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: {self.kind}\r\nContent-Length: {len(self.says)}\r\n\r\n"
        writer.write(head.encode() + self.says)
        await writer.drain()


class Scene:
    def __init__(self, clock: VirtualClock, samples: Samples, scraping: Scraping, shop: Shop, port: int) -> None:
        self.clock, self.samples, self.scraping, self.shop, self.port = clock, samples, scraping, shop, port
        self.own = OwnFigures()

    def plan(self, more: str = "", section: str = "scrape") -> Plan:
        job = f'{{targets: "http://127.0.0.1:{self.port}/metrics", service: web{more}}}'
        text = f"plan: Shop\nservices: {{web: {{name: Web}}}}\n{section}: {{shop: {job}}}\n"
        loaded = load_texts({"plan.yml": text})
        assert loaded.plan is not None, [mistake.say("en") for mistake in loaded.mistakes]
        return loaded.plan

    async def minute(self) -> None:
        await self.clock.sleep(timedelta(minutes=1))

    async def values(self, name: str, job: str = "shop") -> list[str]:
        """Return the values of a series in their order; `end` for its end."""
        found = await self.samples.select([Matcher("__name__", "=", name), Matcher("job", "=", job)], NOW, NOW + 10**9)
        return ["end" if is_stale(np.array([value]))[0] else f"{value:g}" for one in found for value in one.values]


def _play(folder: Path, clock: VirtualClock, story: Callable[[Scene], Awaitable[None]], more: str = "") -> None:
    async def main() -> None:
        shop, own = Shop(), OwnFigures()
        async with sampled(folder, clock) as samples, serving(shop.answer) as port:
            net = cast(Net, RealNet(clock))
            scraping = Scraping(clock, net, Secrets(None, {"KEY": "s3cret"}), samples, Gate(clock), own)
            scene = Scene(clock, samples, scraping, shop, port)
            scene.own = own
            scraping.follow(scene.plan(more))
            running = asyncio.create_task(scraping.run())
            await story(scene)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run_virtually(clock, main)


def test_a_target_is_scraped_and_what_it_no_longer_tells_ends(tmp_path: Path, clock: VirtualClock) -> None:
    async def story(scene: Scene) -> None:
        scene.shop.says = b'# TYPE hits counter\nhits{shop="a"} 1\nhits{shop="b"} 5\n'
        await scene.minute()
        scene.shop.says = b'hits{shop="a"} 2\n'
        await scene.minute()
        # The target dies: everything that it told ends, and `up` says so.
        scene.shop.says = None
        await scene.minute()
        await scene.minute()
        scene.shop.says = b'hits{shop="a"} 3\n'
        await scene.minute()
        assert await scene.values("hits") == ["1", "2", "end", "3", "5", "end"]
        assert await scene.values("up") == ["1", "1", "0", "0", "1"]
        assert await scene.values("scrape_samples_scraped") == ["2", "1", "0", "0", "1"]
        assert await scene.values("scrape_series_added") == ["2", "0", "0", "0", "0"]
        [found] = await scene.samples.select(
            [Matcher("__name__", "=", "hits"), Matcher("shop", "=", "a")], NOW, NOW + 10**9
        )
        instance = f"127.0.0.1:{scene.port}"
        assert found.labels == {"__name__": "hits", "shop": "a", "job": "shop", "instance": instance, "service": "web"}
        assert (await scene.samples.metadata("hits"))["hits"][0].type == "counter"
        # A plan without the job ends its figures too.
        scene.scraping.follow(_bare())
        await scene.minute()
        assert (await scene.values("up"))[-1] == "end"
        assert (await scene.values("hits"))[3] == "3"

    _play(tmp_path, clock, story)


def _bare() -> Plan:
    plan = load_texts({"plan.yml": "plan: Shop\n"}).plan
    assert plan is not None
    return plan


def test_labels_and_instants_of_the_target_give_way_unless_they_are_honoured(
    tmp_path: Path, clock: VirtualClock
) -> None:
    async def story(scene: Scene) -> None:
        scene.shop.says = f'm{{job="theirs",exported_job="older"}} 1 {NOW - 5000}\n'.encode()
        await scene.minute()
        [found] = await scene.samples.select([Matcher("__name__", "=", "m")], NOW - 10_000, NOW + 10**9)
        assert (found.labels["exported_exported_job"], found.labels["exported_job"]) == ("theirs", "older")
        assert found.times.tolist() == [NOW - 5000]
        scene.scraping.follow(scene.plan(", honor_labels: true, honor_timestamps: false"))
        await scene.minute()
        [found] = await scene.samples.select([Matcher("job", "=", "theirs")], NOW, NOW + 10**9)
        assert "exported_exported_job" not in found.labels

    _play(tmp_path, clock, story)


def test_what_is_too_much_or_no_answer_is_told_and_not_taken(tmp_path: Path, clock: VirtualClock) -> None:
    async def story(scene: Scene) -> None:
        async def why(says: bytes, status: str = "200 OK", kind: str = "text/plain") -> str:
            scene.shop.says, scene.shop.status, scene.shop.kind = says, status, kind
            await scene.minute()
            [target] = [one for (job, _), one in scene.scraping.targets.items() if job == "shop"]
            assert target.last is not None
            return f"{target.last.up} {target.last.why}"

        assert "status 500" in await why(b"x 1\n", "500 Oops")
        assert "more than 3 samples" in await why(b"a 1\nb 1\nc 1\nd 1\n")
        assert "longer than 1000 bytes" in await why(b"#" * 2000)
        assert "line 1 cannot be read" in await why(b"<html>")
        assert "# EOF" in await why(b"a 1\n", kind="application/openmetrics-text; version=1.0.0")
        wide = b"a{" + b",".join(b'l%d="x"' % n for n in range(99)) + b"} 1\nb 2\n"
        assert (await why(wide)).startswith("True 1 refused: This series cannot be taken")
        assert await scene.values("up") == ["0", "0", "0", "0", "0", "1"]
        assert await scene.values("b") == ["2"]
        request = scene.shop.asked[-1].lower()
        assert b"accept: application/openmetrics-text" in request
        assert b"authorization: bearer s3cret" in request

    _play(tmp_path, clock, story, ', samples: 3, body_limit: 1000B, auth: {bearer: "${KEY}"}')


def test_a_target_that_does_not_answer_is_given_up_in_time(tmp_path: Path) -> None:
    async def story() -> str:
        clock = RealClock()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.Event().wait()

        async with sampled(tmp_path, clock) as samples, serving(hang) as port:
            net, gate = cast(Net, RealNet(clock)), Gate(clock)
            scraping = Scraping(clock, net, Secrets(None, {}), samples, gate, OwnFigures())
            more = f"scrape: {{shop: {{targets: 'http://127.0.0.1:{port}/', every: 200ms}}}}"
            plan = load_texts({"plan.yml": f"plan: Shop\n{more}\n"}).plan
            assert plan is not None
            scraping.follow(plan)
            [target] = [one for (job, _), one in scraping.targets.items() if job == "shop"]
            running = asyncio.create_task(scraping.run())
            while target.last is None:
                await clock.sleep(timedelta(milliseconds=20))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert not target.last.up
            return str(target.last.why)

    assert "within 180" in run(story)


def test_bosco_keeps_its_own_figures(tmp_path: Path, clock: VirtualClock) -> None:
    async def story(scene: Scene) -> None:
        async def tell() -> str:
            return "bosco_series 7\n"

        await scene.minute()
        scene.own.tell = tell
        await scene.minute()
        assert await scene.values("up", "bosco") == ["0", "1"]
        assert await scene.values("bosco_series", "bosco") == ["7"]

    _play(tmp_path, clock, story)


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ("{targets: []}", "this job has no target"),
        ("{targets: 'http://a:1/x', every: 2h}", "between two scrapes there is at most an hour"),
        ("{targets: ['http://a/x', 'http://a:80/y']}", "two targets of this job are at a:80"),
        ("{targets: 'ftp://a/x'}", "http"),
        ("{targets: 'http://u:p@a/x'}", "holds no password"),
    ],
)
def test_a_job_that_cannot_be_meant_is_a_mistake(job: str, says: str) -> None:
    told = load_texts({"plan.yml": f"plan: Shop\nscrape: {{shop: {job}}}\n"}).mistakes
    assert any(says in mistake.say("en") for mistake in told), [mistake.say("en") for mistake in told]


@pytest.mark.parametrize(
    ("url", "instance"),
    [
        ("http://a/metrics", "a:80"),
        ("https://a?x=1", "a:443"),
        ("http://[::1]:9100/", "[::1]:9100"),
        ("http://[::1]/", "[::1]:80"),
    ],
)
def test_an_instance_is_a_host_with_its_port(url: str, instance: str) -> None:
    assert instance_of(url) == instance
