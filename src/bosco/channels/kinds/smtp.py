"""E-mail, by a mail server."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from typing import Annotated, ClassVar

from pydantic import Field

from bosco.channels.kind import Address, Doors, Kind, Outcome, Refused, Said
from bosco.channels.post import hand_over
from bosco.channels.speak import as_text
from bosco.kit.words import Message, msg
from bosco.plan.words import Email, SecretText


class Smtp(Kind):
    """E-mail, by a mail server: `smtps://user:password@mail.example.org`, or `smtp://…:587?starttls`.

    In the plan: {smtp: "${SMTP_URL}", from: ops@example.org}
    """

    smtp: SecretText
    from_: Annotated[Email, Field(alias="from")]
    reply_to: Email | None = None
    address: ClassVar[Address] = "email"
    one_by_one: ClassVar[bool] = True
    called: ClassVar[Message | str] = msg("e-mail")

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Write the message and hand it over."""
        to = next((address for _, address in letter.to if address), None)
        if to is None:
            return Refused(msg("nobody to send it to has an e-mail address"))
        message = self.write(letter, to, format_datetime(doors.clock.read()))
        with doors.clock.busy():
            return await hand_over(doors.secrets.fill(self.smtp), message, self.from_, [to], doors.limit)

    def write(self, letter: Said, to: str, date: str) -> EmailMessage:
        """Return the message: text and HTML, in the thread of its matter, marked as written by a machine."""
        domain = self.from_.rpartition("@")[2]
        message = EmailMessage(SMTP)
        title = " ".join(letter.title.split())
        prefix = f"[{letter.priority}] " if letter.priority else ""
        message["From"] = formataddr(("Bosco", self.from_))
        message["To"] = to
        message["Subject"] = f"{prefix}{title}"[:250]
        message["Date"] = date
        message["Message-ID"] = f"<{letter.id.lower()}@{domain}>"
        first = f"<thread.{re.sub(r'[^A-Za-z0-9.-]', '-', letter.thread)[:100]}@{domain}>"
        message["In-Reply-To"] = first
        message["References"] = first
        message["List-Id"] = f"Bosco <bosco.{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        if letter.rank == 0:
            message["Importance"] = "high"
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        message.set_content(as_text(letter))
        message.add_alternative(as_html(letter), subtype="html")
        return message


_EDGE = {"red": "#d92d20", "orange": "#e8730c", "yellow": "#d9a40c", "green": "#16924f", "blue": "#2563c9"}


def as_html(letter: Said) -> str:
    """Return the letter as a page that any reader of mail can show, by day and by night."""
    edge = _EDGE["green"] if letter.event == "resolved" else _EDGE.get(letter.color or "", "#6b7280")
    parts = [f'<h1 style="font-size:18px;margin:0 0 12px">{escape(letter.title)}</h1>']
    for section in letter.sections:
        if section.heading:
            parts.append(f'<h2 style="font-size:14px;margin:16px 0 4px">{escape(section.heading)}</h2>')
        if section.facts:
            rows = "".join(
                f'<tr><td style="padding:2px 16px 2px 0;opacity:.7;vertical-align:top">{escape(label)}</td>'
                f'<td style="padding:2px 0">{escape(value)}</td></tr>'
                for label, value in section.facts
            )
            parts.append(f'<table role="presentation" style="border-collapse:collapse;font-size:14px">{rows}</table>')
        quiet = "opacity:.7;font-size:12px" if section.tone == "quiet" else "font-size:14px"
        parts += [f'<p style="margin:6px 0;{quiet}">{escape(line)}</p>' for line in section.lines]
    links = "".join(
        f'<a href="{escape(url, quote=True)}" style="display:inline-block;margin:12px 12px 0 0;padding:8px 14px;'
        f'border-radius:6px;border:1px solid {edge};color:{edge};text-decoration:none">{escape(label)}</a>'
        for _, label, url in letter.actions
    )
    return (
        f'<!doctype html><html lang="{letter.language}"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark"></head>'
        '<body style="font-family:sans-serif;margin:0;padding:16px">'
        f'<div style="border-left:4px solid {edge};padding-left:16px;max-width:640px">{"".join(parts)}{links}</div>'
        "</body></html>"
    )
