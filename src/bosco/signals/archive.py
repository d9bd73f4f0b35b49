"""Series that have ended, read from disk: they no longer have a place in memory."""

import msgspec

from bosco.promql.source import NAME, Matcher
from bosco.signals.labels import Key, labels_of
from bosco.signals.match import accepted
from bosco.signals.sample_tables import SERIES
from bosco.telemetry.reader import Reader

Ended = tuple[int, Key, bool]


def ended(reader: Reader, matchers: tuple[Matcher, ...], living: set[int], until: int) -> list[Ended]:
    """Return number, labels and kind of the series that match and began before that instant, the living left out."""
    named = next((one.value for one in matchers if one.name == NAME and one.op == "="), None)
    where, parameters = "instant <= ?", [until]
    if named is not None:
        where, parameters = f"{where} AND metric = ?", [until, named]  # type: ignore[list-item]
    rows = reader.rows(f"SELECT number, labels, own FROM {SERIES.name} WHERE {where}", parameters)  # noqa: S608
    found = [(number, read_key(labels), own) for number, labels, own in rows if number not in living]
    for matcher in matchers:
        values = [labels_of(key).get(matcher.name, "") for _, key, _ in found]
        accepts = accepted(matcher, sorted({*values, ""}), reader)
        found = [one for one, value in zip(found, values, strict=True) if value in accepts]
    return found


def read_key(labels: str) -> Key:
    """Return labels as they were written down."""
    return tuple(msgspec.json.decode(labels, type=list[str]))
