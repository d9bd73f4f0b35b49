"""Sentences as plain values, so that a row or a fact can keep them until somebody reads them in a language."""

from datetime import timedelta
from typing import Any

from bosco.kit.plural import Plural
from bosco.kit.units import Quantity, say_duration
from bosco.kit.words import Message, Text


def pack(said: Any) -> Any:
    """Return the sentence as strings, numbers and mappings; what is no sentence becomes its plain text."""
    if said is None or isinstance(said, str | int | float):
        return said
    if isinstance(said, Message):
        return {"msg": said.text, "values": {name: pack(value) for name, value in said.values.items()}}
    if isinstance(said, Plural):
        values = {name: pack(value) for name, value in said.values.items()}
        return {"plural": said.count, "one": said.one, "many": said.many, "values": values}
    if isinstance(said, Text):
        return {"text": dict(said.texts)}
    if isinstance(said, Quantity):
        english, french = said.say("en"), said.say("fr")
        return english if english == french else {"text": {"en": english, "fr": french}}
    if isinstance(said, timedelta):
        return pack(say_duration(said))
    return str(said)


def unpack(packed: Any) -> Any:
    """Return the sentence that `pack` packed."""
    if not isinstance(packed, dict):
        return packed
    values = {name: unpack(value) for name, value in packed.get("values", {}).items()}
    if "msg" in packed:
        return Message(packed["msg"], values)
    if "plural" in packed:
        return Plural(packed["plural"], packed["one"], packed["many"], values)
    return Text(dict(packed.get("text", {})))
