"""The page shell: every page is rendered here, in the visitor's language, inside one frame."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound
from litestar import Response
from litestar.datastructures import Cookie
from markupsafe import escape

from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.plural import Plural
from bosco.kit.words import Language, Sayable, say, translate
from bosco.web.assets import Assets
from bosco.web.draw import DRAWINGS, chart_json
from bosco.web.marked import marked
from bosco.web.nav import Nav, parted
from bosco.web.reader import Reader, reader, reader_of, reading
from bosco.web.site import Site
from bosco.web.states import STATES
from bosco.web.typeset import FILTERS, LOCALES, NO_BREAK, RELATIVE, THIN
from bosco.web.visitor import ROLE_NAMES, AnyRequest, visitor_of

TOAST_COOKIE = "bosco_toast"
HTML = "text/html"


class _RoomTemplates(BaseLoader):
    """Finds `<room>/<page>.html` in the room's own `templates` folder."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Any]:
        room, _, rest = template.partition("/")
        if room.isidentifier() and rest and ".." not in rest:
            file = resources.files("bosco").joinpath(room, "templates", *rest.split("/"))
            if file.is_file():
                return file.read_text(encoding="utf-8"), str(file), None
        raise TemplateNotFound(template)


class Shell:
    """Renders rooms' templates; `site` may be replaced whenever the plan in force changes."""

    def __init__(self, clock: Clock, ids: Ids, nav: Sequence[Nav] = (), site: Site | None = None) -> None:
        self.clock = clock
        self.ids = ids
        self._nav = sorted(nav, key=lambda entry: (entry.order, entry.path))
        self.site = site or Site()
        self.assets = Assets()
        # What is mounted decides what the frame offers (search, live state, sign-in); `build_asgi` fills it in.
        self.mounted: frozenset[str] = frozenset()
        self._templates = self._environment()

    def _environment(self) -> Environment:
        made = Environment(
            loader=_RoomTemplates(),
            autoescape=True,
            undefined=StrictUndefined,
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters.update(FILTERS)
        made.filters.update(say=said, initials=initials, chart_json=chart_json, marked=marked)
        made.globals.update(
            {"_": translated, "n_": counted, "say": said, "icon": self.assets.icon, "asset": self.assets.url},
            reader=reader,
            states=STATES,
            role_names=ROLE_NAMES,
            locales={language: name.replace("_", "-") for language, name in LOCALES.items()},
            relative_units=RELATIVE,
            **DRAWINGS,
        )
        made.globals["ui"] = made.get_template("web/ui.html").module
        return made

    def reader(self, request: AnyRequest) -> Reader:
        """Return for whom an answer to this request is written."""
        return reader_of(request, visitor_of(request), self.site, self.clock.read())

    def page(
        self,
        request: AnyRequest,
        template: str,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response[str]:
        """Render a room's page inside the frame; the template extends `web/page.html`."""
        toast = _read_toast(request)
        answer = self.fragment(
            request, template, status=status, headers=headers, toast=toast, **self._frame(request), **values
        )
        if toast:
            answer.delete_cookie(TOAST_COOKIE)
        return answer

    def fragment(
        self,
        request: AnyRequest,
        template: str,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response[str]:
        """Render a part of a page for htmx: a whole template, or one block of it as `room/page.html#block`."""
        values["request"] = request
        body = self.render(template, self.reader(request), **values)
        return Response(body, status_code=status, media_type=HTML, headers=dict(headers or {}))

    def render(self, template: str, whom: Reader, /, **values: Any) -> str:
        """Render a template, or one block of it, for that reader without a request: a mail, a static copy."""
        name, _, block = template.partition("#")
        found = self._templates.get_template(name)
        with reading(whom):
            return _block(found, block, values) if block else found.render(values)

    def go(self, request: AnyRequest, path: str, toast: Sayable | Plural | None = None) -> Response[None]:
        """Send the browser to another of our pages, where the toast will be said once."""
        path = own_path(path)
        header = {"HX-Redirect": path} if request.headers.get("hx-request") else {"Location": path}
        answer = Response(None, status_code=200 if "HX-Redirect" in header else 303, headers=header)
        if toast is not None:
            text = quote(json.dumps(say(toast, self.reader(request).language)[:500]))
            answer.set_cookie(Cookie(TOAST_COOKIE, value=text, httponly=True, samesite="lax", max_age=60))
        return answer

    def _frame(self, request: AnyRequest) -> dict[str, Any]:
        visitor = visitor_of(request)
        path = request.url.path
        offered = [entry for entry in self._nav if entry.open_to(visitor)]
        here = max(
            (entry for entry in offered if not entry.calls and entry.leads_to(path)),
            key=lambda entry: len(entry.path),
            default=None,
        )
        query = request.url.query
        places = [entry for entry in offered if not entry.calls]
        return {
            "site": self.site,
            "visitor": visitor,
            "nav": places,
            "nav_parts": parted(places),
            "calls": [entry for entry in offered if entry.calls],
            "here": here,
            "path": path,
            "address": f"{path}?{query}" if query else path,
            "mounted": self.mounted,
            "wall": request.query_params.get("wall") == "1",
        }


def _block(template: Template, name: str, values: dict[str, Any]) -> str:
    context = template.new_context(values)
    return "".join(template.blocks[name](context))


def _read_toast(request: AnyRequest) -> str | None:
    kept = request.cookies.get(TOAST_COOKIE)
    if not kept:
        return None
    try:
        text = json.loads(unquote(kept))
    except ValueError:
        return None
    return text if isinstance(text, str) and len(text) <= 500 else None


def own_path(address: str) -> str:
    """Return the address if it is a path of ours, else the front page: nobody is sent elsewhere by a crafted link."""
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return quote(address, safe="/?&=#%:@!$'()*+,;~[]") if ours else "/"


def initials(name: str) -> str:
    """Return one or two letters that stand for a person."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@lru_cache(2000)
def spaced(sentence: str) -> str:
    """Put the spaces that never break where French typography wants them."""
    return re.sub(r"(?<=\S) (?=[?!;»])|(?<=«) ", THIN, re.sub(r"(?<=\S) (?=:(?:\s|$))", NO_BREAK, sentence))


def said(value: Any) -> Any:
    """Say a Message or a Text in the language of the page; what a person typed stays as it is."""
    language = reader().language
    if not hasattr(value, "say"):
        return value
    return spaced(value.say(language)) if language == "fr" else value.say(language)


def translated(text: str, /, **values: Any) -> str:
    """Return a template's sentence in the language of the page; markup among the values stays markup."""
    language: Language = reader().language
    sentence = spaced(translate(text, language)) if language == "fr" else translate(text, language)
    if not values:
        return sentence
    told = {name: said(value) for name, value in values.items()}
    if any(hasattr(value, "__html__") for value in told.values()):
        return escape(sentence).format(**told)
    return sentence.format_map(told)


def counted(one: str, many: str, count: float, /, **values: Any) -> str:
    """Return the sentence for one or for several, as the language counts; `{n}` is the number."""
    chosen = Plural(count, one, many).text(reader().language)
    return translated(chosen, **{"n": FILTERS["number"](count), **values})  # type: ignore[operator]
