"""Where something stands in a JSON body: `order.id`, `items[0].name`; and sentences with such places in braces."""

import re
from collections.abc import Iterator
from typing import Any

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg

DEEPEST = 32
_STEP = re.compile(r"\.?([^.\[\]{}\s]+)|\[(\d{1,6})\]")
_PLACE = re.compile(r"\{([^{}]*)\}")


def steps_of(path: str) -> tuple[str | int, ...]:
    """Return the steps of a path, or refuse what is none."""
    found: list[str | int] = []
    place = 0
    for step in _STEP.finditer(path):
        if step.start() != place or (place == 0 and path.startswith(".")):
            break
        found.append(step[1] if step[1] is not None else int(step[2]))
        place = step.end()
    if place != len(path) or not found:
        raise Unreadable(
            msg("“{text}” is no place in a JSON body", text=path[:80]),
            expected=msg("a path such as {like}", like="order.id, or items[0].name"),
        )
    return tuple(found)


def read_sentence(text: str) -> str:
    """Take a path, or a sentence with paths in braces."""
    for path in _PLACE.findall(text) if "{" in text or " " in text.strip() else [text]:
        steps_of(path)
    return text


def at(body: Any, path: str) -> Any:
    """Return what stands there; None where nothing does."""
    for step in steps_of(path):
        if isinstance(body, dict):
            body = body.get(str(step))
        elif isinstance(body, list) and isinstance(step, int):
            body = body[step] if step < len(body) else None
        else:
            return None
    return body


def said(body: Any, sentence: str) -> str:
    """Return the sentence with what stands at its places, or what stands at the one place that it is."""
    if "{" not in sentence and " " not in sentence.strip():
        return plain(at(body, sentence))
    return _PLACE.sub(lambda found: plain(at(body, found[1])), sentence)


def plain(value: Any) -> str:
    """Return a value as a sentence holds it."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def too_deep(body: Any) -> bool:
    """Say whether a body is nested deeper than anybody means it to be."""
    waiting: list[tuple[Any, int]] = [(body, 1)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        waiting.extend((inner, depth + 1) for inner in _inside(one))
    return False


def _inside(one: Any) -> Iterator[Any]:
    if isinstance(one, dict):
        yield from one.values()
    elif isinstance(one, list):
        yield from one
