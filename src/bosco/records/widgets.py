"""How the fields of a kind are typed and shown: each type with the part of a form that fits it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bosco.kit.units import say_percentage
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.people.section import TEAM, shown_name
from bosco.plan.load import Plan
from bosco.records.moves import field_label, is_empty, kind_of
from bosco.records.record import Record
from bosco.records.section import Field
from bosco.records.values import option_key
from bosco.services.section import ENVIRONMENTS, SERVICES, service_name
from bosco.web.marked import marked

_YES_NO = (("yes", msg("Yes")), ("no", msg("No")))
# The part of a form for each type; what is not named is a line of text.
_PARTS: dict[str, str] = {
    "long text": "lines",
    "log": "lines",
    "list": "lines",
    "yes/no": "select",
    "choice": "select",
    "person": "select",
    "service": "select",
    "environment": "select",
    "checklist": "ticks",
    "date": "date",
    "time": "datetime-local",
    "url": "url",
}
_HINTS: dict[str, Message] = {
    "number": msg("A number, or a share: 1 200, 12 %"),
    "percentage": msg("A share: 99.5 %"),
    "duration": msg("A duration: 45 min, 3 h 36"),
    "size": msg("A size: 250 MB"),
    "list": msg("One on each line"),
    "long text": msg("Markdown: **bold**, - lists, `code`"),
}


@dataclass(frozen=True)
class Widget:
    """A field as a page shows it: how it is typed, and how it reads."""

    name: str
    label: Text | Sayable
    type: str
    part: str
    options: tuple[tuple[str, Any], ...] = ()
    hint: Message | None = None
    # The stage that may not be entered without it, if it is still empty.
    owed: Text | str | None = None
    reads: Any = ""
    attrs: dict[str, Any] = field(default_factory=dict)


def widgets(plan: Plan, record: Record) -> list[Widget]:
    """Return the fields of a record, in the order of its kind."""
    kind = kind_of(plan, record.kind)
    found = []
    for name, one in kind.fields.items():
        value = record.fields.get(name)
        gate = one.before or (kind.last[0] if one.required else None)
        owed = kind.stage_name(gate) if gate and is_empty(one, value) and not record.over else None
        found.append(_widget(plan, name, one, field_label(kind.fields, name), value, owed))
    return found


def empty_widgets(plan: Plan, kind: str) -> list[Widget]:
    """Return the fields of a kind, to be filled in."""
    fields = kind_of(plan, kind).fields
    return [_widget(plan, name, one, field_label(fields, name), None, None) for name, one in fields.items()]


def _widget(plan: Plan, name: str, one: Field, label: Any, value: Any, owed: Any) -> Widget:
    attrs = {"inputmode": "decimal"} if one.type in ("number", "percentage") else {}
    if one.type == "long text":
        # What it will look like shows below while it is typed; without scripts, once it is stored.
        seen = {"hx-post": f"/records/preview?field={name}", "hx-target": f"#p-{name}", "hx-swap": "innerHTML"}
        attrs = {**seen, "hx-trigger": "input changed delay:400ms"}
    return Widget(
        name=name,
        label=label,
        type=one.type,
        part=_PARTS.get(one.type, "text"),
        options=options_of(plan, one),
        hint=_HINTS.get(one.type),
        owed=owed,
        reads=reads(plan, one, value),
        attrs=attrs,
    )


def options_of(plan: Plan, one: Field) -> tuple[tuple[str, Any], ...]:
    """Return what may be chosen."""
    if one.type in ("choice", "checklist"):
        return tuple((option_key(option), option) for option in one.options)
    if one.type == "yes/no":
        return _YES_NO
    if one.type == "person":
        return tuple((key, shown_name(plan, key)) for key in plan[TEAM])
    if one.type == "service":
        return tuple((key, service_name(plan, key)) for key in plan[SERVICES])
    if one.type == "environment":
        return tuple((key, each.name or key) for key, each in plan[ENVIRONMENTS].items())
    return ()


def reads(plan: Plan, one: Field, value: Any) -> Any:
    """Return a value as a page shows it."""
    if value is None or value == "":
        return ""
    if read := _READS.get(one.type):
        return read(value)
    names = dict(options_of(plan, one))
    if isinstance(value, list):
        return [names.get(each, each) for each in value]
    return names.get(value, value)


_READS: dict[str, Callable[[Any], Any]] = {
    "yes/no": lambda value: dict(_YES_NO)["yes" if value else "no"],
    "percentage": say_percentage,
    "long text": lambda value: marked(str(value)),
    "log": Markup("<pre>{}</pre>").format,
    "url": Markup('<a href="{0}" rel="noopener nofollow">{0}</a>').format,
    "time": lambda value: str(value).replace("T", " "),
}


def typed(one: Field, value: Any) -> str:
    """Return a value as its form holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return str(value)
