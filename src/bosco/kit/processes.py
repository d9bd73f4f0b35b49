"""Running another program: bounded in time and in what it may say, ended for certain."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bosco.kit.clock import Clock

OUTPUT_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Ran:
    """What a program said and how it ended; `status` is None when it had to be stopped."""

    status: int | None
    output: bytes
    errors: bytes
    took: timedelta
    cut: bool = False


class Processes(Protocol):
    """The door to other programs."""

    async def run(
        self,
        command: Sequence[str],
        *,
        limit: timedelta,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ran:
        """Run the program without a shell, stop it and its children at the limit; OSError if it cannot start."""


async def _read_some(stream: asyncio.StreamReader) -> tuple[bytes, bool]:
    kept, cut = b"", False
    while chunk := await stream.read(8192):
        room = OUTPUT_LIMIT - len(kept)
        kept, cut = kept + chunk[:room], cut or len(chunk) > room
    return kept, cut


class RealProcesses:
    """Programs of this machine, each in a session of its own so that its children end with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(
        self,
        command: Sequence[str],
        *,
        limit: timedelta,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ran:
        """Run the program; its children end with it."""
        started = self._clock.monotonic()
        with self._clock.busy():
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=None if environment is None else {**os.environ, **environment},
                cwd=folder,
                start_new_session=True,
            )
            assert process.stdin
            assert process.stdout
            assert process.stderr
            reads = [asyncio.ensure_future(_read_some(stream)) for stream in (process.stdout, process.stderr)]
            status: int | None = None
            try:
                async with asyncio.timeout(limit.total_seconds()):
                    # A program that has already ended takes nothing; uvloop says so by a RuntimeError.
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
                        process.stdin.write(stdin)
                        await process.stdin.drain()
                    process.stdin.close()
                    await asyncio.gather(*reads)
                    status = await process.wait()
            except TimeoutError:
                pass
            finally:
                # Also when cancelled, and also for children that outlived a parent which has already ended.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                if process.returncode is None:
                    await process.wait()
            said = [read.result() if read.done() and not read.cancelled() else (b"", True) for read in reads]
            for read in reads:
                read.cancel()
        (output, cut), (errors, cut_too) = said
        took = timedelta(seconds=self._clock.monotonic() - started)
        return Ran(status, output, errors, took, cut or cut_too)
