"""How every service stands: its state and whose fault it is, and how much of its promise is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bosco.kit.plural import plural
from bosco.kit.words import Sayable, Text, msg
from bosco.notices.urgency import Urgency, urgency_of
from bosco.plan.load import Plan
from bosco.services.model import Standing
from bosco.services.section import SERVICES, Service, service_name
from bosco.web.states import STATES

# The worst first; a service that nobody watches is no trouble, but no calm either.
WORST = ("down", "degraded", "unknown", "unwatched", "up")


@dataclass(frozen=True)
class Link:
    """Another service, with how it stands."""

    key: str
    label: Text | str
    word: str


@dataclass(frozen=True)
class Stands:
    """One service as it stands."""

    key: str
    label: Text | str
    declared: Service
    # Its state, or `unwatched`.
    word: str
    since: datetime | None
    because: Sayable | None
    urgency: Urgency | None
    needs: tuple[Link, ...]
    # What it needs and what is itself not well for no other's sake.
    causes: tuple[Link, ...]

    @property
    def tone(self) -> str:
        """Return the tone of its state."""
        return "muted" if self.word == "unwatched" else STATES[self.word][0]

    @property
    def wrong(self) -> bool:
        """Say whether it is in trouble."""
        return self.word in ("down", "degraded")


def stands(plan: Plan, key: str, standings: Mapping[str, Standing]) -> Stands:
    """Return how a service stands."""
    declared, standing = plan[SERVICES][key], standings.get(key)
    word = word_of(key, standings)
    code = {"down": declared.down, "degraded": declared.degraded}.get(word)
    return Stands(
        key=key,
        label=service_name(plan, key),
        declared=declared,
        word=word,
        since=standing.since if standing else None,
        because=standing.because if standing else None,
        urgency=urgency_of(plan, code, down=word == "down"),
        needs=tuple(link(plan, need, standings) for need in declared.needs if need in plan[SERVICES]),
        causes=tuple(link(plan, one, standings) for one in causes(plan, key, standings)) if word != "up" else (),
    )


def word_of(key: str, standings: Mapping[str, Standing]) -> str:
    """Return a service's state, or `unwatched` when no probe looks at it."""
    return standings[key].state if key in standings else "unwatched"


def link(plan: Plan, key: str, standings: Mapping[str, Standing]) -> Link:
    """Return a service as others name it."""
    return Link(key, service_name(plan, key), word_of(key, standings))


def causes(plan: Plan, key: str, standings: Mapping[str, Standing]) -> list[str]:
    """Return where the trouble of a service begins: what it needs and is down, while nothing below that is."""
    found: list[str] = []
    seen, waiting = {key}, [key]
    while waiting:
        one = waiting.pop()
        declared = plan[SERVICES].get(one)
        down = [need for need in declared.needs if word_of(need, standings) == "down"] if declared else []
        if not down and one != key and one not in found:
            found.append(one)
        waiting.extend(need for need in down if need not in seen)
        seen.update(down)
    return found


def summary(found: list[Stands]) -> tuple[str, object]:
    """Return the tone and the sentence about all of them."""
    count = {word: [one for one in found if one.word == word] for word in WORST}
    for word, tone in (("down", "critical"), ("degraded", "degraded")):
        if count[word]:
            return tone, _wrong(count[word], down=word == "down")
    if not count["up"]:
        return "unknown", msg("Nothing has been looked at yet")
    if count["unknown"]:
        return "unknown", plural(
            len(count["unknown"]), "{n} service could not be looked at", "{n} services could not be looked at"
        )
    return "ok", msg("Everything that is watched is up")


def _wrong(wrong: list[Stands], *, down: bool) -> object:
    if down:
        if len(wrong) == 1:
            return msg("{service} is down", service=wrong[0].label)
        return plural(len(wrong), "{n} service is down", "{n} services are down")
    if len(wrong) == 1:
        return msg("{service} is degraded", service=wrong[0].label)
    return plural(len(wrong), "{n} service is degraded", "{n} services are degraded")
