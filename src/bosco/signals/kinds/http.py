"""A number in what a web address answers."""

from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from bosco.kit.net import Request
from bosco.kit.numbers import Unreadable, read_number
from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText
from bosco.probes.http_call import Auth, Trust
from bosco.probes.wanted import NOTHING, JsonPath, number_in, quoted
from bosco.signals.kind import Doors, Found, Kind, NoValue

_MOST_BYTES = 1_000_000
_REDIRECTS = 5


class Http(Kind, Trust):
    """A number in the JSON that a web address answers, or the whole answer if it is one.

    In the plan: {http: "https://shop.example.org/stats", json: orders.open, auth: {bearer: "${TOKEN}"}, every: 1m}
    """

    called: ClassVar[Message] = msg("web address")
    is_asked: ClassVar[bool] = True

    http: SecretText
    # Where in the answer it stands.
    json_: Annotated[JsonPath | None, Field(alias="json")] = None
    headers: dict[str, SecretText] = Field(default_factory=dict)
    auth: Auth | None = None

    async def read(self, doors: Doors) -> list[Found]:
        """Ask once."""
        headers = {"Accept": "application/json", **{k: doors.secrets.fill(v) for k, v in self.headers.items()}}
        if self.auth:
            headers["Authorization"] = self.auth.header(doors.secrets)
        answer = await doors.net.fetch(
            Request(
                doors.secrets.fill(self.http),
                headers=headers,
                redirects=_REDIRECTS,
                tls=self.wish(doors.secrets),
                body_limit=_MOST_BYTES,
            )
        )
        if answer.status // 100 != 2:
            raise NoValue(msg("the answer was status {status}", status=answer.status))
        if answer.cut:
            raise NoValue(msg("the answer is longer than {most} bytes", most=_MOST_BYTES))
        try:
            whole = answer.json()
        except ValueError:
            raise NoValue(msg("the answer is no JSON: {text}", text=quoted(answer.text()[:80]))) from None
        found = self.json_.find(whole) if self.json_ else whole
        return [] if found is None else [Found(self._number(found))]

    def _number(self, found: Any) -> float:
        if found is NOTHING:
            raise NoValue(msg("there is nothing at {place} in the answer", place=str(self.json_)))
        number = float(found) if isinstance(found, bool) else number_in(found)
        if number is None and isinstance(found, str):
            try:
                number = read_number(found.strip()[:60])
            except (Unreadable, ValueError):
                number = None
        if number is None:
            raise NoValue(msg("{value} is no number", value=quoted(found)))
        return number

    def host(self) -> str:
        """Return the host that is asked."""
        return urlsplit(self.http).hostname or ""
