"""How an HTTP request is written in the plan, and how it is made: shared by single checks and by steps of scenarios."""

import base64
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlencode, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from bosco.kit.net import IpFamily, NetFailed, Request, TlsWish
from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.plan.part import PlanPart
from bosco.plan.secrets import PLACE, Secrets
from bosco.plan.words import SecretText, Size, Url

_LONGEST_FILE = 1024 * 1024
_MOST_REDIRECTS = 20


def _in_capitals(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _redirects(value: Any) -> Any:
    """Read how many redirects to follow, or whether at all."""
    word = value.strip().casefold() if isinstance(value, str) else value
    if word in ("no", "false", "non") or word is False:
        return 0
    return 10 if word in ("yes", "true", "oui") or word is True else value


def _without_credentials(url: str) -> str:
    if "@" in urlsplit(PLACE.sub("x", url)).netloc:
        raise Unreadable(
            msg("a web address holds no password"),
            msg("write {auth} beside it", auth="auth: {user: …, password: ${NAME}}"),
        )
    return url


Method = Annotated[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], BeforeValidator(_in_capitals)]
Redirects = Annotated[
    int,
    Field(ge=0, le=_MOST_REDIRECTS),
    BeforeValidator(_redirects),
    WithJsonSchema({"type": ["integer", "boolean"], "minimum": 0, "maximum": _MOST_REDIRECTS}),
]
WebAddress = Annotated[Url, AfterValidator(_without_credentials)]


class Auth(PlanPart):
    """Who we are: a token, or a name with its password."""

    bearer: SecretText | None = None
    user: SecretText | None = None
    password: SecretText | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.bearer is None) == (self.user is None) or (self.user is None) != (self.password is None):
            raise Unreadable(
                msg("either a token or a user with a password belongs here"),
                expected=msg("{first} or {second}", first="{bearer: …}", second="{user: …, password: …}"),
            )
        return self

    def header(self, secrets: Secrets) -> str:
        """Return the Authorization header."""
        if self.bearer is not None:
            return f"Bearer {secrets.fill(self.bearer)}"
        pair = f"{secrets.fill(self.user or '')}:{secrets.fill(self.password or '')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


class ClientCertificate(PlanPart):
    """A certificate of ours with its key: PEM text, usually `${NAME}`, or the path of a file that holds it."""

    certificate: SecretText
    key: SecretText | None = None


class Trust(PlanPart):
    """How TLS is spoken with the other side."""

    verify: bool = True
    # Whom to trust instead of the machine's authorities: PEM text, or the path of a file that holds it.
    authority: SecretText | None = None
    client_certificate: ClientCertificate | None = None

    def wish(self, secrets: Secrets, name: str | None = None) -> TlsWish:
        """Return how TLS is to be spoken, with files read and secrets filled in."""
        shown = self.client_certificate
        return TlsWish(
            verify=self.verify,
            authority=_pem(self.authority, secrets),
            certificate=_pem(shown.certificate, secrets) if shown else None,
            key=_pem(shown.key, secrets) if shown else None,
            name=name,
        )


class HttpCall(Trust):
    """What is asked over HTTP, but for the address."""

    # GET, or POST where something is sent.
    method: Method | None = None
    headers: dict[str, SecretText] = Field(default_factory=dict)
    body: SecretText | None = None
    json_body: Any = Field(default=None, alias="json")
    form: dict[str, SecretText] | None = None
    auth: Auth | None = None
    redirects: Redirects = 10
    ip: Literal["any", 4, 6] = "any"
    user_agent: str | None = None
    # How much of the answer is read; the rest is cut off.
    body_limit: Size = 1_000_000

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if sum(one is not None for one in (self.body, self.json_body, self.form)) > 1:
            raise Unreadable(msg("only one of {names} can be sent", names="body, json, form"))
        return self

    @property
    def family(self) -> IpFamily | None:
        """Return the family of addresses that may be used."""
        return None if self.ip == "any" else self.ip

    @property
    def verb(self) -> str:
        """Return the method: POST where something is sent, unless another one is said."""
        sends = any(one is not None for one in (self.body, self.json_body, self.form))
        return self.method or ("POST" if sends else "GET")

    def request(self, url: str, secrets: Secrets) -> Request:
        """Return the request, with its secrets filled in."""
        headers = {name: secrets.fill(value) for name, value in self.headers.items()}
        if self.user_agent:
            headers["User-Agent"] = self.user_agent
        if self.auth:
            headers["Authorization"] = self.auth.header(secrets)
        body, media_type = self._body(secrets)
        if media_type and "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = media_type
        return Request(
            url=secrets.fill(url),
            method=self.verb,
            headers=headers,
            body=body,
            redirects=self.redirects,
            tls=self.wish(secrets),
            family=self.family,
            body_limit=self.body_limit,
        )

    def _body(self, secrets: Secrets) -> tuple[bytes, str]:
        if self.json_body is not None:
            return json.dumps(_filled(self.json_body, secrets), ensure_ascii=False).encode(), "application/json"
        if self.form is not None:
            pairs = {name: secrets.fill(value) for name, value in self.form.items()}
            return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return secrets.fill(self.body or "").encode(), ""


def _filled(value: Any, secrets: Secrets) -> Any:
    if isinstance(value, str):
        return secrets.fill(value)
    if isinstance(value, dict):
        return {key: _filled(inner, secrets) for key, inner in value.items()}
    return [_filled(inner, secrets) for inner in value] if isinstance(value, list) else value


def _pem(written: str | None, secrets: Secrets) -> str | None:
    """Return PEM text, read from its file if that is what was written."""
    if written is None:
        return None
    text = secrets.fill(written)
    if "-----BEGIN" in text:
        return text
    try:
        with Path(text).open(encoding="ascii") as file:
            return file.read(_LONGEST_FILE)
    except (OSError, ValueError) as error:
        # The text itself may be a secret that is no PEM, so it is not told.
        reason = error.strerror if isinstance(error, OSError) else None
        says = msg("a certificate or key file cannot be read: {reason}", reason=reason or "ASCII")
        raise NetFailed(says, "local") from error
