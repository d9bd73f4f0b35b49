"""Builds the one ASGI application out of every room's routes."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from bosco.web import apidoc, preferences, static
from bosco.web.door import Door, Machines, Proxies
from bosco.web.forgery import not_forged
from bosco.web.problems import handlers
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, Who, closed_by_default, visitor_of

LARGEST_REQUEST = 10_000_000


async def _visitor(request: AnyRequest) -> Visitor:
    return visitor_of(request)


def build_asgi(
    routes: Sequence[Any],
    shell: Shell,
    who: Who,
    *,
    version: str = "0",
    proxies: Proxies | None = None,
) -> Litestar:
    """Return the application: rooms' routes, closed unless they say otherwise, behind one door.

    A handler may ask for `visitor: Visitor`. A route says `opt=PUBLIC` or `opt=MACHINE`, or `guards=[may("admin")]`.
    """
    ours = [*static.routes(shell.assets), *preferences.routes(shell), *apidoc.routes(shell, routes, version)]
    app = Litestar(
        [*routes, *ours],
        dependencies={"visitor": Provide(_visitor)},
        exception_handlers=handlers(shell),
        guards=[closed_by_default, not_forged],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_REQUEST,
        debug=False,
    )
    shell.mounted = frozenset(route.path for route in app.routes)
    app.asgi_handler = Door(app.asgi_handler, shell, who, proxies or Proxies(), _machine_paths(app))
    return app


def _machine_paths(app: Litestar) -> Machines:
    """Return the paths, and the beginnings of paths, where every handler is for programs."""
    found: dict[str, bool] = {}
    for route in app.routes:
        handlers_here = [one for one in getattr(route, "route_handlers", []) if isinstance(one, HTTPRouteHandler)]
        ours = [one for one in handlers_here if one.http_methods != {"OPTIONS"}]
        start = route.path.split("{", 1)[0]
        found[start] = found.get(start, True) and bool(ours) and all(one.opt.get("machine") for one in ours)
    machines = {start for start, machine in found.items() if machine and start != "/"}
    return Machines(
        frozenset(path for path in machines if not path.endswith("/")),
        tuple(path for path in machines if path.endswith("/")),
    )
