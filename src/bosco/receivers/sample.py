"""A body as a sender sends it, for the page where a receiver is tried out."""

import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

from bosco.receivers.paths import at, steps_of
from bosco.receivers.section import Receiver

_PLACE = re.compile(r"\{([^{}]*)\}")
# What a program of one's own may tell, by the word that the plan gives its place.
_TOLD = {
    "key": "disk-web1",
    "title": "Disk of web1 is full",
    "state": "firing",
    "severity": "critical",
    "about": "api",
    "value": 98,
    "why": "Two gigabytes are left",
}


@dataclass(frozen=True)
class Sample:
    """The headers that tell what it is, and the body as text."""

    headers: dict[str, str]
    body: str


def sample_of(receiver: Receiver) -> Sample:
    """Return what such a sender sends; of JSON, with everything at the places that the plan names."""
    if receiver.kind == "json":
        return Sample({}, _written(_mapped(receiver)))
    file = resources.files("bosco.receivers.samples").joinpath(f"{receiver.kind}.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Sample(kept["headers"], _written(kept["body"]))


def _written(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2)


def _mapped(receiver: Any) -> Any:
    made: dict[str, Any] = {}
    for word, value in _TOLD.items():
        path = getattr(receiver, word)
        for place in _PLACE.findall(path) or [path]:
            if at(made, place) is None:
                _put(made, steps_of(place), value)
    if receiver.each is None:
        return made
    several: dict[str, Any] = {}
    _put(several, steps_of(receiver.each), [made])
    return several


def _put(body: Any, steps: tuple[str | int, ...], value: Any) -> None:
    """Write a value at a place, and make what leads there."""
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        new: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(body, list):
            index = step if isinstance(step, int) else 0
            body.extend(None for _ in range(index + 1 - len(body)))
            if following is None or body[index] is None:
                body[index] = new
            body = body[index]
        elif isinstance(body, dict):
            name = str(step)
            if following is None or name not in body:
                body[name] = new
            body = body[name]
        else:
            return
