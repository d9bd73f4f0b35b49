"""What SMTP and IMAP servers are told and answer: lines, bounded, never more than the protocol asks for."""

import base64
import re
from dataclasses import dataclass

from bosco.kit.net import Connection, NetFailed, TlsWish
from bosco.kit.words import msg

_LONGEST_LINE = 8192
_MOST_LINES = 100
_CODE = re.compile(r"([2-5]\d\d)([ -]?)(.*)", re.DOTALL)


@dataclass(frozen=True)
class SmtpAnswer:
    """An answer of an SMTP server: its code and its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return it in one line, as it is shown."""
        return f"{self.code} {' '.join(self.lines)}"[:200]


async def read_line(connection: Connection) -> str:
    """Return one line without its end."""
    line = await connection.read_until(b"\n", _LONGEST_LINE)
    return line.decode("utf-8", "replace").rstrip("\r\n")


class Smtp:
    """A conversation with an SMTP server."""

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where

    async def hear(self) -> SmtpAnswer:
        """Return the next answer."""
        lines: list[str] = []
        for _ in range(_MOST_LINES):
            line = await read_line(self._connection)
            found = _CODE.fullmatch(line)
            if found is None:
                what = repr(line[:60])
                raise NetFailed(msg("{where} does not speak SMTP: {what}", where=self._where, what=what), "protocol")
            lines.append(found[3])
            if found[2] != "-":
                return SmtpAnswer(int(found[1]), tuple(lines))
        raise NetFailed(msg("{where} does not stop to talk", where=self._where), "protocol")

    async def ask(self, line: str) -> SmtpAnswer:
        """Say a line and return the answer."""
        await self._connection.write(f"{line}\r\n".encode())
        return await self.hear()

    async def log_in(self, user: str, password: str) -> SmtpAnswer:
        """Say who we are."""
        token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return await self.ask(f"AUTH PLAIN {token}")


@dataclass(frozen=True)
class ImapAnswer:
    """An answer of an IMAP server: OK, NO or BAD, its text, and the lines before."""

    status: str
    text: str
    lines: tuple[str, ...]


class Imap:
    """A conversation with an IMAP server."""

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._turn = 0

    async def greeting(self) -> ImapAnswer:
        """Return what the server says first."""
        line = await read_line(self._connection)
        _, star, rest = line.partition("* ")
        status, _, text = rest.partition(" ")
        if not star or status.upper() not in ("OK", "PREAUTH", "BYE"):
            what = repr(line[:60])
            raise NetFailed(msg("{where} does not speak IMAP: {what}", where=self._where, what=what), "protocol")
        return ImapAnswer(status.upper(), text[:200], ())

    async def ask(self, *words: str) -> ImapAnswer:
        """Say a command and return its answer."""
        self._turn += 1
        tag = f"B{self._turn}"
        await self._connection.write(f"{tag} {' '.join(words)}\r\n".encode())
        lines: list[str] = []
        for _ in range(_MOST_LINES):
            line = await read_line(self._connection)
            if line.startswith(f"{tag} "):
                status, _, text = line[len(tag) + 1 :].partition(" ")
                return ImapAnswer(status.upper(), text[:200], tuple(lines))
            lines.append(line)
        raise NetFailed(msg("{where} does not stop to talk", where=self._where), "protocol")


def imap_quoted(text: str) -> str:
    """Return a text as an IMAP string; what cannot stand in one is refused."""
    if any(sign in text for sign in "\r\n\0"):
        raise NetFailed(msg("a name or password holds a line break"), "local")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


async def start_tls_after(protocol: str, connection: Connection, wish: TlsWish, where: str) -> None:
    """Ask for TLS in the words of the protocol, then make the handshake."""
    if protocol == "smtp":
        smtp = Smtp(connection, where)
        await smtp.hear()
        await smtp.ask("EHLO bosco.invalid")
        answer = await smtp.ask("STARTTLS")
        agreed, said = answer.code == 220, answer.text
    else:
        imap = Imap(connection, where)
        await imap.greeting()
        reply = await imap.ask("STARTTLS")
        agreed, said = reply.status == "OK", f"{reply.status} {reply.text}"
    if not agreed:
        raise NetFailed(msg("{where} does not offer STARTTLS: {said}", where=where, said=said), "protocol")
    await connection.start_tls(wish)
