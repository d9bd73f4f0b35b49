"""The public status page, as the plan writes it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Language, msg
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Remark, Section, Table, cell, together
from bosco.plan.words import OneOrMany, PlanText, Span, Url
from bosco.services.section import SERVICES, service_name

Following = Literal["email", "rss", "webhook"]


def _path(text: str) -> str:
    text = text.strip()
    if not text.startswith("/") or any(sign in text for sign in " ?#") or ".." in text or text == "/":
        raise Unreadable(
            msg("“{text}” is not the path of a page", text=text[:80]),
            expected=msg("something like {example}", example="/status"),
        )
    return text.rstrip("/")


class StatusPage(PlanPart):
    """What the public is told, where, and in which languages."""

    path: Annotated[str, AfterValidator(_path)] = "/status"
    title: PlanText | None = None
    description: PlanText | None = None
    # None means every service.
    components: OneOrMany[Annotated[str, Names("services")]] = ()
    languages: OneOrMany[Language] = ("fr", "en")
    subscribers: OneOrMany[Following] = ("email", "rss", "webhook")
    history: Span = timedelta(days=90)
    url: Url | None = None
    contact: str | None = None
    # Whether a site may show the current state by one line of script.
    banner: bool = True


def _nothing_to_show(plan: Plan) -> Iterator[Remark]:
    if plan[STATUS_PAGE] is not None and not plan[SERVICES]:
        yield Remark(("status_page",), msg("the status page has nothing to show: the plan declares no service"))


def _table(page: StatusPage | None, plan: Plan) -> Table | None:
    if page is None:
        return None
    services = plan[SERVICES]
    shown = page.components or tuple(services)
    rows = (
        (cell(msg("Address"), tone="strong"), cell(page.url or page.path)),
        (cell(msg("Components"), tone="strong"), cell(together(service_name(plan, key) for key in shown))),
        (cell(msg("Languages"), tone="strong"), cell(", ".join(page.languages))),
        (cell(msg("Subscriptions"), tone="strong"), cell(", ".join(page.subscribers))),
    )
    return Table((msg("Status page"), msg("Content")), rows)


STATUS_PAGE: Section[StatusPage | None] = Section(
    "status_page",
    StatusPage,
    default=lambda: None,
    title=msg("Status page"),
    order=700,
    warn=(_nothing_to_show,),
    table=_table,
)
SECTION = STATUS_PAGE
