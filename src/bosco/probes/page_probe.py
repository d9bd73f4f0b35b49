"""One probe in five seconds: what is wrong, since when, what it means, what comes next."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bosco.kit.plural import plural
from bosco.kit.units import say_duration
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.probes.model import ProbeView
from bosco.probes.page_state import TONES
from bosco.probes.phase import next_due, phase
from bosco.probes.section import Probe
from bosco.probes.state import Standing, in_doubt, sooner

TITLES: dict[str, Message] = {
    "up": msg("Up"),
    "degraded": msg("Degraded"),
    "down": msg("Down"),
    "unknown": msg("Nobody knows how it is"),
    "new": msg("Not looked at yet"),
    "paused": msg("Paused"),
}
_CREDENTIALS = re.compile(r"//[^@/\s]*@")
_PASSWORD = re.compile(r"(?i)\b(password|passwd|pwd|token|secret|api_?key)=[^&\s]+")


@dataclass(frozen=True)
class Verdict:
    """What the banner of a probe says."""

    word: str
    tone: str
    title: Sayable
    because: Sayable
    since: datetime
    # A sentence, in one form or another.
    next: object = None
    next_at: datetime | None = None


def verdict_of(view: ProbeView, word: str, probe: Probe | None, standing: Standing | None, now: datetime) -> Verdict:
    """Return what is said of a probe that Bosco looks at."""
    title = msg("It changes its state again and again") if view.flapping else TITLES[word]
    next_at = None if probe is None or word == "paused" else next_look(view, probe, standing, now)
    tone = "degraded" if view.flapping and word == "up" else TONES[word]
    return Verdict(word, tone, title, view.because, view.since, _next(word, probe, standing), next_at)


def _next(word: str, probe: Probe | None, standing: Standing | None) -> object:
    if word == "paused":
        return msg("Nothing is looked at until the plan says so.")
    if probe is None or standing is None:
        return None
    if word == "down":
        return plural(
            probe.recover, "It is up again after {n} good look.", "It is up again after {n} good looks in a row."
        )
    if in_doubt(standing):
        rule = probe.rule
        if word == "up" and rule.failures > 1:
            return msg(
                "The last look was not good; {failures} of {of} make it change its state.",
                failures=rule.failures,
                of=rule.of,
            )
        return msg("The last look saw something else; Bosco looks again soon to be sure.")
    return None


def next_look(view: ProbeView, probe: Probe, standing: Standing | None, now: datetime) -> datetime:
    """Return when Bosco looks next: at its own instant, or sooner while the last look is in doubt."""
    every = max(probe.every.total_seconds(), 0.01)
    due = datetime.fromtimestamp(next_due(phase(view.name, every), every, now.timestamp()), now.tzinfo)
    if standing is not None and view.looked_at is not None and in_doubt(standing):
        took = view.reading.took if view.reading else timedelta(0)
        due = min(due, max(now, view.looked_at + took + sooner(probe.every)))
    return due


def target_of(probe: Probe) -> str:
    """Return what it looks at, without the passwords in it."""
    target = getattr(probe, probe.kind.replace("-", "_"), None)
    text = target if isinstance(target, str) else str(target) if hasattr(target, "port") else probe.look.target()
    return _PASSWORD.sub(r"\1=…", _CREDENTIALS.sub("//", text))


def rule_of(probe: Probe) -> Sayable:
    """Return how many failures make it down and how many good looks make it up, in words."""
    rule = probe.rule
    if probe.window is not None:
        down: object = msg("{failures} failures of the last {of} looks", failures=rule.failures, of=rule.of)
    else:
        down = plural(rule.failures, "{n} failure", "{n} failures in a row")
    return msg(
        "down after {down}, up after {up}",
        down=down,
        up=plural(probe.recover, "{n} good look", "{n} good looks in a row"),
    )


def rhythm_of(probe: Probe) -> Sayable:
    """Return how often it looks, and how long an answer may take; of a job, when it is expected."""
    expected, grace = getattr(probe, "rhythm", None), getattr(probe, "grace", None)
    if expected is not None and isinstance(grace, timedelta):
        told = msg("every {span}", span=say_duration(expected)) if isinstance(expected, timedelta) else str(expected)
        return msg("{expected}, late after {grace} more", expected=told, grace=say_duration(grace))
    return msg("every {every}, at most {timeout}", every=say_duration(probe.every), timeout=say_duration(probe.timeout))


def meaning(service: Text | str, state: str, *, alone: bool) -> Message:
    """Return what the probe's trouble means for its service."""
    if state == "down":
        return (
            msg("{service} is down because of it.", service=service)
            if alone
            else msg("{service} is down.", service=service)
        )
    if state == "degraded":
        return msg("{service} is degraded.", service=service)
    if state == "unknown":
        return msg("Nobody knows how {service} is.", service=service)
    return msg("{service} is up.", service=service)
