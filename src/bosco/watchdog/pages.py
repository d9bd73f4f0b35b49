"""The page of Bosco's look at itself: what was looked at, what is amiss, and whether the sign outward leaves."""

from typing import Any

from litestar import Response, get, post

from bosco.kit.words import Message, msg
from bosco.plan.current import CurrentPlan
from bosco.watchdog.model import CHECKS
from bosco.watchdog.section import WATCHDOG
from bosco.watchdog.service import PATH, Watchdog
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [Nav(msg("Self-audit"), PATH, icon="heart-pulse", order=88)]
BEATS: dict[str, tuple[str, Message]] = {
    "arrived": ("ok", msg("It arrives")),
    "held back": ("critical", msg("Held back")),
    "unheard": ("degraded", msg("Nobody takes it")),
}


def routes(shell: Shell, watchdog: Watchdog, current: CurrentPlan) -> list[Any]:
    """Return the page."""

    @get(PATH)
    async def page(request: AnyRequest, visitor: Visitor) -> Response[str]:
        found = watchdog.last or await watchdog.look()
        counted = dict(found.looked_at)
        return shell.page(
            request,
            "watchdog/self_audit.html",
            found=found,
            steady=watchdog.steady,
            checks=[
                {"word": word, "label": label, "amiss": found.of(word), "count": counted.get(word)}
                for word, label in CHECKS.items()
            ],
            named=current.plan[WATCHDOG] is not None,
            beat=watchdog.beat,
            beat_shown=BEATS[watchdog.beat.state] if watchdog.beat else None,
            acts=visitor.may("responder"),
        )

    @post(f"{PATH}/look", guards=[may("responder")], status_code=200)
    async def look(request: AnyRequest) -> Response[Any]:
        found = await watchdog.look()
        return shell.go(request, PATH, msg("Something is amiss.") if found.findings else msg("Nothing is amiss."))

    return [page, look]
