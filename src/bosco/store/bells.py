"""Bells: a committed transaction wakes those who asked, on their own event loop."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from threading import Lock

Unhook = Callable[[], None]


class Bells:
    """Who wants to be woken by which bell; a bell may be missed in a crash, so everybody also looks by themselves."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hooked: dict[str, list[tuple[asyncio.AbstractEventLoop, Callable[[], None]]]] = {}

    def hook(self, name: str, callback: Callable[[], None]) -> Unhook:
        """Call back on this event loop whenever the bell rings; the answer ends that."""
        entry = (asyncio.get_running_loop(), callback)
        with self._lock:
            self._hooked.setdefault(name, []).append(entry)

        def unhook() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._hooked[name].remove(entry)

        return unhook

    def ring(self, names: Iterable[str]) -> None:
        """Wake everybody who asked, from any thread."""
        with self._lock:
            woken = [entry for name in names for entry in self._hooked.get(name, ())]
        for loop, callback in woken:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(callback)
