"""An incident as one message of Slack: what, how urgent, where it stands, who has it, and what can be pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bosco.channels.kinds.slack import COLORS, LONGEST, escape
from bosco.kit.words import Language, Message, Sayable, Text, msg, say

TAKE, RESOLVE = "incident.take", "incident.resolve"


@dataclass(frozen=True)
class Card:
    """What the message says of an incident."""

    number: str
    title: str
    priority: str
    stage: Text | Sayable
    since: str
    service: Text | Sayable | None
    holder: Text | Sayable | None
    color: str | None
    over: bool
    url: str
    told: Sequence[Message] = ()


def blocks_of(card: Card, language: Language) -> dict[str, Any]:
    """Return the message as Slack takes it; every word of a person is plain text, in which nothing is a command."""

    def word(text: Any) -> str:
        return str(say(text, language))

    facts = [f"{word(msg('Stage'))}: {word(card.stage)}", f"{word(msg('Since'))}: {card.since}"]
    if card.service:
        facts.append(f"{word(msg('Service'))}: {word(card.service)}")
    nobody = msg("nobody yet")
    facts.append(f"{word(msg('Who is on it'))}: {word(card.holder or nobody)}")
    facts += [word(one) for one in card.told]
    head = f"{card.priority} {card.number} {card.title}".strip()
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": _plain(head)},
        {"type": "section", "text": _plain("\n".join(facts))},
        {"type": "actions", "elements": _buttons(card, word)},
    ]
    if not card.over:
        hint = word(msg("What is written below becomes a comment of the incident."))
        blocks.append({"type": "context", "elements": [_plain(hint)]})
    color = COLORS["green"] if card.over else COLORS.get(card.color or "", "#6b7280")
    return {"text": escape(head), "attachments": [{"color": color, "blocks": blocks}]}


def _buttons(card: Card, word: Any) -> list[dict[str, Any]]:
    found = []
    if not card.over and not card.holder:
        found.append(_button(word(msg("I take it")), TAKE, card.number, "primary"))
    if not card.over:
        found.append(_button(word(msg("Resolve")), RESOLVE, card.number))
    found.append(
        {"type": "button", "text": _plain(word(msg("Open it"))), "url": card.url, "action_id": "incident.open"}
    )
    return found


def _button(label: str, action: str, value: str, style: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "button", "text": _plain(label), "action_id": action, "value": value}
    return {**made, "style": style} if style else made


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text[:LONGEST] or "—", "emoji": False}
