"""Whether a mail server would take our mail."""

from contextlib import suppress
from typing import Annotated, Literal

from pydantic import Field

from bosco.kit.net import Connection
from bosco.plan.words import CommaList, HostPort, SecretText, address
from bosco.probes.conclude import Enough, Findings, conclude
from bosco.probes.http_call import Trust
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.mail import Smtp as Conversation
from bosco.probes.mail import SmtpAnswer
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import quoted


class SmtpExpect(TimeExpect):
    """What the server must say and offer."""

    banner: str | None = None
    # Words of its EHLO answer, such as SIZE or 8BITMIME.
    offers: CommaList[str] = ()


class Smtp(Kind, Trust):
    """Greet a mail server up to TLS and sign-in, without sending a mail.

    In the plan: {smtp: "mail.example.org:587", tls: starttls, user: ops, password: "${SMTP_PASSWORD}"}
    """

    smtp: Annotated[HostPort, address(25)]
    tls: Literal["no", "starttls", "always"] = "no"
    user: SecretText | None = None
    password: SecretText = ""
    greets_as: str = "bosco.invalid"
    expect: SmtpExpect = Field(default_factory=SmtpExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Go through the conversation until an answer is not as it should be."""
        watch, findings = Stopwatch(eyes.clock), Findings()
        at_once = self.wish(eyes.secrets) if self.tls == "always" else None
        connection = await eyes.net.connect(self.smtp.host, self.smtp.port, tls=at_once)
        watch.lap("connect")
        try:
            with suppress(Enough):
                await self._talk(connection, eyes, watch, findings)
            await connection.write(b"QUIT\r\n")
        finally:
            connection.close()
        return conclude([*findings.told, *self.expect.judge_time(watch.total)], phases=watch.phases)

    async def _talk(self, connection: Connection, eyes: Eyes, watch: Stopwatch, findings: Findings) -> None:
        talk = Conversation(connection, str(self.smtp))
        banner = _answered("banner", await talk.hear(), 220, findings)
        if self.expect.banner is not None:
            findings.need(
                f"banner ({quoted(banner.text)}) ∋ {quoted(self.expect.banner)}", self.expect.banner in banner.text
            )
        offers = _answered("EHLO", await talk.ask(f"EHLO {self.greets_as}"), 250, findings)
        watch.lap("greeting")
        if self.tls == "starttls":
            _answered("STARTTLS", await talk.ask("STARTTLS"), 220, findings)
            await connection.start_tls(self.wish(eyes.secrets))
            watch.lap("tls")
            offers = _answered("EHLO", await talk.ask(f"EHLO {self.greets_as}"), 250, findings)
        offered = {line.upper().split(" ")[0] for line in offers.lines}
        for word in self.expect.offers:
            findings.told.append(Expectation(f"EHLO ∋ {word.upper()}", word.upper() in offered))
        if self.user is not None:
            user, password = eyes.secrets.fill(self.user), eyes.secrets.fill(self.password)
            _answered("AUTH", await talk.log_in(user, password), 235, findings)
            watch.lap("sign_in")

    def target(self) -> str:
        """Return the mail server."""
        return self.smtp.host


def _answered(step: str, answer: SmtpAnswer, code: int, findings: Findings) -> SmtpAnswer:
    findings.need(f"{step} ({quoted(answer.text)}) == {code}", answer.code == code)
    return answer
