"""JSON of any program, with a small mapping in the plan: where its key, its title, its state stand."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Message, msg
from bosco.plan.ledger import Misplaced
from bosco.plan.words import OneOrMany, SecretText
from bosco.receivers.kind import Body, Kind, decoded, few, labels_of, line, short_key, text, web_link, when, wrong
from bosco.receivers.model import Heard, Received, Said
from bosco.receivers.paths import at, plain, read_sentence, said, steps_of, too_deep


def _path(value: str) -> str:
    try:
        steps_of(value)
    except Unreadable as error:
        raise Misplaced(error.says, "", error.expected) from None
    return value


def _sentence(value: str) -> str:
    try:
        return read_sentence(value)
    except Unreadable as error:
        raise Misplaced(error.says, "", error.expected) from None


Path = Annotated[str, AfterValidator(_path)]
Sentence = Annotated[str, AfterValidator(_sentence)]
_RESOLVED = ("resolved", "ok", "up", "recovered", "closed", "success", "normal", "false", "0")
_ACKNOWLEDGED = ("acknowledged", "acked")


class Json(Kind):
    """Alerts of any program that can send JSON.

    In the plan: {json: token, key: order.id, title: "Order {order.id}: {message}", state: status}
    """

    json_: Annotated[SecretText, Field(alias="json")] = "token"
    # What the sender calls the same trouble by, so that its end finds its beginning.
    key: Sentence = "key"
    title: Sentence = "title"
    # Where several alerts stand; without it, the body is one.
    each: Path | None = None
    # Where it says whether it is over, and the words that mean so; without it, whatever comes is wrong.
    state: Path = "state"
    resolved: OneOrMany[str] = _RESOLVED
    acknowledged: OneOrMany[str] = _ACKNOWLEDGED
    severity: Path = "severity"
    about: Path = "service"
    value: Path = "value"
    why: Sentence = "description"
    link: Path = "link"
    since: Path = "since"
    labels: Path = "labels"

    says: ClassVar[Message] = msg("any program")
    setup: ClassVar[str] = """curl -X POST {url} \\
  -H "Authorization: Bearer {token}" -H "Idempotency-Key: $(uuidgen)" \\
  -d '{"key": "disk-web1", "title": "Disk of web1 is full", "state": "firing", "severity": "critical"}'
"""

    def read(self, body: Body) -> Heard:
        """Return its alerts."""
        given = decoded(body.raw, object)
        if too_deep(given):
            raise wrong(msg("The body is nested too deeply."))
        several = given if self.each is None else at(given, self.each)
        if self.each is not None and not isinstance(several, list):
            raise wrong(msg("There is no list at “{path}”.", path=self.each), self.each)
        listed = several if isinstance(several, list) else [several]
        few(len(listed))
        return [self._one(one) for one in listed]

    def signed(self, body: Body) -> tuple[str, bytes] | None:
        """Return the signature of the raw body."""
        headers = body.headers
        signature = headers.get("x-signature-256") or headers.get("x-hub-signature-256") or headers.get("x-signature")
        return None if signature is None else (signature.removeprefix("sha256="), body.raw)

    def _one(self, given: Any) -> Received:
        if not isinstance(given, dict):
            raise wrong(msg("An alert is an object with names and values."))
        key, title = said(given, self.key).strip(), said(given, self.title).strip()
        if not key:
            raise wrong(msg("The body has no “{name}”.", name=self.key), self.key)
        state = self._state(given)
        if not title and state == "firing":
            raise wrong(msg("The body has no “{name}”.", name=self.title), self.title)
        labels = at(given, self.labels)
        value = at(given, self.value)
        return Received(
            key=short_key(key),
            said=state,
            title=line(title),
            severity=line(plain(at(given, self.severity))),
            service=line(plain(at(given, self.about))),
            labels=labels_of({name: plain(one) for name, one in labels.items()} if isinstance(labels, dict) else {}),
            seen=value if isinstance(value, int | float) else line(plain(value)) or None,
            why=text(said(given, self.why)),
            since=when(at(given, self.since)),
            link=web_link(at(given, self.link)),
        )

    def _state(self, given: dict[str, Any]) -> Said:
        word = plain(at(given, self.state)).casefold()
        if word in {one.casefold() for one in self.resolved}:
            return "resolved"
        return "acknowledged" if word in {one.casefold() for one in self.acknowledged} else "firing"
