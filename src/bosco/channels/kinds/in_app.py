"""Bosco's own pages."""

from typing import Annotated, ClassVar

from pydantic import Field

from bosco.channels.kind import Address, Arrived, Doors, Kind, Outcome, Said
from bosco.kit.words import Message, msg


class InApp(Kind):
    """Bosco's own pages: whoever is signed in sees it.

    In the plan: {in-app: yes}
    """

    in_app: Annotated[bool, Field(alias="in-app")] = True
    address: ClassVar[Address] = "person"
    called: ClassVar[Message | str] = msg("in Bosco")

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Keep it: the journal's line of every letter is what the pages show."""
        return Arrived(letter.id)
