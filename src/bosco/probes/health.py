"""Health endpoints read as they are: one verdict, one for each part, and the figures in between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bosco.probes.kind import Outcome
from bosco.probes.wanted import number_in

_WORDS: dict[Outcome, str] = {
    "up": "up ok okay healthy pass passing passed success green good alive available operational ready running "
    "connected serving online active normal true",
    "degraded": "degraded warn warning yellow partial partially_degraded slow unstable impaired",
    "down": "down unhealthy fail failed failing failure error critical red unavailable dead offline disconnected "
    "out_of_service broken stopped not_serving false",
    "unknown": "unknown starting pending",
}
WORD_OF: dict[str, Outcome] = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}
# From best to worst; what an application does not know of a part is no news about the whole.
RANK: dict[Outcome, int] = {"unknown": 0, "up": 1, "degraded": 2, "down": 3}

_VERDICTS = ("status", "state", "health", "healthy", "ok", "overall")
_CONTAINERS = (
    *("checks", "components", "details", "dependencies", "services", "entries", "results", "parts", "subsystems"),
    *("info", "error"),
)
_NAMES = ("name", "componentId", "component", "id")
_PATHS = {
    *("health", "healthz", "healthcheck", "health-check", "health_check", "status", "statusz", "ready", "readyz"),
    *("readiness", "live", "livez", "liveness", "actuator"),
}
_DEEPEST = 4
_MOST_PARTS = 100
_LONGEST_NAME = 80


@dataclass
class Health:
    """What an endpoint says of itself: its own verdict if it gives one, and its parts'."""

    own: Outcome | None = None
    word: str = ""
    parts: dict[str, Outcome] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """Return its verdict; a part that is not well makes a whole that calls itself well degraded."""
        worst: Outcome = max(self.parts.values(), key=lambda part: RANK[part], default="up")
        if self.own is None or self.own == "unknown":
            return "up" if worst == "unknown" else worst
        if self.own == "up":
            return "degraded" if RANK[worst] > RANK["up"] else "up"
        return self.own

    def failing(self) -> Iterator[str]:
        """Return the parts that are not well."""
        yield from (name for name, outcome in self.parts.items() if RANK[outcome] > RANK["up"])


def read_health(data: Any, path: str, media_type: str) -> Health | None:
    """Return what a JSON document says of its application's health, None if it speaks of something else."""
    if not isinstance(data, dict):
        return None
    word, own = _verdict(data)
    containers = [data[key] for key in _CONTAINERS if isinstance(data.get(key), (dict, list)) and data[key]]
    meant = "health" in media_type or bool(_PATHS & set(path.lower().strip("/").split("/")))
    if own is None and not (meant and containers):
        return None
    if not meant and not containers:
        return None
    health = Health(own, word)
    for container in containers:
        _read_parts(container, "", health, 0)
    return health if own is not None or health.parts else None


def outcome_of(value: Any) -> Outcome | None:
    """Return what a word or a yes or no of a health endpoint means, None if it means nothing."""
    if isinstance(value, bool):
        return "up" if value else "down"
    if isinstance(value, str) and len(value) < 40:
        return WORD_OF.get(value.strip().lower().replace(" ", "_").replace("-", "_"))
    return None


def _verdict(data: Mapping[str, Any]) -> tuple[str, Outcome | None]:
    lowered = {str(key).lower(): value for key, value in data.items()}
    for key in _VERDICTS:
        if (outcome := outcome_of(lowered.get(key))) is not None:
            return str(lowered[key]), outcome
    return "", None


def _read_parts(container: Any, prefix: str, health: Health, depth: int) -> None:
    for name, value in _named(container):
        if len(health.parts) >= _MOST_PARTS or len(health.measures) >= _MOST_PARTS:
            return
        _read_part(f"{prefix}{name}"[:_LONGEST_NAME], value, health, depth)


def _named(container: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(container, dict):
        yield from ((str(name), value) for name, value in container.items())
        return
    for place, value in enumerate(container[:_MOST_PARTS]):
        given = [value[key] for key in _NAMES if isinstance(value.get(key), str)] if isinstance(value, dict) else []
        yield (given[0] if given else str(place)), value


def _read_part(name: str, value: Any, health: Health, depth: int) -> None:
    if (figure := number_in(value)) is not None:
        health.measures[name] = figure
    elif (outcome := outcome_of(value)) is not None:
        _note(name, outcome, health)
    elif isinstance(value, list) and depth < _DEEPEST:
        # RFC health+json: several observations of one component.
        for one in value[:_MOST_PARTS]:
            _read_part(name, one, health, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        _read_object(name, value, health, depth)


def _read_object(name: str, value: dict[str, Any], health: Health, depth: int) -> None:
    _, own = _verdict(value)
    if own is not None:
        _note(name, own, health)
    inner = [value[key] for key in ("components", "checks") if isinstance(value.get(key), (dict, list))]
    for container in inner:
        _read_parts(container, f"{name}.", health, depth + 1)
    for key, observed in value.items():
        if (figure := number_in(observed)) is not None and len(health.measures) < _MOST_PARTS:
            health.measures[name if key == "observedValue" else f"{name}.{key}"[:_LONGEST_NAME]] = figure


def _note(name: str, outcome: Outcome, health: Health) -> None:
    known = health.parts.get(name)
    if known is None or RANK[outcome] > RANK[known]:
        health.parts[name] = outcome
