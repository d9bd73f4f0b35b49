"""Text messages, by a provider's web address."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from pydantic import Field

from bosco.channels.fill import filled
from bosco.channels.gsm import short
from bosco.channels.http import outcome
from bosco.channels.kind import Address, Doors, Kind, Outcome, Refused, Said
from bosco.kit.net_model import Request
from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText

JSON = "application/json; charset=utf-8"


class Sms(Kind):
    """Text messages: `twilio://SID:TOKEN@+33…`, `ovh://KEY:SECRET:CONSUMER@service`, or any address that takes JSON.

    In the plan: {sms: "${SMS_URL}", sender: CESIZen}
    """

    sms: SecretText
    sender: str | None = None
    headers: Mapping[str, SecretText] = Field(default_factory=dict)
    body: str | None = None
    address: ClassVar[Address] = "phone"
    one_by_one: ClassVar[bool] = True
    called: ClassVar[Message | str] = msg("text message")

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Send it; in one segment whenever it fits."""
        phone = next((address for _, address in letter.to if address), None)
        if phone is None:
            return Refused(msg("nobody to send it to has a phone"))
        url = doors.secrets.fill(self.sms)
        link = next((url for kind, _, url in letter.actions if kind == "acknowledge"), None)
        text = short(letter.brief, link)
        request = self._request(url, phone, text, letter.id, doors)
        if request is None:
            return Refused(msg("the address of the provider of text messages is not sound"))
        return outcome(await doors.net.fetch(request), doors.clock.read())

    def _request(self, url: str, phone: str, text: str, letter_id: str, doors: Doors) -> Request | None:
        parts = urlsplit(url)
        if parts.scheme == "twilio":
            return self._twilio(url, phone, text)
        if parts.scheme == "ovh":
            return self._ovh(url, phone, text, str(int(doors.clock.read().timestamp())))
        if parts.scheme not in ("http", "https"):
            return None
        headers = {name: doors.secrets.fill(value) for name, value in self.headers.items()}
        usual = {"Content-Type": JSON, "Idempotency-Key": letter_id}
        own = {name.casefold() for name in headers}
        headers = {**{name: value for name, value in usual.items() if name.casefold() not in own}, **headers}
        if self.body is None:
            said = {"to": phone, "text": text, "from": self.sender, "id": letter_id}
            return Request(url, "POST", headers, json.dumps({k: v for k, v in said.items() if v}).encode())
        values = {"to": phone, "text": text, "from": self.sender or "", "id": letter_id}
        return Request(url, "POST", headers, filled(self.body, values, _sort_of(headers)).encode())

    def _twilio(self, url: str, phone: str, text: str) -> Request | None:
        parts = urlsplit(url)
        account, token = unquote(parts.username or ""), unquote(parts.password or "")
        sender = self.sender or unquote(parts.netloc.rpartition("@")[2])
        base = parse_qs(parts.query).get("base", ["https://api.twilio.com"])[0]
        proof = base64.b64encode(f"{account}:{token}".encode()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {proof}"}
        body = urlencode({"To": phone, "From": sender, "Body": text}).encode()
        return Request(f"{base}/2010-04-01/Accounts/{account}/Messages.json", "POST", headers, body)

    def _ovh(self, url: str, phone: str, text: str, now: str) -> Request | None:
        parts = urlsplit(url)
        keys = [unquote(one) for one in parts.netloc.rpartition("@")[0].split(":")]
        if len(keys) != 3:
            return None
        key, secret, consumer = keys
        base = parse_qs(parts.query).get("base", ["https://eu.api.ovh.com/1.0"])[0]
        where = f"{base}/sms/{unquote(parts.netloc.rpartition('@')[2])}/jobs"
        said: dict[str, object] = {"message": text, "receivers": [phone], "noStopClause": True, "priority": "high"}
        said |= {"sender": self.sender} if self.sender else {"senderForResponse": True}
        body = json.dumps(said)
        # The provider's own form of signature.
        mark = hashlib.sha1(f"{secret}+{consumer}+POST+{where}+{body}+{now}".encode()).hexdigest()  # noqa: S324
        headers = {
            "Content-Type": "application/json",
            "X-Ovh-Application": key,
            "X-Ovh-Consumer": consumer,
            "X-Ovh-Timestamp": now,
            "X-Ovh-Signature": f"$1${mark}",
        }
        return Request(where, "POST", headers, body.encode())


def _sort_of(headers: Mapping[str, str]) -> str:
    """Return what the body is said to be; the last word counts, however its name is written."""
    return [value for name, value in headers.items() if name.casefold() == "content-type"][-1]
