"""A real Prometheus of this test process: on a free port of 127.0.0.1, fed by remote write, gone afterwards."""

import contextlib
import json
import shutil
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cramjam
from tests.stores import skip

from bosco.promql.source import Series

# Milliseconds of samples in one request.
_SLICE = 600_000


class Prometheus:
    """Its HTTP API, as far as tests need it."""

    def __init__(self, address: str, proof: str = "") -> None:
        self.address = address
        self._proof = {"Authorization": proof} if proof else {}

    def ask(self, path: str, **form: Any) -> dict[str, Any]:
        """Ask by POST, and return what it says, refusals included."""
        return self.told(path, form)[1]

    def get(self, path: str) -> dict[str, Any]:
        """Ask by GET."""
        return self.told(path)[1]

    def told(self, path: str, form: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Ask, by POST if there is a form, and return the status and what it says."""
        body = None if form is None else urllib.parse.urlencode(form, doseq=True).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", body, self._proof)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status), json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def write(self, series: Sequence[Series], slice_ms: int = _SLICE) -> None:
        """Send samples by remote write, in the order of time: it takes nothing that is much older than the newest."""
        for body in _requests(series, slice_ms):
            request = urllib.request.Request(f"{self.address}/api/v1/write", bytes(body), {**_HEADERS, **self._proof})
            urllib.request.urlopen(request, timeout=60).close()


_HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
CONFIG = "global: {evaluation_interval: 1m}\n"


def _requests(series: Sequence[Series], slice_ms: int) -> Iterator[bytes]:
    first = min(int(one.times[0]) for one in series)
    last = max(int(one.times[-1]) for one in series)
    labels = [_labels(one) for one in series]
    for begin in range(first, last + 1, slice_ms):
        message = bytearray()
        for one, named in zip(series, labels, strict=True):
            low, high = one.times.searchsorted([begin, begin + slice_ms])
            samples = b"".join(
                _field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(at))
                for at, value in zip(one.times[low:high].tolist(), one.values[low:high], strict=True)
            )
            if samples:
                message += _field(1, named + samples)
        if message:
            yield bytes(cramjam.snappy.compress_raw(bytes(message)))


def _labels(one: Series) -> bytes:
    return b"".join(
        _field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in sorted(one.labels.items())
    )


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def prometheus_server(folder: Path, config: str = CONFIG, *more: str) -> Iterator[Prometheus]:
    """Yield a Prometheus that takes what is written to it, and does what its configuration says: by default nothing.

    In the configuration, `PORT` is where it listens itself.
    """
    program = shutil.which("prometheus")
    if program is None:
        skip("needs prometheus")
        return
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    (folder / "prometheus.yml").write_text(config.replace("PORT", str(port)))
    process = subprocess.Popen(
        [
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--storage.tsdb.retention.time=10y",
            "--web.enable-remote-write-receiver",
            "--log.level=error",
            *more,
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/-/ready", process)
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a server answers."""
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.05)
    raise AssertionError("the server is not ready")
