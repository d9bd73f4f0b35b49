"""The board of environments: where each is, how it is, what runs there, how available it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bosco.kit.words import Text
from bosco.plan.load import Plan
from bosco.probes.model import ProbeView
from bosco.probes.section import PROBES
from bosco.services.availability import measure
from bosco.services.budget import Verdict, judge
from bosco.services.deployments import Deployment
from bosco.services.intervals import Interval
from bosco.services.model import Standing
from bosco.services.section import ENVIRONMENTS, SERVICES
from bosco.services.spans import Span

_ORDER = ("down", "degraded", "unknown", "up")


@dataclass(frozen=True)
class Members:
    """What runs in an environment, as far as Bosco watches it."""

    services: tuple[str, ...]
    probes: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """One environment as it stands; without a state nothing in it is watched."""

    key: str
    label: Text | str
    url: str | None
    word: str | None
    since: datetime | None
    share: float | None
    sla: float | None
    # How its promise stands; None without a promise.
    verdict: Verdict | None
    # What was deployed there last.
    release: Deployment | None = None


def members(plan: Plan, key: str) -> Members:
    """Return what the plan says is in an environment; else what has its address."""
    place = _place(plan[ENVIRONMENTS][key].url)
    services = tuple(
        name
        for name, one in plan[SERVICES].items()
        if one.environment == key or (one.environment is None and place and _place(one.url) == place)
    )
    probes = tuple(
        name
        for name, one in plan[PROBES].items()
        if (one.environment == key or (one.environment is None and place and _place(_address(one)) == place))
        and one.service not in services
    )
    return Members(services, probes)


def _address(probe: object) -> str | None:
    found = getattr(probe, "http", None)
    return found if isinstance(found, str) else None


def _place(url: str | None) -> str:
    try:
        return urlsplit(url or "").netloc.rpartition("@")[2].casefold()
    except ValueError:
        return ""


def place_of(  # noqa: PLR0913, PLR0917 - it is put together from both sorts of members
    plan: Plan,
    key: str,
    its: Members,
    standings: Mapping[str, Standing],
    views: Mapping[str, ProbeView],
    intervals: Sequence[Interval],
    span: Span,
    now: datetime,
    release: Deployment | None = None,
) -> Place:
    """Return how an environment stands: as its worst member."""
    declared = plan[ENVIRONMENTS][key]
    parts: list[tuple[str, datetime]] = [
        (standings[name].state, standings[name].since) for name in its.services if name in standings
    ]
    parts += [(views[name].state, views[name].since) for name in its.probes if name in views]
    word = next((state for state in _ORDER if any(part[0] == state for part in parts)), None)
    since = min((at for state, at in parts if state == word), default=None)
    # Of several members, the worse one counts wherever they overlap.
    found = measure(intervals, span, now)
    verdict = judge(found, declared.sla).verdict if declared.sla is not None and parts else None
    return Place(key, declared.name or key, declared.url, word, since, found.share, declared.sla, verdict, release)
