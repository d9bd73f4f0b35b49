"""Real senders, and a real Bosco that they send to."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import cramjam
import pytest
from tests.running import Running, free_port, running
from tests.signals.writes import request

PROMETHEUS = shutil.which("prometheus")
PLAN = """\
plan: Shop
signals:
  basket: {push: true, unit: ms}
"""


def _write(bosco: Running, body: bytes, **headers: str) -> int:
    told = {"Authorization": f"Bearer {bosco.token}", "Content-Encoding": "snappy", **headers}
    sent = urllib.request.Request(
        f"http://127.0.0.1:{bosco.port}/api/v1/write", bytes(cramjam.snappy.compress_raw(body)), told
    )
    sent.add_header("Content-Type", "application/x-protobuf")
    try:
        with urllib.request.urlopen(sent, timeout=20) as answer:
            assert "x-prometheus-remote-write-samples-written" in dict(answer.headers)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_values_are_pushed_in_any_unit_once_and_survive_a_kill(tmp_path: Path) -> None:
    with running(tmp_path, PLAN) as bosco:
        told = bosco.ask("/api/v1/measures/basket", {"value": 2, "unit": "s", "labels": {"shop": "a"}}).json()
        assert (told["value"], told["unit"], told["labels"]) == (2000, "ms", {"shop": "a"})
        once = [bosco.ask("/api/v1/measures/basket", {"value": n}, **{"Idempotency-Key": "k"}).json() for n in (3, 4)]
        assert once[0] == once[1]
        many = [{"name": "basket", "value": 7, "labels": {"shop": "b"}}, {"name": "visitors", "value": 1.5}]
        assert [one["value"] for one in bosco.ask("/api/v1/measures", many).json()] == [7, 1.5]
        assert bosco.ask("/api/v1/measures/basket", {"value": 1, "unit": "MB"}).status == 400
        assert bosco.ask("/api/v1/measures/basket", {"value": 1, "at": "2150-01-01T00:00:00Z"}).status == 400
        assert bosco.ask("/api/v1/measures/basket", {"value": 1}, token="wrong").status == 401
        assert bosco.ask("/api/v1/measures/nothing").status == 404
        now = int(time.time() * 1000)
        assert _write(bosco, request(([("__name__", "up"), ("job", "x")], [(now, 1.0)]))) == 204
        assert _write(bosco, request(([("job", "x")], [(now, 1.0)]))) == 400
        assert _write(bosco, b"\x0a\xff\xff") == 400
        assert _write(bosco, request(), Authorization="Bearer no") == 401
        bosco.kill()
    with running(tmp_path, PLAN) as bosco:
        found = {str(one["labels"]): one["value"] for one in bosco.ask("/api/v1/measures/basket").json()}
        assert found == {"{'shop': 'a'}": 2000, "{}": 3, "{'shop': 'b'}": 7}
        assert bosco.ask("/api/v1/measures/up").json()[0]["labels"] == {"job": "x"}


@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed")
def test_a_real_prometheus_writes_what_it_scraped(tmp_path: Path) -> None:
    with running(tmp_path, PLAN) as bosco:
        port = free_port()
        (tmp_path / "prometheus.yml").write_text(
            f"""
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: itself, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}},
  {{job_name: bosco, authorization: {{credentials: "{bosco.token}"}},
    static_configs: [{{targets: ["127.0.0.1:{bosco.port}"]}}]}}]
remote_write:
- url: http://127.0.0.1:{bosco.port}/api/v1/write
  basic_auth: {{username: prometheus, password: "{bosco.token}"}}
  queue_config: {{batch_send_deadline: 1s}}
  metadata_config: {{send_interval: 2s}}
"""
        )
        sender = subprocess.Popen(
            [
                *(str(PROMETHEUS), f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb"),
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            up = bosco.until("/api/v1/measures/up", lambda answer: answer.status == 200 and len(answer.json()) == 2)
            assert {one["labels"]["job"]: one["value"] for one in up.json()} == {"itself": 1, "bosco": 1}
            several = bosco.until("/api/v1/measures/prometheus_build_info", lambda answer: answer.status == 200)
            assert several.json()[0]["value"] == 1
        finally:
            sender.kill()
            sender.wait()
