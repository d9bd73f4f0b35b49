"""Facts: what happened, told upward without knowing who listens."""

from typing import Any, TypeVar

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, named in the past tense: `class ProbeWentDown(Fact, frozen=True, kw_only=True)`.

    It holds plain values only, for it is stored.

    `tx.publish(fact)` writes it inside the transaction that made it true; each listener receives it after the commit,
    at least once, also after a crash. A listener is therefore written so that hearing twice changes nothing.
    """

    @property
    def lane(self) -> str | None:
        """Return what keeps facts in order: those of one lane reach a listener one after the other."""
        return None


F = TypeVar("F", bound=Fact)


def fact_types() -> dict[str, type[Fact]]:
    """Return every kind of fact that has been imported, by its name."""
    found: dict[str, type[Fact]] = {}
    waiting: list[type[Fact]] = [Fact]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            found[kind.__name__] = kind
            waiting.append(kind)
    return found


def write_fact(fact: Fact) -> str:
    """Return the fact as JSON text."""
    return msgspec.json.encode(fact).decode()


def read_fact(name: str, text: str | bytes) -> Fact:
    """Return the fact that was written under that name; fields added since take their defaults."""
    kind = fact_types().get(name)
    if kind is None:
        raise LookupError(f"no kind of fact is called {name}")
    read: Any = msgspec.json.decode(text, type=kind)
    assert isinstance(read, Fact)
    return read
