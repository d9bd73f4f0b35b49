"""`/design`: every part that pages are made of, on one page; mounted where it is asked for, as tests do."""

from datetime import datetime, timedelta
from math import sin
from typing import Any

from litestar import Response, get, post

from bosco.kit.words import Text, msg
from bosco.web.draw import Bar
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import PUBLIC, AnyRequest

STAGES = [
    ("open", Text({"en": "Open", "fr": "Ouvert"})),
    ("analysing", Text({"en": "Analysing", "fr": "Analyse"})),
    ("fixing", Text({"en": "Fixing", "fr": "Correction"})),
    ("testing", Text({"en": "Testing", "fr": "Test"})),
    ("closed", Text({"en": "Closed", "fr": "Clos"})),
]
SIZES = {"small": msg("Small"), "large": msg("Large")}
_TROUBLE = {17: "degraded", 18: "critical", 52: "critical", 60: "unknown", 61: "unknown", 75: "maintenance"}


def _days() -> list[Bar]:
    return [Bar("muted" if day < 9 else _TROUBLE.get(day, "ok"), msg("Day {n}", n=day + 1)) for day in range(90)]


def _chart(now: datetime) -> dict[str, Any]:
    instants = [now - timedelta(minutes=5 * (288 - step)) for step in range(288)]
    answer: list[float | None] = [
        None if 120 < step < 132 else 180 + 60 * sin(step / 23) + step % 7 * 6 + (240 if step > 262 else 0)
        for step in range(288)
    ]
    connect = [None if value is None else value * 0.3 for value in answer]
    return {
        "unit": "ms",
        "at": instants,
        "series": [
            {"name": msg("Answer"), "values": answer},
            {"name": msg("Connection"), "values": connect, "tone": "green"},
        ],
        "levels": [{"value": 400, "tone": "amber"}],
        "markers": [
            {"at": instants[121], "until": instants[132], "tone": "red", "says": "CESIZEN-0042"},
            {"at": instants[250], "tone": "grey", "says": "v1.8.2"},
        ],
    }


async def _form(request: AnyRequest) -> Form:
    form = await Form.read(request)
    form.text("name", most=40)
    form.email("email")
    form.choice("size", SIZES)
    form.lines("note", needed=False, most=400)
    form.whole("count", least=1, most=10)
    form.choices("ways", ("slack", "email", "sms"))
    form.choice("level", SIZES)
    return form


def routes(shell: Shell) -> list[Any]:
    """Return the routes of the gallery."""

    def show(request: AnyRequest, form: Form | None, status: int = 200) -> Response[str]:
        now = shell.clock.read()
        values: dict[str, Any] = {
            "days": _days(),
            "chart": _chart(now),
            "now": now,
            "hour": timedelta(hours=1),
            "form": form,
            "sizes": SIZES,
            "stages": STAGES,
        }
        return shell.page(request, "web/design.html", status=status, title=msg("Design"), **values)

    @get("/design", opt=PUBLIC)
    async def gallery(request: AnyRequest) -> Response[str]:
        return show(request, None)

    @post("/design", opt=PUBLIC, status_code=200)
    async def send(request: AnyRequest) -> Response[Any]:
        form = await _form(request)
        return shell.go(request, "/design", msg("Saved.")) if form.ok else show(request, form, 422)

    @get("/design/now", opt=PUBLIC)
    async def part(request: AnyRequest) -> Response[str]:
        return shell.fragment(request, "web/design.html#now", now=shell.clock.read())

    @post("/design/broken", opt=PUBLIC)
    async def broken() -> None:
        raise RuntimeError("the gallery breaks when asked to")

    return [gallery, send, part, broken]
