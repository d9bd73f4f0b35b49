"""Whose turn it is to write the SQLite file: one process at a time, and nobody is starved."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turn:
    """A turnstile of two file locks: who has just written stands behind whoever came meanwhile.

    SQLite itself only lets writers try again until they give up with "database is locked".
    """

    def __init__(self, file: Path) -> None:
        self._door = os.open(f"{file}-door", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._desk = os.open(f"{file}-desk", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._desk, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._desk, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the files back."""
        os.close(self._door)
        os.close(self._desk)
