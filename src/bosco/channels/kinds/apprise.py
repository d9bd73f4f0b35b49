"""Any service that the Apprise library knows."""

import asyncio
from typing import Any, ClassVar

from bosco.channels.kind import Again, Arrived, Doors, Kind, Outcome, Refused, Said
from bosco.channels.speak import as_text
from bosco.kit.words import Message, msg
from bosco.plan.words import OneOrMany, SecretText


class Apprise(Kind):
    """Any service that Apprise knows, by its address.

    In the plan: {apprise: "ntfy://ntfy.sh/${NTFY_TOPIC}"}
    """

    apprise: OneOrMany[SecretText]
    called: ClassVar[Message | str] = "Apprise"

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Hand it to the library, in a thread of its own."""
        urls = [doors.secrets.fill(url) for url in self.apprise]
        known, sent = await doors.clock.in_thread(None, lambda: _notify(urls, letter.title, as_text(letter)))
        if not known:
            return Refused(msg("Apprise does not know this address"))
        return Arrived() if sent else Again(msg("Apprise could not bring it"))


def _notify(urls: list[str], title: str, text: str) -> tuple[bool, bool]:
    # Heavy, and needed by few.
    import apprise  # noqa: PLC0415

    # The library asks its thread for a loop, and leaves it open.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        out: Any = apprise.Apprise()
        known = all(out.add(url) for url in urls)
        return known, bool(known and out.notify(title=title, body=text))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
