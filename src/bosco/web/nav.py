"""An entry of the navigation; each room's `pages.py` exports its own as `NAV = [Nav(…)]`."""

from dataclasses import dataclass

from bosco.kit.words import Message
from bosco.web.visitor import Role, Visitor


@dataclass(frozen=True)
class Nav:
    """One place to go; the icon is a name of lucide, written `icon="siren"` to be brought along; small orders first."""

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
