"""Numbers that a question to a database returns."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Message, msg
from bosco.plan.secrets import PLACE
from bosco.plan.words import SecretText
from bosco.signals import ask_mysql, ask_postgresql, ask_sqlite
from bosco.signals.kind import Doors, Found, Kind, NoValue
from bosco.signals.rows import found_in

_ASKING: dict[str, Any] = {
    "postgresql": ask_postgresql.ask,
    "postgres": ask_postgresql.ask,
    "mysql": ask_mysql.ask,
    "mariadb": ask_mysql.ask,
    "sqlite": ask_sqlite.ask,
}


_SCHEMES = "postgresql://, mysql:// or sqlite:///"


def _place(written: str) -> str:
    scheme, parted, _ = written.partition("://")
    if parted and not PLACE.search(scheme) and scheme.split("+")[0].casefold() not in _ASKING:
        raise Unreadable(
            msg("“{scheme}” is no database that Bosco can ask", scheme=scheme[:40]),
            expected=msg("an address that begins with {schemes}", schemes=_SCHEMES),
        )
    return written


class Sql(Kind):
    """What a question to PostgreSQL, MySQL, MariaDB or SQLite returns, on a connection that may only read.

    In the plan: {sql: "select count(*) from orders where open", from: "postgresql://reader:${DB_PASSWORD}@db/shop"}
    """

    called: ClassVar[Message] = msg("database")
    is_asked: ClassVar[bool] = True

    sql: str
    from_: Annotated[SecretText, Field(alias="from"), AfterValidator(_place)]

    async def read(self, doors: Doors) -> list[Found]:
        """Ask once."""
        # The name of a probe stands for the database that it looks at.
        url = doors.secrets.fill(doors.databases.get(self.from_, self.from_))
        scheme, _, rest = url.partition("://")
        asking = _ASKING.get(scheme.split("+")[0].casefold()) if rest else None
        if asking is None:
            # The text itself may hold a password, so it is not told.
            raise NoValue(
                msg(
                    "“from” names no database: it begins with {schemes}",
                    schemes=_SCHEMES,
                )
            )
        columns, rows = await asking(url, self.sql, doors)
        return found_in(columns, rows)

    def host(self) -> str:
        """Return the server's host, as far as the plan says it."""
        # What is the same secret is the same server.
        secret = PLACE.fullmatch(self.from_)
        return secret[1] if secret else self.from_.rpartition("@")[2].partition("/")[0]

    @property
    def named(self) -> str | None:
        """Return the probe whose database is asked, if it is a name that stands there."""
        return None if "://" in self.from_ or PLACE.search(self.from_) or "=" in self.from_ else self.from_
