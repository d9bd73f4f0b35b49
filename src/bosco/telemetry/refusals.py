"""What the telemetry store says when it cannot: held by another process, unreadable, full, too slow."""

import re
from pathlib import Path

import duckdb

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg


def cannot_open(path: Path, error: Exception) -> Refusal:
    """Return why the file cannot be opened, and what the operator may do."""
    text = str(error)
    if "lock on file" in text:
        holder = re.search(r"PID (\d+)", text)
        return Refusal(
            Code.CONFLICT,
            msg("Another process uses the telemetry of this data folder: process {pid}", pid=holder[1])
            if holder
            else msg("Another process uses the telemetry of this data folder"),
            msg("Stop that process first, or give this one a data folder of its own."),
            str(path),
        )
    broken = isinstance(error, duckdb.Error) and any(
        sign in text
        for sign in ("Corrupt", "not a valid", "enough bytes", "replaying WAL", "newer version", "deserializ")
    )
    if broken:
        return Refusal(
            Code.UNAVAILABLE,
            msg("The telemetry file cannot be read: {why}", why=_first_line(text)),
            msg(
                "Put a backup in its place, or move it and its .wal file away: Bosco then starts with an empty history."
            ),
            str(path),
        )
    return Refusal(
        Code.UNAVAILABLE,
        msg("The telemetry file cannot be opened: {why}", why=_first_line(text)),
        msg("Bosco must be able to read and write the data folder."),
        str(path),
    )


def cannot_write(error: Exception) -> Refusal:
    """Return why rows could not be made durable."""
    return Refusal(
        Code.UNAVAILABLE,
        msg("Telemetry could not be written: {why}", why=_first_line(str(error))),
        msg("Is the disk full?"),
    )


def cannot_read(error: Exception) -> Refusal:
    """Return why a question got no answer."""
    if isinstance(error, duckdb.InterruptException):
        return Refusal(
            Code.UNAVAILABLE,
            msg("The question to telemetry took too long"),
            msg("Ask for a shorter time or for fewer things at once."),
        )
    return Refusal(Code.UNAVAILABLE, msg("Telemetry could not be read: {why}", why=_first_line(str(error))))


def not_open() -> Refusal:
    """Return that the store is closed."""
    return Refusal(Code.UNAVAILABLE, msg("The telemetry store is not open"))


def too_much(rows: int) -> Refusal:
    """Return that rows arrive faster than the disk takes them."""
    return Refusal(
        Code.TOO_MANY,
        msg("Telemetry cannot keep up: {rows} rows wait to be written", rows=rows),
        msg("Send less, or send it again later."),
    )


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0][:300]
