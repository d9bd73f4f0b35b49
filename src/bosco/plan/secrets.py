"""Secrets: a plan says `${NAME}`; the value stands in the environment, or in a file of the data folder."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg

PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def names_in(text: str) -> Iterator[str]:
    """Return the names of the secrets that a text asks for."""
    return (found[1] for found in PLACE.finditer(text))


class Secrets:
    """Where the values of `${NAME}` come from; they never enter the plan, its pages or its revisions."""

    def __init__(self, folder: Path | None, environ: Mapping[str, str]) -> None:
        self._folder = folder / "secrets" if folder else None
        self._environ = environ

    def fill(self, text: str) -> str:
        """Return the text with every `${NAME}` replaced, refusing if one is not set."""
        return PLACE.sub(lambda found: self._value(found[1]), text)

    def missing(self, text: str) -> list[str]:
        """Return the names that the text asks for and nobody has set."""
        return [name for name in names_in(text) if self._find(name) is None]

    def _value(self, name: str) -> str:
        value = self._find(name)
        if value is None:
            raise Refusal(
                Code.UNAVAILABLE,
                msg("The secret {name} is not set.", name=name),
                msg(
                    "Set {name} in the environment, or write it to the file secrets/{name} of the data folder.",
                    name=name,
                ),
            )
        return value

    def _find(self, name: str) -> str | None:
        # The installation's own key and settings are nobody's to send anywhere.
        if name == "key" or name.upper().startswith("BOSCO_"):
            return None
        if name in self._environ:
            return self._environ[name]
        if self._folder is None:
            return None
        try:
            # An editor's last newline is not part of a secret.
            return (self._folder / name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            return None
