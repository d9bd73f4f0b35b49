"""A small application on the real shell: the gallery, pages that fail in every way, a visitor whom a cookie names."""

from datetime import timedelta
from typing import Any

from litestar import Litestar, Response, get, post

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.web import events, gallery
from bosco.web.app import build_asgi
from bosco.web.events import Live, Stopping
from bosco.web.limit import Limit, limited
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.site import Site
from bosco.web.visitor import MACHINE, PUBLIC, ROLES, STRANGER, AnyRequest, Visitor, may

NAV = [
    Nav(msg("Overview"), "/", icon="layout-dashboard", order=10, may=None),
    Nav(msg("Services"), "/services", icon="server", order=20, may=None),
    Nav(msg("Incidents"), "/incidents", icon="siren", order=30, may=None),
    Nav(msg("Probes"), "/probes", icon="activity", order=40, may=None),
    Nav(msg("Team"), "/team", icon="users", order=50, may=None),
    Nav(msg("Plan"), "/plan", icon="book-open", order=60, may=None),
    Nav(msg("Parts"), "/design", icon="shapes", order=70, may=None),
    Nav(msg("Administration"), "/admin", icon="settings", order=90, may="admin"),
]


class World:
    """The application and the handles that tests need."""

    def __init__(
        self, *, name: str = "CESIZen", sign_in: bool = True, proxies: Any = None, more: list[Any] | None = None
    ) -> None:
        self.clock = RealClock()
        self.live = Live()
        self.stopping = Stopping()
        self.shell = Shell(self.clock, RealIds(), NAV, Site(name, "en", "Europe/Paris", "https://ops.example.org"))
        self.limit = Limit(self.clock, 2, timedelta(hours=1))
        self.acted = 0
        routes = [
            *gallery.routes(self.shell),
            *events.routes(self.live, self.stopping, self.clock),
            *self._routes(),
            *(more or []),
        ]
        if sign_in:
            routes.append(self._sign_in())
        self.app: Litestar = build_asgi(routes, self.shell, who, version="1.2.3", proxies=proxies)

    def _sign_in(self) -> Any:
        @get("/sign-in", opt=PUBLIC)
        async def sign_in(request: AnyRequest) -> Response[str]:
            return self.shell.page(request, "web/problem.html", title=msg("Sign in"), problem=_calm(), id="-")

        return sign_in

    def _routes(self) -> list[Any]:
        @get("/")
        async def front(request: AnyRequest, visitor: Visitor) -> Response[str]:
            return Response(f"hello {visitor.name}", media_type="text/plain")

        @get("/admin", guards=[may("admin")])
        async def admin() -> Response[str]:
            return Response("for admins", media_type="text/plain")

        @get("/boom", opt=PUBLIC)
        async def boom() -> None:
            raise ValueError("the secret of the trace")

        @get("/refused", opt=PUBLIC)
        async def refused() -> None:
            raise Refusal(Code.CONFLICT, msg("Somebody else closed it."), msg("Reload the page."), "incident:42")

        @post("/act", opt=PUBLIC)
        async def act() -> Response[str]:
            self.acted += 1
            return Response("done", media_type="text/plain")

        @get("/ping/{key:str}", opt=MACHINE)
        async def ping(request: AnyRequest, key: str) -> Response[str]:
            return Response(f"{key} {request.user is STRANGER or request.user}", media_type="text/plain")

        @post("/hook", opt=MACHINE)
        async def hook() -> Response[str]:
            self.acted += 1
            return Response("heard", media_type="text/plain")

        @get("/slowly", opt=PUBLIC, guards=[limited(self.limit)])
        async def slowly() -> Response[str]:
            return Response("there you are", media_type="text/plain")

        @get("/api/v1/things/{number:int}")
        async def thing(number: int, most: int = 10) -> dict[str, int]:
            """Give one thing."""
            return {"number": number, "most": most}

        @get("/tell/{topic:str}", opt=MACHINE)
        async def tell(topic: str) -> Response[str]:
            self.live.tell(topic, f"{topic}:api")
            return Response("told", media_type="text/plain")

        @get("/search")
        async def search(q: str = "") -> Response[str]:
            return Response(f"sought {q}", media_type="text/plain")

        return [search, front, admin, boom, refused, act, ping, hook, slowly, thing, tell]


def _calm() -> Any:
    from bosco.web.problems import Problem

    return Problem(200, "invalid", msg("Please sign in first."))


async def who(request: AnyRequest) -> Visitor:
    """Believe a header or a cookie that names a role; `via` is a session unless a token was sent."""
    if request.headers.get("x-test-broken"):
        raise RuntimeError("the accounts are away")
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    role = token or request.cookies.get("role", "")
    for known in ROLES:
        if role == known:
            return Visitor("u1", "Camille Durand", known, via="token" if token else "session")
    return STRANGER
