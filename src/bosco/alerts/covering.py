"""What a person who makes a silence chooses: how wide, how long, and in which words that is said."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bosco.alerts.model import Alert
from bosco.alerts.silences import WORDS
from bosco.kit.packed import unpack
from bosco.kit.units import say_duration
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.plan.load import Plan
from bosco.services.section import SERVICES, service_name
from bosco.signals.section import measure_name
from bosco.web.forms import Form

SPANS = {
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}
CALLED: dict[str, Message] = {
    "service": msg("Service"),
    "measure": msg("Measure"),
    "priority": msg("Priority"),
    "source": msg("Source"),
    "alert": msg("Alert"),
}
SOURCES: dict[str, Message] = {
    "rule": msg("A level of the plan"),
    "service": msg("A service"),
    "probe": msg("A probe without a service"),
}


def spans() -> list[tuple[str, Sayable | Text]]:
    """Return how long a silence may be chosen to last."""
    return [(word, say_duration(span)) for word, span in SPANS.items()]


def scopes(plan: Plan, alert: Alert) -> list[tuple[str, Sayable]]:
    """Return how wide a silence of an alert may be, the narrowest first."""
    found: list[tuple[str, Sayable]] = [("this", msg("Only this: {alert}", alert=unpack(alert.title)))]
    if measure := alert.labels.get("measure"):
        found.append(("measure", msg("Everything about {measure}", measure=measure_name(plan, measure))))
    if alert.service is not None:
        found.append(("service", msg("Everything about {service}", service=_service(plan, alert.service))))
    return found


def scope_covers(alert: Alert, scope: str) -> dict[str, str]:
    """Return what a silence of an alert covers when it is that wide."""
    if scope == "service" and alert.service is not None:
        return {"service": alert.service}
    if scope == "measure" and "measure" in alert.labels:
        return {"measure": alert.labels["measure"]}
    return {"alert": alert.fingerprint}


def typed_covers(form: Form) -> dict[str, str]:
    """Return what a person typed: a field for each word, and labels one a line as `host = db1`."""
    found = {word: form.text(word, needed=False, most=300) for word in WORDS}
    for line in form.lines("labels", needed=False, most=2000).splitlines():
        name, sign, value = line.partition("=")
        if not sign or not name.strip() or not value.strip():
            form.fail("labels", msg("One label a line, such as host = db1."))
        else:
            found[f"label.{name.strip()}"] = value.strip().strip('"')
    return {word: value for word, value in found.items() if value}


def typed_end(form: Form, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the silence that a person typed ends: at an instant if one is given, else after the chosen time."""
    if form.value("until").strip():
        return form.instant("until", zone)
    chosen = form.choice("lasts", SPANS)
    return now + SPANS[chosen] if chosen else None


def said(plan: Plan, covers: Mapping[str, str]) -> list[tuple[Sayable | str, Sayable | Text | str]]:
    """Return what a silence covers, in pairs for a page."""
    return [(CALLED.get(word) or word.removeprefix("label."), _value(plan, word, covers[word])) for word in covers]


def _value(plan: Plan, word: str, value: str) -> Sayable | Text | str:
    if word == "service":
        return _service(plan, value)
    if word == "measure":
        return measure_name(plan, value)
    return SOURCES.get(value, value) if word == "source" else value


def _service(plan: Plan, name: str) -> Text | str:
    return service_name(plan, name) if name in plan[SERVICES] else name
