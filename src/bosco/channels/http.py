"""What an answer over HTTP means for a letter: there, not now, or never."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bosco.channels.kind import Again, Arrived, Outcome, Refused
from bosco.kit.net_model import Response
from bosco.kit.words import msg

TOO_MANY = 429
LONGEST_WAIT = timedelta(hours=1)
# Statuses after which the same letter may well be taken: too early, too many, and the far end's own troubles.
NOT_NOW = frozenset({408, 423, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524, 529})


def outcome(answer: Response, now: datetime, ref: str | None = None) -> Outcome:
    """Return what an answer means; what the far end said is not quoted, for it may repeat a secret."""
    if 200 <= answer.status < 300:
        return Arrived(ref, msg("answered {status}", status=answer.status))
    because = msg("answered {status}", status=answer.status)
    if answer.status in NOT_NOW:
        return Again(because, retry_after(answer.header("retry-after"), now), busy=answer.status == TOO_MANY)
    return Refused(because)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Return how long the far end asks to wait: seconds, or a date; nonsense is no wish."""
    if header is None:
        return None
    text = header.strip()
    try:
        wait = timedelta(seconds=float(text)) if text.replace(".", "", 1).isdigit() else _until(text, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _until(text: str, now: datetime) -> timedelta:
    at = parsedate_to_datetime(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
