"""Whether everything that was started runs: asked by a room that stands below whoever started it."""

from collections.abc import Awaitable, Callable

Ask = Callable[[], Awaitable[dict[str, str]]]


class Readiness:
    """Hands the question on to whoever knows the answer."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def reasons(self) -> dict[str, str]:
        """Return what does not run as it should, by the part that says so."""
        return await self._ask()
