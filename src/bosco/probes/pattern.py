"""Regular expressions over what strangers say: both engines used here take time in proportion to the text, always."""

import re
from functools import lru_cache
from typing import Annotated

import duckdb
from pydantic import AfterValidator
from pydantic_core import SchemaError, SchemaValidator, core_schema

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg

# The text that is searched; what comes later in an answer is not looked at.
LONGEST_TEXT = 1_000_000
_LONGEST_CAPTURE = 4096
# Escaped signs and those between brackets open no group.
_NO_SIGNS = re.compile(r"\\.|\[\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP = re.compile(r"\((?!\?)|\(\?P?<(?![=!])")


@lru_cache(maxsize=2000)
def _compiled(pattern: str) -> SchemaValidator:
    # Python's own engine may take for ever on a hostile text; Rust's never goes back.
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


def found_in(text: str, pattern: str) -> bool:
    """Say whether the pattern is found anywhere in the text."""
    return _compiled(pattern).isinstance_python(text[:LONGEST_TEXT])


@lru_cache(maxsize=1)
def _searcher() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def captured(text: str, pattern: str) -> str | None:
    """Return what the pattern's first group, or the whole of it if it has none, matches first; None if nothing does."""
    if not found_in(text, pattern):
        return None
    # RE2, the engine without surprises that can also say what a group has matched, comes with DuckDB.
    group = 1 if _GROUP.search(_NO_SIGNS.sub("", pattern)) else 0
    row = _searcher().execute("select regexp_extract(?, ?, ?)", [text[:LONGEST_TEXT], pattern, group]).fetchone()
    return None if row is None else str(row[0])[:_LONGEST_CAPTURE]


def readable(pattern: str) -> str:
    """Return the pattern if it can be searched for."""
    try:
        _compiled(pattern)
    except SchemaError as error:
        why = str(error).strip().rpartition("error: ")[2].rpartition("SchemaError: ")[2]
        says = msg("“{text}” is not a regular expression: {why}", text=pattern[:80], why=" ".join(why.split())[:200])
        raise Unreadable(says) from error
    return pattern


def capturing(pattern: str) -> str:
    """Return the pattern if what it matches can be captured, too."""
    try:
        _searcher().execute("select regexp_extract('', ?)", [readable(pattern)])
    except duckdb.Error as error:
        why = str(error).rpartition("Error: ")[2]
        says = msg("“{text}” is not a regular expression: {why}", text=pattern[:80], why=" ".join(why.split())[:200])
        raise Unreadable(says) from error
    return pattern


Pattern = Annotated[str, AfterValidator(readable)]
Capturing = Annotated[str, AfterValidator(capturing)]
