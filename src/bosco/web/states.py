"""How each state a thing can be in is shown everywhere: one tone and one word."""

from bosco.kit.words import Message, msg

# `down` is critical and silence is never ok: what Bosco could not look at is unknown.
STATES: dict[str, tuple[str, Message]] = {
    "up": ("ok", msg("Up")),
    "ok": ("ok", msg("All good")),
    "kept": ("ok", msg("Kept")),
    "degraded": ("degraded", msg("Degraded")),
    "late": ("degraded", msg("Late")),
    "at-risk": ("degraded", msg("At risk")),
    "down": ("critical", msg("Down")),
    "missing": ("critical", msg("Missing")),
    "broken": ("critical", msg("Broken")),
    "unknown": ("unknown", msg("Unknown")),
    "unproven": ("unknown", msg("Unproven")),
    "maintenance": ("info", msg("Maintenance")),
    "running": ("info", msg("Running")),
    "paused": ("muted", msg("Paused")),
    "new": ("muted", msg("Not checked yet")),
}
