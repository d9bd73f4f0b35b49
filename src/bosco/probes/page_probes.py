"""The list of probes: the rows, the worst first, and how many there are in each state."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlencode

from markupsafe import Markup

from bosco.kit.words import Language, Sayable, Text, msg, say
from bosco.probes.model import ProbeView
from bosco.probes.page_state import TONES, WORDS
from bosco.probes.summary import Summary
from bosco.web.states import STATES
from bosco.web.typeset import relative_text

Order = Literal["state", "name", "slowest", "failing"]
ORDERS = {
    "state": msg("Worst first"),
    "name": msg("By name"),
    "slowest": msg("Slowest first"),
    "failing": msg("Least available first"),
}
LONGEST_REASON = 140


@dataclass(frozen=True)
class Row:
    """One probe in the list; the figures are those of the last 24 hours."""

    name: str
    label: Text | str
    kind: str
    service: str | None
    service_label: Text | str | None
    word: str
    since: datetime
    because: Sayable
    took: timedelta | None
    share: float | None = None
    p95: float | None = None

    @property
    def tone(self) -> str:
        """Return the tone that its state is shown in."""
        return TONES[self.word]

    @property
    def address(self) -> str:
        """Return the path of its page."""
        return f"/probes/{quote(self.name)}"


@dataclass(frozen=True)
class Wanted:
    """What the reader wants to see of the list."""

    search: str = ""
    state: str = ""
    service: str = ""
    order: Order = "state"

    def address(self, **other: str) -> str:
        """Return the path of the list, asked for the same but for these."""
        asked = {"q": self.search, "state": self.state, "service": self.service, "order": self.order, **other}
        kept = {name: value for name, value in asked.items() if value and (name, value) != ("order", "state")}
        return f"/probes?{urlencode(kept)}" if kept else "/probes"


def row_of(view: ProbeView, word: str, service_label: Text | str | None, summary: Summary | None) -> Row:
    """Return the row of a probe."""
    return Row(
        name=view.name,
        label=view.label or view.name,
        kind=view.kind,
        service=view.service,
        service_label=service_label,
        word=word,
        since=view.since,
        because=view.because,
        took=view.reading.took if view.reading else None,
        share=summary.share_up if summary else None,
        p95=summary.p95 if summary else None,
    )


def narrowed(rows: Iterable[Row], wanted: Wanted, language: Language) -> list[Row]:
    """Return the rows that match what was typed, of the service that was chosen; in every state."""
    typed = wanted.search.casefold().split()
    return [
        row
        for row in rows
        if (not wanted.service or row.service == wanted.service) and all(word in _text(row, language) for word in typed)
    ]


def _text(row: Row, language: Language) -> str:
    said = (row.name, row.kind, row.service, say(row.label, language), say(row.service_label, language))
    return " ".join(str(one) for one in said if one).casefold()


def ordered(rows: Iterable[Row], wanted: Wanted) -> list[Row]:
    """Return the rows in the state that was chosen, in the order that was chosen."""
    orders: Mapping[str, Callable[[Row], tuple[float | str, ...]]] = {
        "state": lambda row: (float(WORDS.index(row.word)), -row.since.timestamp() if row.word == "down" else 0.0),
        "name": lambda row: (row.name.casefold(),),
        "slowest": lambda row: (-(row.p95 or 0.0), row.name),
        "failing": lambda row: (2.0 if row.share is None else row.share, row.name),
    }
    return sorted((row for row in rows if wanted.state in ("", row.word)), key=orders[wanted.order])


def state_tabs(rows: Iterable[Row], wanted: Wanted) -> list[dict[str, object]]:
    """Return a tab for all and one for each state that there is, with how many are in it."""
    count = Counter(row.word for row in rows)
    whole: dict[str, object] = {
        "href": wanted.address(state=""),
        "label": msg("All"),
        "current": not wanted.state,
        "count": count.total(),
    }
    return [whole] + [
        {
            "href": wanted.address(state=word),
            "label": STATES[word][1],
            "current": wanted.state == word,
            "count": count[word],
        }
        for word in WORDS
        if count[word] or wanted.state == word
    ]


def shortened(text: str) -> str:
    """Return the beginning of a reason that is too long for a list."""
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def ago(at: datetime) -> Markup:
    """Set an instant as “5 min ago” in as few bytes as it takes: a list holds hundreds of them."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup("<time datetime={} data-relative>{}</time>").format(stamp, relative_text(at))
