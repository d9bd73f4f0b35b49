"""A real Alertmanager of this test process: on a free port of 127.0.0.1, gone afterwards."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.stores import skip
from tests.targets.prometheus_server import wait_for


def alertmanager_server(folder: Path, config: str) -> Iterator[str]:
    """Yield the address (host and port) of an Alertmanager with that configuration."""
    program = shutil.which("prometheus-alertmanager")
    if program is None:
        skip("needs prometheus-alertmanager")
        return
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{door.getsockname()[1]}"
    (folder / "alertmanager.yml").write_text(config)
    process = subprocess.Popen(
        [
            program,
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            "--log.level=error",
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://{address}/-/ready", process)
        yield address
    finally:
        process.kill()
        process.wait()
