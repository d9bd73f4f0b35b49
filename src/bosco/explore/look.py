"""What a reader wants to see: which query, how far back, how fine, until when."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from bosco.explore.wishes import milliseconds
from bosco.kit.words import Message, msg
from bosco.promql.budget import MOST_POINTS
from bosco.promql.grid import Asked

LONGEST = 16_000
# A chart shows some hundred points; what it rounds to is a step that people would choose too.
POINTS = 240
FINEST = 15_000
SPANS: dict[str, Message] = {
    "15m": msg("15 minutes"),
    "1h": msg("1 hour"),
    "6h": msg("6 hours"),
    "24h": msg("24 hours"),
    "7d": msg("7 days"),
    "30d": msg("30 days"),
}
STEPS = ("15s", "30s", "1m", "2m", "5m", "10m", "15m", "30m", "1h", "2h", "3h", "6h", "12h", "1d")


@dataclass(frozen=True)
class Look:
    """A question to measures; without `until` it goes on with the time, without a step it chooses its own."""

    query: str
    span: str = "1h"
    step: str = ""
    until: datetime | None = None
    path: str = "/explore"

    @property
    def length(self) -> int:
        """Return how far it goes back, in milliseconds."""
        return milliseconds(self.span) or 3_600_000

    @property
    def step_ms(self) -> int:
        """Return how far apart its points are; a step that is too fine for the span is not taken."""
        steps = [milliseconds(step) or FINEST for step in STEPS]
        chosen = milliseconds(self.step) if self.step else None
        if chosen and self.length // chosen < MOST_POINTS:
            return chosen
        return next((step for step in steps if self.length <= step * POINTS), steps[-1])

    @property
    def is_finer_than_fits(self) -> bool:
        """Say whether the chosen step would make more points than can be shown."""
        return bool(self.step) and milliseconds(self.step) != self.step_ms

    def asked(self, now: datetime) -> Asked:
        """Return its first and last instant, in milliseconds."""
        end = round((self.until or now).timestamp() * 1000) // FINEST * FINEST
        return end - self.length // self.step_ms * self.step_ms, end

    def earlier(self, now: datetime) -> str:
        """Return the address of the span before."""
        return replace(self, until=(self.until or now) - timedelta(milliseconds=self.length)).address()

    def later(self, now: datetime) -> str | None:
        """Return the address of the span after; None if that has not been yet."""
        if self.until is None:
            return None
        after = self.until + timedelta(milliseconds=self.length)
        return replace(self, until=None if after >= now else after).address()

    def address(self, path: str | None = None) -> str:
        """Return the path of a page that shows it."""
        told = {
            "q": self.query,
            "span": self.span if self.span != "1h" else "",
            "step": self.step,
            "until": str(int(self.until.timestamp())) if self.until else "",
        }
        kept = {name: value for name, value in told.items() if value}
        return f"{path or self.path}?{urlencode(kept)}" if kept else path or self.path


def look_of(query: str, span: str, step: str, until: str) -> Look:
    """Return what an address asks for; words that are none mean nothing."""
    return Look(
        " ".join(query.split())[:LONGEST],
        span if span in SPANS else "1h",
        step if step in STEPS else "",
        _instant(until),
    )


def _instant(text: str) -> datetime | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    return datetime.fromtimestamp(int(text), UTC)
