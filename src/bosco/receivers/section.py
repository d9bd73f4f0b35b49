"""Who sends alerts to Bosco, as the plan writes it; what needs nothing but an API token need not be written."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bosco.alerts.section import LevelName
from bosco.kit.registry import kinds
from bosco.kit.words import Text, msg
from bosco.plan.by_kind import OfKind, by_kind, joined
from bosco.plan.load import Plan
from bosco.plan.part import Names
from bosco.plan.section import Section, Table, cell
from bosco.plan.words import Name, PlanText, name_from
from bosco.receivers import kinds as folder
from bosco.receivers.kind import Kind

TOKEN = "token"  # noqa: S105 - the word of the plan, not a token
KINDS: dict[str, type[Kind]] = kinds(folder, Kind)


class Receiver(OfKind):
    """A sender: what its words mean here."""

    name: PlanText | None = None
    # What its alerts are about when nothing in them tells.
    service: Annotated[str, Names("services")] | None = None
    services: Mapping[str, Annotated[str, Names("services")]] = Field(default_factory=dict)
    level: LevelName = "critical"
    levels: Mapping[str, LevelName] = Field(default_factory=dict)
    priority: Annotated[str, Names("priorities")] | None = None
    priorities: Mapping[str, Annotated[str, Names("priorities")]] = Field(default_factory=dict)

    says_kind: ClassVar[Any] = msg("this receiver does not say who sends")

    @property
    def secret(self) -> str:
        """Return the secret that its sender signs with, or `token`."""
        found: str = getattr(self, "json_" if self.kind == "json" else self.kind)
        return found


def receiver_called(plan: Plan, name: str) -> Receiver | None:
    """Return the entry of that name; every kind has one of its own name, which asks for an API token."""
    found = plan[RECEIVERS].get(name)
    if found is None and name in KINDS:
        return _USUAL[name]
    return found


def receiver_name(plan: Plan, name: str) -> Any:
    """Return how a receiver is called."""
    found = plan[RECEIVERS].get(name)
    return (found.name if found else None) or name


def _table(receivers: Mapping[str, Receiver], plan: Plan) -> Table:
    rows = []
    for key, one in receivers.items():
        named: Text | str = one.name or key
        proof = msg("an API token") if one.secret == TOKEN else msg("its own secret")
        rows.append((cell(named, tone="strong"), cell(KINDS[one.kind].says), cell(proof), cell(one.service)))
    return Table((msg("Receiver"), msg("Sender"), msg("Proves itself by"), msg("Service")), tuple(rows))


_USUAL: dict[str, Receiver] = {word: joined(word, kind, Receiver, {})() for word, kind in KINDS.items()}
RECEIVERS: Section[Mapping[str, Receiver]] = Section(
    "receivers",
    Mapping[Name, by_kind(Receiver, KINDS, Receiver.says_kind)],  # type: ignore[misc]
    default=lambda: MappingProxyType({}),
    title=msg("Receivers"),
    order=480,
    named=True,
    name_of=name_from("name"),
    table=_table,
)
SECTION = RECEIVERS
