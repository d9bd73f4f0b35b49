"""How far back a page looks: the four spans that a reader may choose."""

from dataclasses import dataclass
from datetime import timedelta

from bosco.kit.words import Message, msg


@dataclass(frozen=True)
class Span:
    """A span of the past, as it stands in an address and on a tab."""

    word: str
    length: timedelta
    label: Message


SPANS: tuple[Span, ...] = (
    Span("24h", timedelta(hours=24), msg("24 hours")),
    Span("7d", timedelta(days=7), msg("7 days")),
    Span("30d", timedelta(days=30), msg("30 days")),
    Span("90d", timedelta(days=90), msg("90 days")),
)


def span_called(word: str | None) -> Span:
    """Return the span of that word, a day if there is none such."""
    return next((one for one in SPANS if one.word == word), SPANS[0])


def span_tabs(chosen: Span, path: str) -> list[dict[str, object]]:
    """Return the tabs that lead from one span to another."""
    return [{"href": f"{path}?span={one.word}", "label": one.label, "current": one is chosen} for one in SPANS]
