"""What a silence may cover, and how that is said."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bosco.alerts.silences import WORDS, Silence
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg

MOST_WORDS = 20
LONGEST = 300
LONGEST_REASON = 500
# Longer than that is no silence but a change of the plan.
LONGEST_SILENCE = timedelta(days=366)


def checked(covers: Mapping[str, str]) -> dict[str, str]:
    """Return what is covered, or refuse what would cover everything or nothing that exists."""
    wanted = {word.strip(): value.strip() for word, value in covers.items() if value.strip()}
    if not wanted:
        raise Refusal(
            Code.INVALID, msg("A silence says what it covers: a service, a measure, a label."), where="covers"
        )
    for word, value in wanted.items():
        if word not in WORDS and not (word.startswith("label.") and len(word) > len("label.")):
            known = msg("Use {words}, or label.<name>.", words=", ".join(WORDS))
            raise Refusal(Code.INVALID, msg("A silence cannot be told by “{word}”.", word=word[:80]), known, "covers")
        if len(word) > LONGEST or len(value) > LONGEST:
            raise Refusal(Code.INVALID, msg("What a silence covers is too long."), where="covers")
    if len(wanted) > MOST_WORDS:
        raise Refusal(Code.INVALID, msg("A silence names at most {most} things.", most=MOST_WORDS), where="covers")
    return wanted


def checked_reason(reason: str) -> str:
    """Return why there is a silence, or refuse one without a reason."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise Refusal(Code.INVALID, msg("A silence needs a reason."), where="reason")
    return reason


def checked_end(until: datetime, now: datetime) -> datetime:
    """Return when a silence ends, or refuse one that is over already or that would be forgotten."""
    if until <= now:
        raise Refusal(Code.INVALID, msg("A silence ends in the future."), where="until")
    if until - now > LONGEST_SILENCE:
        raise Refusal(Code.INVALID, msg("A silence lasts a year at most."), where="until")
    return until


def said_of(silence: Silence) -> str:
    """Return what a silence covers, as the journal keeps it."""
    return ", ".join(f"{word.removeprefix('label.')} = {value}" for word, value in silence.covers.items())
