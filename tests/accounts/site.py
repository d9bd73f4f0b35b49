"""The pages, served to browsers that keep cookies and send forms, on the world's own clock."""

import re
from functools import cache, lru_cache
from typing import Any

import httpx
from tests.accounts.world import AT_HOME, BOB, World

from bosco.accounts import api, pages
from bosco.kit.clock import Clock, RealClock
from bosco.kit.ids import RealIds
from bosco.kit.words import msg
from bosco.web.app import build_asgi
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.site import Site

ADDRESS = "https://ops.example.org"


@cache
def _shell() -> Shell:
    # Its templates take a moment to be read: once for all tests of this process.
    nav = [Nav(msg("Accounts"), "/accounts", icon="users", may="admin")]
    return Shell(RealClock(), RealIds(), nav)


def shell_of(world: World) -> Shell:
    """Return the shell that pages are shown in, on the clock of this world."""
    shell = _shell()
    shell.clock, shell.ids, shell.site = world.clock, world.ids, Site("CESIZen", "en", "Europe/Paris")
    return shell


@lru_cache(1)
def application(world: World) -> Any:
    """Return the application with the pages and the API of the accounts, one for each world."""
    shell = shell_of(world)
    routes = pages.routes(
        shell, world.sign_in, world.second_factor, world.invitations, world.own, world.team, world.tokens
    )
    return build_asgi([*routes, *api.routes(world.tokens)], shell, world.accounts)


class Passing(httpx.ASGITransport):
    """Hands requests to the application; the framework may run guards in threads, so time stands still meanwhile."""

    def __init__(self, app: Any, client: str) -> None:
        super().__init__(app=app, client=(client, 5000), raise_app_exceptions=False)
        self._clock: Clock = app.asgi_handler.shell.clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with self._clock.busy():
            return await super().handle_async_request(request)


class Visit:
    """One browser."""

    def __init__(self, app: Any, address: str = ADDRESS, client: str = "203.0.113.7", language: str = "en") -> None:
        transport = Passing(app, client)
        headers = {"User-Agent": AT_HOME.seen.agent, "Accept": "text/html", "Accept-Language": language}
        self.http = httpx.AsyncClient(transport=transport, base_url=address, headers=headers)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Look at a page, without following where it sends us."""
        return await self.http.get(path, **more)

    async def send(self, path: str, page: str | None = None, **fields: Any) -> httpx.Response:
        """Send a form as its page would: with the token that only our pages hold."""
        shown = await self.http.get(page or path, follow_redirects=True)
        found = re.search(r'name="forgery_token" value="([^"]+)"', shown.text)
        token = found[1] if found else "none"
        return await self.http.post(path, data={"forgery_token": token, **fields})

    async def sign_in(self, login: str = "bob", password: str = BOB, **more: Any) -> httpx.Response:
        """Sign in with a password."""
        return await self.send("/sign-in", login=login, password=password, **more)

    def cookie(self, name: str) -> str | None:
        """Return what the browser keeps under that name."""
        return next((one.value for one in self.http.cookies.jar if one.name == name), None)


def wrong_in(answer: httpx.Response) -> dict[str, str]:
    """Return what a form says is wrong, by field."""
    found = re.findall(r'id="f-([\w-]+)-wrong"><svg.*?</svg>(.*?)</span>', answer.text, re.S)
    return {name: text.strip() for name, text in found}
