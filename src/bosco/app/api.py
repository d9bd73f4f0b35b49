"""What machines ask about Bosco itself: is it alive, is it ready, how is it doing."""

from datetime import timedelta
from typing import Any

from litestar import MediaType, Response, get

from bosco.app.house import House
from bosco.kit.clock import Clock
from bosco.store.store import Store
from bosco.web.visitor import MACHINE

READY_LIMIT = timedelta(seconds=3)


def routes(house: House, store: Store, clock: Clock) -> list[Any]:
    """Return the three addresses."""

    @get("/livez", opt=MACHINE, media_type=MediaType.TEXT)
    async def alive() -> str:
        """Answer while the process answers."""
        return "ok\n"

    @get("/readyz", opt=MACHINE)
    async def readiness() -> Response[dict[str, Any]]:
        """Say whether everything that was started runs, and what does not."""
        reasons = await house.not_ready()
        try:
            async with clock.limit(READY_LIMIT):
                await store.read(lambda tx: tx.at)
        except Exception as error:
            reasons["store"] = type(error).__name__
        return Response({"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)

    @get("/metrics", opt=MACHINE)
    async def figures() -> Response[str]:
        """Tell Bosco's own figures, as Prometheus reads them."""
        return Response(await house.figures(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [alive, readiness, figures]
