"""What a person typed into a form: read field by field, each mistake told beside its field, nothing typed is lost."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from litestar.datastructures import UploadFile

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Sayable, msg
from bosco.web.visitor import AnyRequest

_EMAIL = re.compile(r"[^@\s\"<>(),;:\\\[\]]+@[^@\s\"<>(),;:\\\[\]]+\.[^@\s\"<>(),;:\\\[\]]+")
# Control characters have no place in what people type; tabs and line ends have one in longer texts.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MISSING = msg("This is needed.")


class Form:
    """Values by field, and what is wrong with them; each reading method notes its own mistakes and goes on."""

    def __init__(
        self,
        values: Mapping[str, str] | None = None,
        lists: Mapping[str, list[str]] | None = None,
        uploads: Mapping[str, list[UploadFile]] | None = None,
    ) -> None:
        self.values: dict[str, str] = dict(values or {})
        self.uploads: dict[str, list[UploadFile]] = dict(uploads or {})
        self.errors: dict[str, Sayable] = {}
        self._lists: dict[str, list[str]] = dict(lists or {})

    @classmethod
    async def read(cls, request: AnyRequest) -> "Form":
        """Read the form of a request."""
        try:
            sent = await request.form()
        except (UnicodeError, LookupError) as wrong:
            raise Refusal(Code.INVALID, msg("The form could not be read.")) from wrong
        values: dict[str, str] = {}
        lists: dict[str, list[str]] = {}
        uploads: dict[str, list[UploadFile]] = {}
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                uploads.setdefault(name, []).append(value)
            else:
                text = str(value)
                values[name] = text
                lists.setdefault(name, []).append(text)
        return cls(values, lists, uploads)

    @property
    def files(self) -> dict[str, UploadFile]:
        """Return the last file of each field."""
        return {name: several[-1] for name, several in self.uploads.items()}

    @property
    def ok(self) -> bool:
        """Say whether nothing is wrong so far."""
        return not self.errors

    def fail(self, name: str, says: Sayable) -> None:
        """Note what is wrong with a field; the first mistake of a field stays."""
        self.errors.setdefault(name, says)

    def value(self, name: str) -> str:
        """Return what was typed, as it was typed."""
        return self.values.get(name, "")

    def text(self, name: str, *, needed: bool = True, most: int = 200, least: int = 0) -> str:
        """Return a line of text without the spaces around it."""
        text = " ".join(self.lines(name, needed=needed, most=most, least=least).split())
        self.values[name] = text
        return text

    def lines(self, name: str, *, needed: bool = True, most: int = 10_000, least: int = 0) -> str:
        """Return a text of several lines, with plain line ends."""
        text = self.value(name).replace("\r\n", "\n").replace("\r", "\n").strip()
        self.values[name] = text
        if not text:
            if needed:
                self.fail(name, MISSING)
        elif len(text) > most:
            self.fail(name, msg("At most {n} characters fit here; this has {seen}.", n=most, seen=len(text)))
        elif len(text) < least:
            self.fail(name, msg("This needs at least {n} characters.", n=least))
        elif _CONTROL.search(text):
            self.fail(name, msg("This holds characters that cannot be shown."))
        return text

    def secret(self, name: str, *, least: int = 0, most: int = 500) -> str:
        """Return a password, untouched; it is never given back to the page."""
        typed = self.values.pop(name, "")
        if not typed:
            self.fail(name, MISSING)
        elif len(typed) < least:
            self.fail(name, msg("This needs at least {n} characters.", n=least))
        elif len(typed) > most:
            self.fail(name, msg("At most {n} characters fit here; this has {seen}.", n=most, seen=len(typed)))
        return typed

    def email(self, name: str, *, needed: bool = True) -> str:
        """Return an e-mail address."""
        text = self.text(name, needed=needed, most=254)
        if text and not _EMAIL.fullmatch(text):
            self.fail(name, msg("This is not an e-mail address, such as name@example.org."))
        return text

    def choice(self, name: str, options: Collection[str], *, needed: bool = True) -> str:
        """Return one of the options, or nothing if that is allowed."""
        picked = self.value(name)
        if not picked:
            if needed:
                self.fail(name, MISSING)
        elif picked not in options:
            self.fail(name, msg("Choose one of the list."))
            return ""
        return picked

    def choices(self, name: str, options: Collection[str]) -> list[str]:
        """Return those of the options that were ticked."""
        picked = list(dict.fromkeys(self._lists.get(name, [])))
        if any(one not in options for one in picked):
            self.fail(name, msg("Choose among the list."))
        return [one for one in picked if one in options]

    def picked(self, name: str) -> list[str]:
        """Return everything that was chosen for a field, as it was sent."""
        return self._lists.get(name, [self.values[name]] if name in self.values else [])

    def flag(self, name: str) -> bool:
        """Say whether a box is ticked."""
        return self.value(name) not in {"", "0", "off", "false"}

    def whole(self, name: str, *, least: int | None = None, most: int | None = None, needed: bool = True) -> int | None:
        """Return a whole number."""
        text = re.sub(r"[\s\u00a0\u202f]", "", self.value(name))
        if not text:
            if needed:
                self.fail(name, MISSING)
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            self.fail(name, msg("This is not a whole number."))
            return None
        number = int(text)
        if least is not None and number < least:
            self.fail(name, msg("It must be at least {n}.", n=least))
        elif most is not None and number > most:
            self.fail(name, msg("It may be {n} at most.", n=most))
        return number

    def instant(self, name: str, zone: ZoneInfo, *, needed: bool = True) -> datetime | None:
        """Return the instant of a `datetime-local` field, read in that time zone."""
        text = self.value(name).strip()
        if not text:
            if needed:
                self.fail(name, MISSING)
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone)
        except ValueError:
            self.fail(name, msg("This is not a date with a time."))
            return None

    def refuse_if_wrong(self) -> None:
        """Refuse the whole form, for callers that show no page of it."""
        for name, says in self.errors.items():
            raise Refusal(Code.INVALID, msg("{field}: {says}", field=name, says=says))
