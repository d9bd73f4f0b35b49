"""A real MariaDB of this test process: on a free port of 127.0.0.1, with an empty database `shop`, gone afterwards."""

import contextlib
import getpass
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
from tests.running import free_port
from tests.stores import skip


def mariadb_server(folder: Path) -> Iterator[int]:
    """Yield the port of a server whose user `root` needs no password."""
    program, install = shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), shutil.which("mariadb-install-db")
    if program is None or install is None:
        skip("needs mariadbd")
        return
    data, port = folder / "mysql", free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    who = f"--user={getpass.getuser()}"
    plain = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([install, "--no-defaults", f"--datadir={data}", who, *plain], check=True, **quiet)
    server = subprocess.Popen(
        [
            *(program, "--no-defaults", f"--datadir={data}", who, f"--port={port}", "--bind-address=127.0.0.1"),
            *(f"--socket={folder}/sock", "--innodb-flush-method=nosync", "--skip-log-bin"),
        ],
        **quiet,
    )
    try:
        _prepare(port, server)
        yield port
    finally:
        server.kill()
        server.wait()


def _prepare(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "mariadbd ended"
        with contextlib.suppress(pymysql.Error):
            connection = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)
            with connection, connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE shop")
            return
        time.sleep(0.05)
    raise AssertionError("mariadbd is not ready")
