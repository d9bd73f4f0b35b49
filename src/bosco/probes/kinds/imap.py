"""Whether a mailbox can be opened."""

import re
from contextlib import suppress
from typing import Annotated, Literal

from pydantic import Field

from bosco.kit.net import Connection
from bosco.kit.units import Quantity
from bosco.plan.words import HostPort, SecretText, address
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.conclude import Enough, Findings, conclude
from bosco.probes.http_call import Trust
from bosco.probes.kind import Eyes, Kind, Reading
from bosco.probes.mail import Imap as Conversation
from bosco.probes.mail import ImapAnswer, imap_quoted
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import quoted

_EXISTS = re.compile(r"\* (\d{1,12}) EXISTS", re.IGNORECASE)


class ImapExpect(TimeExpect):
    """What must be true of the mailbox."""

    # How many messages it may hold.
    messages: Bound | Levels | None = None


class Imap(Kind, Trust):
    """Greet a mailbox server, sign in, and open a mailbox for reading only.

    In the plan: {imap: mail.example.org, user: support, password: "${IMAP_PASSWORD}", mailbox: INBOX}
    """

    imap: Annotated[HostPort, address(993)]
    tls: Literal["no", "starttls", "always"] = "always"
    user: SecretText | None = None
    password: SecretText = ""
    mailbox: str | None = None
    expect: ImapExpect = Field(default_factory=ImapExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Go through the conversation until an answer is not as it should be."""
        watch, findings = Stopwatch(eyes.clock), Findings()
        measures: dict[str, float] = {}
        at_once = self.wish(eyes.secrets) if self.tls == "always" else None
        connection = await eyes.net.connect(self.imap.host, self.imap.port, tls=at_once)
        watch.lap("connect")
        try:
            with suppress(Enough):
                await self._talk(connection, eyes, watch, findings, measures)
            await connection.write(b"BYE LOGOUT\r\n")
        finally:
            connection.close()
        told = [*findings.told, *self.expect.judge_time(watch.total)]
        if "messages" in measures:
            told += within("messages", Quantity(measures["messages"]), self.expect.messages, "degraded")
        return conclude(told, phases=watch.phases, measures=measures)

    async def _talk(
        self, connection: Connection, eyes: Eyes, watch: Stopwatch, findings: Findings, measures: dict[str, float]
    ) -> None:
        talk = Conversation(connection, str(self.imap))
        hello = await talk.greeting()
        findings.need(f"greeting ({hello.status} {quoted(hello.text)}) != BYE", hello.status != "BYE")
        watch.lap("greeting")
        if self.tls == "starttls":
            _answered("STARTTLS", await talk.ask("STARTTLS"), findings)
            await connection.start_tls(self.wish(eyes.secrets))
            watch.lap("tls")
        if self.user is None:
            return
        user, password = eyes.secrets.fill(self.user), eyes.secrets.fill(self.password)
        _answered("LOGIN", await talk.ask("LOGIN", imap_quoted(user), imap_quoted(password)), findings)
        watch.lap("sign_in")
        if self.mailbox is not None:
            opened = _answered("EXAMINE", await talk.ask("EXAMINE", imap_quoted(self.mailbox)), findings)
            for found in filter(None, map(_EXISTS.fullmatch, opened.lines)):
                measures["messages"] = float(found[1])
            watch.lap("mailbox")

    def target(self) -> str:
        """Return the mailbox server."""
        return self.imap.host


def _answered(step: str, answer: ImapAnswer, findings: Findings) -> ImapAnswer:
    findings.need(f"{step} ({answer.status} {quoted(answer.text)}) == OK", answer.status == "OK")
    return answer
