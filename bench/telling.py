"""From an alert to the message in the hands of its channel, beside Debian's Alertmanager: alone, and during a storm."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROUNDS = 3
# So many groups at once are told one by one; more share a letter.
ALERTS = 8
PAUSE = 0.4
BATCH = 50
SECRET = "s" * 32
PLAN = """\
plan: Bench
receivers: {prometheus: {alertmanager: "${AM}"}}
incidents: {open: [], ticket: []}
channels: {hook: {webhook: "${SINK}"}}
notify: {P1: {hook: now}, P2: {hook: now}, P3: {hook: grouped}}
levels: {critical: P1, warning: P3}
"""
CONFIG = """\
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1m
  routes: [{matchers: ['severity="warning"'], group_by: [severity], group_wait: 30m}]
receivers: [{name: hook, webhook_configs: [{url: "SINK"}]}]
"""


class Sink:
    """Where both deliver: keeps when each alert was named first."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}
        self.messages = 0
        sink = self

        class Takes(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                at = time.perf_counter()
                sink.messages += 1
                for name in [one for one in sink.awaited if one in body]:
                    sink.first.setdefault(name, at)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                pass

        self.awaited: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        self.url = f"http://127.0.0.1:{self._http.server_port}/"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _running(command: list[str], port: int, ready: str, environ: dict[str, str]):
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environ}
    )
    try:
        for _ in range(600):
            if _ask(port, "GET", ready) == 200:
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _ask(port: int, verb: str, path: str, body: object = None) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}
        connection.request(verb, path, None if body is None else json.dumps(body), headers)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _alert(name: str, severity: str) -> dict[str, object]:
    return {"labels": {"alertname": name, "severity": severity}, "annotations": {"summary": name}}


def _round(port: int, sink: Sink, label: str, storm: bool) -> tuple[list[float], int]:
    """Post alerts one by one; return how long each took to arrive, and how many others were taken meanwhile."""
    over, taken = threading.Event(), [0]

    def flood() -> None:
        while not over.is_set():
            batch = [_alert(f"noise-{label}-{taken[0] + n}", "warning") for n in range(BATCH)]
            taken[0] += BATCH if _ask(port, "POST", "/api/v2/alerts", batch) == 200 else 0

    flooding = threading.Thread(target=flood)
    if storm:
        flooding.start()
        time.sleep(1)
    names, began = [f"urgent-{label}-{n:02}x" for n in range(ALERTS)], {}
    sink.awaited = names
    for name in names:
        began[name] = time.perf_counter()
        _ask(port, "POST", "/api/v2/alerts", [_alert(name, "critical")])
        time.sleep(PAUSE)
    end = time.monotonic() + 30
    while len([one for one in names if one in sink.first]) < ALERTS and time.monotonic() < end:
        time.sleep(0.05)
    over.set()
    if storm:
        flooding.join()
    return [sink.first[one] - began[one] for one in names if one in sink.first], taken[0]


def _bosco(folder: Path, sink: Sink):
    port, plan = _free_port(), folder / "plan.yml"
    plan.write_text(PLAN)
    command = [sys.executable, "-m", "bosco", "up", "--plan", str(plan), "--data", str(folder / "data")]
    return port, _running([*command, "--port", str(port)], port, "/readyz", {"AM": SECRET, "SINK": sink.url})


def _alertmanager(folder: Path, sink: Sink):
    port, config = _free_port(), folder / "alertmanager.yml"
    config.write_text(CONFIG.replace("SINK", sink.url))
    command = ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={folder / 'kept'}"]
    more = [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    return port, _running([*command, *more], port, "/-/ready", {})


def _tell(name: str, waits: list[float], lost: int, taken: int) -> None:
    if not waits:
        print(f"  {name:<14} none of {lost} within 30 s")
        return
    cuts = statistics.quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    more = f", {taken} others taken meanwhile" if taken else ""
    print(
        f"  {name:<14} median {statistics.median(waits) * 1000:7.1f} ms  p99 {cuts[98] * 1000:7.1f} ms"
        f"  ({len(waits)} told, {lost} not within 30 s{more})"
    )


def main() -> None:
    """Print how long alerts take, alone and in a storm, for both."""
    makers = {"Bosco": _bosco, "Alertmanager": _alertmanager}
    if shutil.which("prometheus-alertmanager") is None:
        del makers["Alertmanager"]
        print("  prometheus-alertmanager is not installed: Bosco alone")
    print(f"telling: {ROUNDS} x {ALERTS} alerts, POST /api/v2/alerts to the same webhook; Bosco's are durable (fsync)")
    for storm in (False, True):
        print(" during a storm:" if storm else " alone:")
        for name, make in makers.items():
            waits: list[float] = []
            taken = 0
            for number in range(ROUNDS):
                sink = Sink()
                with tempfile.TemporaryDirectory() as folder:
                    port, running = make(Path(folder), sink)
                    with running:
                        some, more = _round(port, sink, f"{number}", storm)
                waits += some
                taken += more
                sink.close()
            _tell(name, waits, ROUNDS * ALERTS - len(waits), taken)


if __name__ == "__main__":
    main()
