"""A real Redis of this test process: on a free port of 127.0.0.1, with a password, gone afterwards."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.stores import skip

PASSWORD = "right s3cret"


def redis_server(folder: Path) -> Iterator[int]:
    """Yield the port of a server that wants a password."""
    program = shutil.which("redis-server")
    if program is None:
        skip("needs redis-server")
        return
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    (folder / "redis.conf").write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass "{PASSWORD}"\nsave ""\nappendonly no\ndir {folder}\n'
    )
    process = subprocess.Popen([program, str(folder / "redis.conf")], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(400):
        assert process.poll() is None, "redis-server ended"
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("redis-server does not listen")
