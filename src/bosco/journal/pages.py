"""The page of the journal: what happened, the latest first, by subject, by word, by actor."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import Parameter

from bosco.journal.paging import PAGE, Question
from bosco.journal.service import Journal
from bosco.kit.words import msg
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

NAV = [Nav(msg("Journal"), "/journal", icon="history", order=85)]
Place = Annotated[int | None, Parameter(ge=0, le=2**53)]
Name = Annotated[str, Parameter(max_length=300)]


def routes(shell: Shell, journal: Journal) -> list[Any]:
    """Return the page."""

    @get("/journal")
    async def timeline(  # noqa: PLR0913, PLR0917 - a filter is asked for in words
        request: AnyRequest,
        visitor: Visitor,
        subject: Name = "",
        what: Name = "",
        actor: Name = "",
        after: Place = None,
        before: Place = None,
    ) -> Response[str]:
        names = {"subject": subject.strip(), "what": what.strip(), "actor": actor.strip()}
        asked = Question(after, before, PAGE, names["subject"], names["what"], names["actor"])
        page = await journal.page(asked, visitor)
        wanted = {name: value for name, value in names.items() if value}

        def address(**more: int) -> str:
            return f"/journal?{urlencode({**wanted, **more})}" if wanted or more else "/journal"

        return shell.page(
            request,
            "journal/journal.html",
            lines=page.lines[::-1],
            form=Form(names),
            filtered=bool(wanted),
            newest=address(),
            older=None if page.older is None else address(before=page.older),
            newer=None if page.newer is None else address(after=page.newer),
            # Older pages do not change; the newest one follows what happens.
            live=before is None and after is None,
        )

    return [timeline]
