"""The language and the theme of this device: plain forms that work without an account and without scripts."""

from typing import Any

from litestar import Response, post
from litestar.datastructures import Cookie

from bosco.kit.words import LANGUAGES
from bosco.web.reader import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from bosco.web.shell import Shell
from bosco.web.visitor import PUBLIC, AnyRequest

A_YEAR = 365 * 24 * 3600


def routes(shell: Shell) -> list[Any]:
    """Return the routes that keep a choice in a cookie and go back to where it was made."""

    @post("/preferences", opt=PUBLIC, status_code=303)
    async def prefer(request: AnyRequest) -> Response[None]:
        form = await request.form()
        answer = shell.go(request, str(form.get("next", "/")))
        for field, cookie, choices in (("language", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
            if form.get(field) in choices:
                secure = request.url.scheme == "https"
                answer.set_cookie(
                    Cookie(cookie, value=str(form[field]), max_age=A_YEAR, httponly=True, samesite="lax", secure=secure)
                )
        return answer

    return [prefer]
