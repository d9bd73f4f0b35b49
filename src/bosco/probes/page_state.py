"""The word under which a probe's state is shown, and which states come first."""

from bosco.probes.model import ProbeView
from bosco.probes.state import Standing

# The worst first; what Bosco cannot see comes before what is well.
WORDS: tuple[str, ...] = ("down", "degraded", "unknown", "new", "up", "paused")
TONES = {
    "up": "ok",
    "degraded": "degraded",
    "down": "critical",
    "unknown": "unknown",
    "new": "muted",
    "paused": "muted",
}


def word_of(view: ProbeView, standing: Standing | None) -> str:
    """Return the word: the state, unless the probe is paused or was never looked at."""
    if view.paused:
        return "paused"
    if view.state == "unknown" and standing is not None and standing.known is None and not standing.blind:
        return "new" if view.looked_at is None and not standing.recent else "unknown"
    return view.state
