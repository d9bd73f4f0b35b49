"""A real Prometheus on the other side: it writes to Bosco, scrapes Bosco, and is scraped by Bosco."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.running import Answer, Running, running
from tests.targets.prometheus_server import Prometheus, prometheus_server

SETTINGS = """\
global: {{scrape_interval: 1s}}
scrape_configs:
- {{job_name: itself, static_configs: [{{targets: ["127.0.0.1:PORT"]}}]}}
- {{job_name: seen, authorization: {{credentials: "{token}"}}, static_configs: [{{targets: ["127.0.0.1:{bosco}"]}}]}}
remote_write:
- url: http://127.0.0.1:{bosco}/api/v1/write
  basic_auth: {{username: prometheus, password: "{token}"}}
  queue_config: {{batch_send_deadline: 1s}}
  metadata_config: {{send_interval: 2s}}
"""
PLAN = "plan: Shop\n"
SCRAPED = "scrape: {{prom: {{targets: 'http://127.0.0.1:{port}/metrics', every: 1s}}}}\n"
WANTED = {"itself", "seen", "prom"}


def jobs(answer: Answer) -> set[str]:
    return {one["labels"]["job"] for one in answer.json()}


def test_prometheus_writes_to_bosco_scrapes_it_is_scraped_and_loses_nothing_by_a_kill(tmp_path: Path) -> None:
    with running(tmp_path, PLAN) as bosco:
        settings = SETTINGS.format(token=bosco.token, bosco=bosco.port)
        (tmp_path / "prometheus").mkdir()
        for prometheus in prometheus_server(tmp_path / "prometheus", settings):
            port = prometheus.address.rpartition(":")[2]
            (tmp_path / "plan.yml").write_text(PLAN + SCRAPED.format(port=port))
            up = bosco.until("/api/v1/measures/up", lambda one: one.status == 200 and jobs(one) >= WANTED)
            assert {one["value"] for one in up.json() if one["labels"]["job"] in WANTED} == {1}
            built = bosco.until("/api/v1/measures/prometheus_build_info", lambda one: len(one.json()) == 2)
            # The same series, once as Prometheus wrote it and once as Bosco scraped it.
            first, second = (dict(one["labels"]) for one in built.json())
            assert {first.pop("job"), second.pop("job")} == {"itself", "prom"}
            assert first == second
            sources = {one["source"].split()[0] for one in built.json()}
            assert sources == {"remote-write", "scrape"}
            # What Bosco tells of itself came back by way of Prometheus.
            bosco.until(
                "/api/v1/measures/bosco_series",
                lambda one: one.status == 200 and any(_told(each) for each in one.json()),
            )
            bosco.kill()
            with running(tmp_path, tmp_path / "plan.yml", port=bosco.port) as again:
                _has_lost_nothing(again, prometheus)


def _has_lost_nothing(bosco: Running, prometheus: Prometheus) -> None:
    """What Prometheus scraped before, while Bosco was dead, and since: all of it is here."""
    query = 'up{job="itself"}[10m]'
    first = bosco.until(f"/prometheus/api/v1/query?query={quote(query)}", lambda one: len(_times(one.json())) > 1)
    begun = max(_times(first.json()))
    theirs: set[float] = set()
    while not theirs or max(theirs) <= begun:
        time.sleep(0.5)
        theirs = _times(prometheus.ask("query", query=query))
    bosco.until(f"/prometheus/api/v1/query?query={quote(query)}", lambda one: _times(one.json()) >= theirs)


def _times(answer: dict[str, Any]) -> set[float]:
    return {at for row in answer["data"]["result"] for at, _ in row["values"]}


def _told(one: dict[str, Any]) -> bool:
    return bool(one["labels"]["job"] == "seen" and one["value"] > 0)
