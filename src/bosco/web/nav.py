"""An entry of the navigation; each room's `pages.py` exports its own as `NAV = [Nav(…)]`."""

from collections.abc import Iterable
from dataclasses import dataclass

from bosco.kit.words import Message, msg
from bosco.web.visitor import Role, Visitor


@dataclass(frozen=True)
class Nav:
    """One place to go; the icon is a name of lucide, written `icon="siren"` to be brought along.

    Small orders come first, and say in which part of the navigation it stands.
    """

    label: Message
    path: str
    icon: str
    order: int = 50
    may: Role | None = "viewer"
    # Something to do from every page, shown as a button; it is no place of its own.
    calls: bool = False

    def open_to(self, visitor: Visitor) -> bool:
        """Say whether that visitor would be let in."""
        return self.may is None or visitor.may(self.may)

    def leads_to(self, path: str) -> bool:
        """Say whether a page of that path lies below this entry."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


# Below which order each part ends, and how it is called; what concerns everybody at once needs no heading.
PARTS = ((20, None), (40, msg("Watch")), (60, msg("Cases")), (80, msg("Who and how")), (1000, msg("Behind it")))


def parted(entries: Iterable[Nav]) -> list[tuple[Message | None, list[Nav]]]:
    """Return the entries, which come in their order, part by part; a part without entries is left out."""
    left = list(entries)
    found = []
    for end, heading in PARTS:
        part = [entry for entry in left if entry.order < end]
        left = left[len(part) :]
        if part:
            found.append((heading, part))
    return found
