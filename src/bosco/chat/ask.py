"""What somebody asks for after `/incident`: read as people type it, in French or in English."""

import html
import re
from dataclasses import dataclass
from typing import Literal

from bosco.plan.spelling import plain

Verb = Literal["help", "list", "new", "take", "resolve", "comment"]
WORDS: dict[str, Verb] = {
    **dict.fromkeys(("", "help", "aide", "?"), "help"),
    **dict.fromkeys(("list", "liste", "open", "status", "etat"), "list"),
    **dict.fromkeys(("new", "nouveau", "nouvel", "declare", "declarer"), "new"),
    **dict.fromkeys(("take", "ack", "acknowledge", "prendre", "acquitter"), "take"),
    **dict.fromkeys(("resolve", "close", "resoudre", "clore", "fermer"), "resolve"),
    **dict.fromkeys(("comment", "say", "note", "commenter", "dire"), "comment"),
}
NEEDS_TEXT = ("new",)
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
# How Slack writes a link, a person, a channel.
_MARK = re.compile(r"<([^<>|]{1,2000})(?:\|([^<>]{0,500}))?>")


@dataclass(frozen=True)
class Asked:
    """What is to be done, with which incident, and the words that came along."""

    verb: Verb
    number: str = ""
    text: str = ""


def read_command(typed: str) -> Asked | None:
    """Return what is asked for; None for a word that nobody knows."""
    first, _, rest = typed.strip().partition(" ")
    verb = WORDS.get(plain(first[:60]))
    if verb is None:
        return None
    rest = rest.strip()
    if verb in ("help", "list"):
        return Asked(verb)
    if verb == "new":
        return Asked(verb, text=unmarked(rest))
    number, _, text = rest.partition(" ")
    return Asked(verb, number if _NUMBER.fullmatch(number) else "", unmarked(text.strip()))


def priority_in(text: str, known: list[str]) -> tuple[str | None, str]:
    """Return the priority that a title begins with, and the title without it: `P1 Nobody can pay`."""
    first, _, rest = text.partition(" ")
    found = next((one for one in known if one.casefold() == first.rstrip(":").casefold()), None)
    return (found, rest.strip()) if found and rest.strip() else (None, text)


def unmarked(text: str) -> str:
    """Return the words of somebody without Slack's marks: links as addresses, people by their names."""
    return html.unescape(_MARK.sub(_shown, text)).strip()


def _shown(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith(("@", "#", "!")):
        return f"{target[0] if target[0] != '!' else '@'}{label.lstrip('@#') or target[1:]}"
    if label and label != target and not target.endswith(label):
        return f"{label} ({target})"
    return target
