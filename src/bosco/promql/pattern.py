"""What the groups of a pattern match: by RE2, which takes time in proportion to the text, whatever the pattern."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bosco.kit.words import msg
from bosco.promql.refusals import failed

if TYPE_CHECKING:
    import duckdb

# Escaped signs and those between brackets open no group.
_NO_SIGNS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP = re.compile(r"\((?!\?)|\(\?P?<(?P<name>\w+)>")
_MOST_GROUPS = 100


@lru_cache(maxsize=1)
def _engine() -> "duckdb.DuckDBPyConnection":
    import duckdb  # noqa: PLC0415 - brings RE2; most queries never need it

    return duckdb.connect(":memory:")


def groups_of(pattern: str, texts: Collection[str]) -> dict[str, dict[str, str]]:
    """Return, for each text that the pattern matches as a whole, its groups by number and by name."""
    import duckdb  # noqa: PLC0415

    names = [found["name"] for found in _GROUP.finditer(_NO_SIGNS.sub("", pattern))][:_MOST_GROUPS]
    whole = f"^(?s:{pattern})$"
    columns = ", ".join(f"regexp_extract(text, $2, {number})" for number in range(len(names) + 1))
    asked: list[Any] = [list(texts), whole]
    sql = f"SELECT text, {columns} FROM (SELECT unnest($1::VARCHAR[]) AS text) WHERE regexp_matches(text, $2)"  # noqa: S608
    try:
        rows = _engine().cursor().execute(sql, asked).fetchall()
    except duckdb.Error as error:
        why = str(error).rpartition("Error: ")[2].splitlines()[0][:200]
        raise failed(msg("“{text}” is not a regular expression: {why}", text=pattern[:80], why=why)) from error
    found: dict[str, dict[str, str]] = {}
    for text, *groups in rows:
        by_number = {str(number): group or "" for number, group in enumerate(groups)}
        named = {name: by_number[str(number + 1)] for number, name in enumerate(names) if name}
        found[text] = {**by_number, **named}
    return found
