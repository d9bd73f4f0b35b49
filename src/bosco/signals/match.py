"""Which values of a label a matcher accepts: plain texts at once, patterns by RE2, which no pattern can keep busy."""

import re
from collections.abc import Collection

import duckdb
import numpy as np

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.promql.source import Matcher
from bosco.signals.labels import shown
from bosco.telemetry.reader import Reader

# Alternatives of plain text, each perhaps open at one end or both.
_PLAIN = re.compile(r"(?:\.[*+])?[\w\-/: @,=%#~!<>\"';&]*(?:\.[*+])?", re.ASCII)
LONGEST_PATTERN = 4000


def needs_reader(matcher: Matcher) -> bool:
    """Say whether the matcher is a pattern beyond plain alternatives."""
    return matcher.op in ("=~", "!~") and not all(_PLAIN.fullmatch(part) for part in matcher.value.split("|"))


def accepted(matcher: Matcher, values: Collection[str], reader: Reader | None = None) -> set[str]:
    """Return which of the values the matcher accepts, the empty one told like any other; patterns ask the reader.

    Values in which a text is found at once (a set, the keys of a table) make plain alternatives cheap.
    """
    if matcher.op in ("=", "!="):
        held = {matcher.value} if matcher.value in values else set()
    elif not needs_reader(matcher):
        held = _plainly(matcher.value, values)
    else:
        assert reader is not None
        held = _by_re2(matcher.value, list(values), reader)
    return held if matcher.op in ("=", "=~") else set(values) - held


def _plainly(pattern: str, values: Collection[str]) -> set[str]:
    found: set[str] = set()
    for part in pattern.split("|"):
        text, opens, ends = part, "", ""
        if text[:2] in (".*", ".+"):
            opens, text = text[:2], text[2:]
        if text[-2:] in (".*", ".+"):
            ends, text = text[-2:], text[:-2]
        if not opens and not ends:
            if text in values:
                found.add(text)
            continue
        before, after = ("." if opens == ".+" else ""), ("." if ends == ".+" else "")
        # What is left is linear: a fixed text with something, or anything, around it.
        found |= {value for value in values if _around(value, text, (opens, before), (ends, after))}
    return found


def _around(value: str, text: str, left: tuple[str, str], right: tuple[str, str]) -> bool:
    least_left, least_right = len(left[1]), len(right[1])
    if not left[0]:
        return value.startswith(text) and len(value) >= len(text) + least_right
    if not right[0]:
        return value.endswith(text) and len(value) >= len(text) + least_left
    if not text:
        return len(value) >= least_left + least_right
    return value.find(text, least_left, len(value) - least_right if least_right else None) >= 0


def _by_re2(pattern: str, values: list[str], reader: Reader) -> set[str]:
    if len(pattern) > LONGEST_PATTERN:
        raise _no_pattern(pattern, "too long")
    try:
        rows = reader.columns(
            "SELECT regexp_full_match(value, ?, 's') AS held FROM (SELECT unnest(?) AS value)", [pattern, values]
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise _no_pattern(pattern, str(error)) from None
    held = np.asarray(rows["held"], dtype=bool)
    return {value for value, holds in zip(values, held, strict=True) if holds}


def _no_pattern(pattern: str, why: str) -> Refusal:
    reason = why.strip().split("\n", 1)[0].removeprefix("Invalid Input Error: ")[:200]
    return Refusal(Code.INVALID, msg("“{pattern}” is no pattern: {why}", pattern=shown(pattern), why=reason))
