"""What the services of the bundled application answer: their health, and a little business for scenarios."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bosco.demo.behaviour import Behaviour

# The services of the bundled application and the ports that a team would give them.
SERVICES: dict[str, int] = {
    "gateway": 8080,
    "auth": 3001,
    "company": 3002,
    "stripe": 3003,
    "dashboard": 3004,
    "invoice": 3005,
    "quote": 3006,
    "email": 3007,
    "product": 3008,
    "customer": 3009,
    "pdf": 3010,
    "ai": 3011,
}
VERSION = "1.4.2"


@dataclass(frozen=True)
class Asked:
    """A request, as far as it matters here."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """An answer: a status, and what is told as JSON."""

    status: int
    told: object
    headers: tuple[tuple[str, str], ...] = ()

    def written(self) -> bytes:
        """Return it as it travels."""
        body = json.dumps(self.told).encode()
        lines = [f"HTTP/1.1 {self.status} {'OK' if self.status < 400 else 'Error'}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def health(service: str, behaviour: Behaviour, now: datetime, uptime: float) -> Answer:
    """Return a service's account of itself: a verdict, its database, its cache, its memory."""
    if behaviour.manner == "failing":
        return Answer(500, {"error": "Internal Server Error"})
    if behaviour.manner == "lying":
        return Answer(200, {"message": f"Welcome to {service}"})
    checks: dict[str, object] = {"database": "healthy", "redis": "healthy"}
    status = "healthy"
    if behaviour.manner == "degraded":
        checks[behaviour.part] = "unhealthy"
        status = "unhealthy" if behaviour.part == "database" else "degraded"
    checks |= {"memory": {"rss": 61_000_000 + 1000 * len(service), "heapUsed": 23_000_000}, "uptime": round(uptime, 3)}
    document = {
        "status": status,
        "timestamp": now.isoformat(),
        "service": f"{service}-service",
        "version": VERSION,
        "checks": checks,
    }
    return Answer(200 if status == "healthy" else 503, document)


class Business:
    """The invoices of one user, kept as long as the application runs."""

    def __init__(self) -> None:
        self.invoices: dict[str, dict[str, object]] = {}
        self._count = 0

    def answer(self, asked: Asked) -> Answer | None:
        """Return what an address of the business answers, None if there is no such address."""
        for method, path, verb in self._addresses():
            found = re.fullmatch(path, asked.path)
            if found and method == asked.method:
                return verb(asked, *found.groups())
        return None

    def _addresses(self) -> tuple[tuple[str, str, Callable[..., Answer]], ...]:
        return (
            ("POST", "/login", self._log_in),
            ("POST", "/invoices", self._create),
            ("GET", r"/invoices/([\w-]+)", self._show),
            ("DELETE", r"/invoices/([\w-]+)", self._delete),
        )

    def _log_in(self, asked: Asked) -> Answer:
        if b"demo" not in asked.body:
            return Answer(401, {"error": "unknown user"})
        session = {"token": "demo-token", "user": {"name": "demo", "roles": ["owner"]}}
        return Answer(200, {"session": session}, (("Set-Cookie", "session=demo-session; Path=/; HttpOnly"),))

    def _create(self, asked: Asked) -> Answer:
        if not _known(asked):
            return Answer(401, {"error": "sign in first"})
        self._count += 1
        number = f"INV-{self._count:04}"
        self.invoices[number] = {"number": number, "total": 120.0, "state": "draft"}
        return Answer(201, self.invoices[number], (("Location", f"/invoices/{number}"),))

    def _show(self, asked: Asked, number: str) -> Answer:
        if not _known(asked):
            return Answer(401, {"error": "sign in first"})
        found = self.invoices.get(number)
        return Answer(200, found) if found else Answer(404, {"error": "no such invoice"})

    def _delete(self, asked: Asked, number: str) -> Answer:
        if not _known(asked):
            return Answer(401, {"error": "sign in first"})
        return Answer(200 if self.invoices.pop(number, None) else 404, {"number": number})


def _known(asked: Asked) -> bool:
    return "demo-token" in asked.headers.get("authorization", "") or "demo-session" in asked.headers.get("cookie", "")
