"""The page of notices: what was told, to whom and why; what is still to be told; and how each person wants to hear."""

import re
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import Parameter

from bosco.channels.pages import ENDS
from bosco.channels.section import CHANNELS, channel_name
from bosco.journal import write as write_line
from bosco.journal.service import Journal
from bosco.kit.packed import unpack
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import LANGUAGES, Message, msg
from bosco.notices import rows, told
from bosco.notices.audience import name_of, ways_of
from bosco.notices.preferences import CHOICE_FROM, NONE, Preferences, preferences_of, put_preferences
from bosco.notices.section import PRIORITIES, priority_name
from bosco.notices.service import Notices
from bosco.people.section import TEAM
from bosco.plan.current import CurrentPlan
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

TABS: dict[str, Message] = {"told": msg("What was told"), "coming": msg("Still to be told")}
SPOKEN: dict[str, str] = {"fr": "Français", "en": "English"}
ON_A_PAGE = 50
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Word = Annotated[str, Parameter(max_length=60)]


def board_routes(shell: Shell, store: Store, current: CurrentPlan, notices: Notices, journal: Journal) -> list[Any]:
    """Return the routes."""

    def sent(one: told.Sent) -> dict[str, Any]:
        state = "waiting" if one.state == "on-its-way" else one.state
        tone, word = ENDS[state]  # type: ignore[index]
        whom = name_of(current.plan, one.person) if one.person else one.address or None
        return {"whom": whom, "tone": tone, "word": word, "because": unpack(one.because)}

    @get("/notices")
    async def board(request: AnyRequest, visitor: Visitor, which: Word = "told", before: Word = "") -> Response[str]:
        word = which if which in TABS else "told"
        keeps = journal.keeps(visitor, told.MATTER)
        pages = await store.read(lambda tx: told.page(tx, before, ON_A_PAGE, keeps(tx))) if word == "told" else []
        shown = [
            {
                "one": one,
                "title": unpack(one.title),
                "why": unpack(one.why),
                "channel": channel_name(current.plan, one.channel),
                "letters": [sent(letter) for letter in letters],
            }
            for one, letters in pages[:ON_A_PAGE]
        ]
        more = f"/notices?before={pages[ON_A_PAGE - 1][0].id}" if len(pages) > ON_A_PAGE else None
        return shell.page(
            request,
            "notices/notices.html",
            tabs=[
                {"href": f"/notices?which={key}", "label": said, "current": key == word} for key, said in TABS.items()
            ],
            which=word,
            shown=shown,
            coming=await notices.coming(journal.keeps(visitor, rows.KEY)) if word == "coming" else [],
            colors={key: one.color or "grey" for key, one in current.plan[PRIORITIES].items()},
            older=more,
            newest="/notices" if before else None,
            mine=_person(current, visitor) is not None,
        )

    async def preferences(request: AnyRequest, visitor: Visitor, form: Form | None, status: int = 200) -> Response[str]:
        plan, person = current.plan, _person(current, visitor)
        chosen = NONE if person is None else await store.read(lambda tx: preferences_of(tx, person))
        return shell.page(
            request,
            "notices/preferences.html",
            status=status,
            person=person and name_of(plan, person),
            login=visitor.id,
            form=form or _filled(chosen),
            languages=[(one, SPOKEN[one]) for one in LANGUAGES],
            ways=[(key, channel_name(plan, key)) for key in (ways_of(plan, person) if person else ())],
            always=[priority_name(plan, key) for key in [*plan[PRIORITIES]][:CHOICE_FROM]],
        )

    @get("/notices/mine")
    async def mine(request: AnyRequest, visitor: Visitor) -> Response[str]:
        return await preferences(request, visitor, None)

    @post("/notices/mine", status_code=200)
    async def choose(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        person = _person(current, visitor)
        if person is None:
            raise Refusal(
                Code.FORBIDDEN,
                msg("The plan does not know you."),
                msg("Whoever is told stands in the plan, under team; your name there is your login."),
            )
        form = await Form.read(request)
        chosen = _read(form, [*current.plan[CHANNELS]])
        if not form.ok:
            return await preferences(request, visitor, form, 422)

        def write(tx: Tx) -> None:
            put_preferences(tx, person, chosen)
            write_line(tx, subject=f"person:{person}", what="person.chose", actor=visitor.actor, data={"who": person})

        await store.write(write)
        return shell.go(request, "/notices/mine", msg("Saved."))

    return [board, mine, choose]


def _person(current: CurrentPlan, visitor: Visitor) -> str | None:
    """Return who of the plan the visitor is: the person of that login."""
    known = current.plan[TEAM].get(visitor.id or "")
    return visitor.id if known is not None and not known.is_group else None


def _filled(chosen: Preferences) -> Form:
    values = {
        "language": chosen.language or "",
        "quiet_from": chosen.quiet_from or "",
        "quiet_until": chosen.quiet_until or "",
    }
    return Form(values, {"without": list(chosen.without)})


def _read(form: Form, channels: list[str]) -> Preferences:
    language = form.choice("language", LANGUAGES, needed=False)
    first, last = (form.text(name, needed=False, most=5) for name in ("quiet_from", "quiet_until"))
    for name, text in (("quiet_from", first), ("quiet_until", last)):
        if text and not _CLOCK.fullmatch(text):
            form.fail(name, msg("This is not a time of day, such as 22:00."))
    if bool(first) != bool(last):
        form.fail("quiet_until" if first else "quiet_from", msg("Quiet hours need a beginning and an end."))
    without = tuple(form.choices("without", channels))
    return Preferences(language or None, first or None, last or None, without)  # type: ignore[arg-type]
