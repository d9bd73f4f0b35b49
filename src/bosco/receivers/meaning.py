"""What a sender's words mean in the plan: its severity a level, its labels a service."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from bosco.kit.packed import pack
from bosco.kit.words import LANGUAGES, say
from bosco.notices.section import PRIORITIES
from bosco.plan.load import Plan
from bosco.receivers.model import Noted, Received
from bosco.receivers.section import Receiver
from bosco.services.deployments import Deployment
from bosco.services.section import ENVIRONMENTS, SERVICES

_WORDS = {
    "critical": "critical fatal emergency emerg alert page crit error err high disaster blocker severe p1 sev1 sev-1",
    "warning": "warning warn medium minor moderate average p2 p3 sev2 sev3 degraded",
    "info": "info information informational notice low debug trivial none p4 p5 sev4 sev5",
}
LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()}
# Labels that name what an alert is about, the most telling first.
_NAMING = ("service", "service_name", "component", "app", "application", "project", "repository", "job", "source")


def level_of(receiver: Receiver, severity: str) -> str:
    """Return the level of a severity: as the entry says, as its word is usually meant, or the entry's own."""
    word = severity.strip().casefold()
    own = {name.casefold(): level for name, level in receiver.levels.items()}
    return own.get(word) or LEVELS.get(word) or receiver.level


def priority_of(plan: Plan, receiver: Receiver, one: Received) -> str | None:
    """Return the priority that the entry gives, or that a label names; None lets the level tell it."""
    word = one.severity.strip().casefold()
    own = {name.casefold(): priority for name, priority in receiver.priorities.items()}
    if word in own:
        return own[word]
    named = one.labels.get("priority", "")
    return named if named in plan[PRIORITIES] else receiver.priority


def service_of(plan: Plan, receiver: Receiver, one: Received) -> str | None:
    """Return the service that an alert is about: as the entry says, as the plan calls it, or the entry's own."""
    known = _names(plan)
    for word in _words(one):
        found = receiver.services.get(word) or known.get(_slug(word))
        if found:
            return found
    return receiver.service


def deployed_of(plan: Plan, receiver: Receiver, note: Noted, at: datetime, by: str) -> Deployment | None:
    """Return the deployment that a note tells of, if the plan knows where it went."""
    word = note.service
    service = receiver.services.get(word) or _names(plan).get(_slug(word)) or receiver.service
    places = {_slug(key): key for key in plan[ENVIRONMENTS]}
    environment = places.get(_slug(note.environment))
    if not note.version or (service is None and environment is None):
        return None
    return Deployment(note.version, min(note.at or at, at), by, service, environment, note.link)


def _words(one: Received) -> Iterator[str]:
    if one.service:
        yield one.service
    for name in _NAMING:
        if value := one.labels.get(name):
            yield value


@lru_cache(maxsize=4)
def _names(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, service in plan[SERVICES].items():
        for language in LANGUAGES:
            found.setdefault(_slug(str(say(service.name or key, language))), key)
    return {**found, **{_slug(key): key for key in plan[SERVICES]}}


def _slug(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def packed_details(one: Received) -> tuple[tuple[object, object], ...]:
    """Return the details as an alert keeps them."""
    return tuple((pack(name), pack(value)) for name, value in one.details)
