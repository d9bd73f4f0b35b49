"""The one way to say no: a code, a sentence, a way out, and the place."""

from dataclasses import dataclass
from enum import StrEnum

from bosco.kit.words import Message, Sayable


class Code(StrEnum):
    """Why something was refused; each has one HTTP status and one exit status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    UNAVAILABLE = "unavailable"


HTTP_STATUS: dict[Code, int] = {
    Code.INVALID: 400,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.TOO_MANY: 429,
    Code.UNAVAILABLE: 503,
}
EXIT_REFUSED = 1
EXIT_USAGE = 2


# Not frozen: Python itself writes a traceback into an exception on its way.
@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Something that will not be done, said so that the reader knows what to do next."""

    code: Code
    says: Sayable
    hint: Sayable | None = None
    where: str | None = None

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.where, self.says, self.hint) if part)


def not_found(what: Message | str) -> Refusal:
    """Refuse because the thing does not exist, or not for this reader."""
    return Refusal(Code.NOT_FOUND, what)
