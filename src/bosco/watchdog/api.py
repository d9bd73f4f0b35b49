"""Bosco's look at itself, for programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import get

from bosco.kit.words import say
from bosco.watchdog.model import Check
from bosco.watchdog.service import Watchdog
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest


@dataclass
class FindingOut:
    """One thing that is amiss; what is grave is an alarm."""

    check: Check
    says: str
    grave: bool


@dataclass
class SelfAuditOut:
    """What the last look found, and what came of the last heartbeat outward."""

    at: datetime
    well: bool
    findings: list[FindingOut]
    heartbeat: str | None
    heartbeat_at: datetime | None


def routes(watchdog: Watchdog, shell: Shell) -> list[Any]:
    """Return the address."""

    @get("/api/v1/self-audit", summary="What Bosco finds amiss with itself", tags=["self-audit"])
    async def audit(request: AnyRequest) -> SelfAuditOut:
        found, spoken = watchdog.last or await watchdog.look(), shell.reader(request).language
        told = [FindingOut(one.check, str(say(one.says, spoken)), one.grave) for one in found.findings]
        beat = watchdog.beat
        return SelfAuditOut(
            found.at, not watchdog.steady, told, beat.state if beat else None, beat.at if beat else None
        )

    return [audit]
