"""Kinds of record, as the plan writes them: their flow, their fields, what is demanded of them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, GetCoreSchemaHandler, model_validator
from pydantic import Field as PydanticField
from pydantic_core import CoreSchema, core_schema

from bosco.kit.units import say_duration
from bosco.kit.words import Text, msg
from bosco.notices.section import CLOCKS, PRIORITIES, Priority, sooner_below
from bosco.people.targets import Target
from bosco.plan.graded import rank_of
from bosco.plan.header import read_code
from bosco.plan.ledger import Misplaced, nearest
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Remark, Section, Table, Together, cell, together
from bosco.plan.words import Duration, Name, OneOrMany, PlanText

FieldType = Literal[
    "text",
    "long text",
    "number",
    "percentage",
    "duration",
    "size",
    "yes/no",
    "date",
    "time",
    "list",
    "choice",
    "checklist",
    "person",
    "service",
    "environment",
    "url",
    "file",
    "log",
]


class Field(PlanPart):
    """Something that is written down of every record of a kind."""

    type: FieldType = "text"
    label: PlanText | None = None
    options: OneOrMany[PlanText] = ()
    required: bool = False
    # The stage that may not be entered without it; if it is required and nothing is said, the end.
    before: str | None = None
    # What stands there when a record is opened, to be filled in.
    template: PlanText | None = None

    @model_validator(mode="after")
    def _has_options(self) -> "Field":
        if self.type in ("choice", "checklist") and not self.options:
            raise Misplaced(msg("a {type} has no options", type=self.type), "type", msg("options: with a list"))
        return self


class _Field:
    """Reads `number`, or a field written out."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        union = core_schema.union_schema([handler.generate_schema(FieldType), handler.generate_schema(Field)])
        return core_schema.no_info_after_validator_function(
            _field,
            union,
            serialization=core_schema.plain_serializer_function_ser_schema(_write_field),
        )


def _field(value: Any) -> Field:
    return value if isinstance(value, Field) else Field(type=value)


def _write_field(field: Field) -> Any:
    return field.model_dump(mode="json", by_alias=True, exclude_none=True)


# Where a correction leaves the team's hands.
GOES_OUT = ("deploying", "deployed")
_PriorityName = Annotated[str, Names("priorities")]


class Kind(PlanPart):
    """A kind of record: the stages it passes, where it returns to when a stage fails, and what it must say."""

    name: PlanText | None = None
    code: Annotated[str, AfterValidator(read_code)] | None = None
    flow: OneOrMany[Name] = ("open", "in-progress", "resolved", "closed")
    # A failure in the first stage brings it back to the second by itself.
    back: Mapping[str, str] = PydanticField(default_factory=dict)
    # Where each stage may lead; one that is not named may lead anywhere.
    moves: Mapping[str, OneOrMany[str]] = PydanticField(default_factory=dict)
    # Whose hand it takes to bring it into a stage: people, groups, levels, or a role.
    who: Mapping[str, OneOrMany[str]] = PydanticField(default_factory=dict)
    # Who alone may see its records: people, groups, levels, or a role; everybody who may sign in if nothing is said.
    seen_by: OneOrMany[str] = ()
    # Words that move it when a comment begins with them: `/deployed`.
    commands: Mapping[Name, str] = PydanticField(default_factory=dict)
    # Whether people are called for it as for an alert; others tell only who has it and who watches it.
    calls: bool = False
    # Stages in which its clocks stand still, and those in which it is over.
    pauses: OneOrMany[str] = ()
    ends: OneOrMany[str] = ()
    names: Mapping[str, PlanText] = PydanticField(default_factory=dict)
    fields: Mapping[Name, Annotated[Field, _Field()]] = PydanticField(default_factory=dict)
    # Priorities of its own, where its kind is not measured as incidents are.
    priorities: Mapping[Name, Priority] = PydanticField(default_factory=dict)
    default: str | None = None
    postmortem: OneOrMany[str] = ()
    assign: Mapping[str, OneOrMany[Target]] = PydanticField(default_factory=dict)
    # Whose word it takes: by priority, before it goes out; or by stage, before it enters that one.
    approve: Mapping[str, OneOrMany[Target]] = PydanticField(default_factory=dict)
    # The stage that it may not enter before those have approved it; if nothing is said, where it goes out or ends.
    approved_before: str | None = None
    close_after: Duration | None = None

    @model_validator(mode="after")
    def _stages_exist(self) -> "Kind":
        if len(set(self.flow)) < len(self.flow):
            raise Misplaced(msg("a stage stands twice in the flow"), "flow")
        for word, stages in (
            ("back", (*self.back, *self.back.values())),
            ("pauses", self.pauses),
            ("ends", self.ends),
            ("names", tuple(self.names)),
            ("moves", (*self.moves, *(stage for ways in self.moves.values() for stage in ways))),
            ("who", tuple(self.who)),
            ("commands", tuple(self.commands.values())),
            ("approved_before", (self.approved_before,) if self.approved_before else ()),
            ("fields", tuple(field.before for field in self.fields.values() if field.before)),
        ):
            for stage in stages:
                if stage not in self.flow:
                    listed = msg("one of {names}", names=", ".join(self.flow))
                    raise Misplaced(
                        msg("“{name}” is not a stage of the flow", name=stage), word, listed, nearest(stage, self.flow)
                    )
        return self

    @property
    def last(self) -> tuple[str, ...]:
        """Return the stages in which it is over."""
        return self.ends or self.flow[-1:]

    @property
    def approved_stages(self) -> tuple[str, ...]:
        """Return the stages that have approvals of their own, whatever the priority."""
        return tuple(stage for stage in self.flow if stage in self.approve)

    @property
    def gate(self) -> str:
        """Return the stage that it enters only with the approvals that its priority asks for."""
        out = [stage for stage in self.flow if stage in GOES_OUT]
        return self.approved_before or (out or self.last)[0]

    def stage_name(self, stage: str) -> Text | str:
        """Return how a stage is called."""
        return self.names.get(stage) or stage


def _stages(*pairs: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "flow": tuple(key for key, _, _ in pairs),
        "names": {key: Text({"en": en, "fr": fr}) for key, en, fr in pairs},
    }


def _called(en: str, fr: str) -> Text:
    return Text({"en": en, "fr": fr})


_OPEN = ("open", "Open", "Ouvert")
_CLOSED = ("closed", "Closed", "Fermé")
_DOING = ("in-progress", "In progress", "En cours")
_WAITING = ("waiting", "Waiting", "En attente")
_RESOLVED = ("resolved", "Resolved", "Résolu")

USUAL: Mapping[str, Kind] = MappingProxyType(
    {
        "incident": Kind(
            name=_called("Incident", "Incident"),
            **_stages(
                _OPEN,
                ("analysing", "Analysing", "Analyse"),
                ("fixing", "Fixing", "Correction"),
                ("testing", "Testing", "Tests"),
                ("deploying", "Deploying", "Déploiement"),
                ("verifying", "Verifying", "Vérification"),
                _CLOSED,
            ),
            back={"testing": "fixing", "deploying": "fixing", "verifying": "fixing"},
            calls=True,
            fields={
                "users_affected": Field(type="number", label=_called("Users affected", "Utilisateurs affectés")),
                "features": Field(type="list", label=_called("Features affected", "Fonctionnalités impactées")),
                "downtime": Field(type="duration", label=_called("Downtime", "Durée d’indisponibilité")),
                "cause": Field(label=_called("Cause", "Cause")),
                "business_impact": Field(type="long text", label=_called("Business impact", "Impact business")),
            },
            postmortem=("P1", "P2"),
        ),
        "security": Kind(
            name=_called("Security incident", "Incident de sécurité"),
            **_stages(
                _OPEN,
                ("isolating", "Isolating", "Isolation"),
                ("investigating", "Investigating", "Investigation"),
                ("recovering", "Recovering", "Rétablissement"),
                _CLOSED,
            ),
            calls=True,
            fields={
                "scope": Field(type="long text", label=_called("What was reached", "Périmètre compromis")),
                "personal_data": Field(type="yes/no", label=_called("Personal data concerned", "Données personnelles")),
            },
            postmortem=("P1", "P2"),
        ),
        "anomaly": Kind(
            name=_called("Anomaly", "Anomalie"),
            **_stages(
                _OPEN,
                ("investigating", "Investigating", "Investigation"),
                ("fixing", "Fixing", "Correction"),
                ("validating", "Validating", "Validation"),
                _CLOSED,
            ),
            back={"validating": "fixing"},
            fields={
                "detected_by": Field(label=_called("Detected by", "Détecteur")),
                "user_impact": Field(type="long text", label=_called("Impact on users", "Impact utilisateur")),
                "steps": Field(type="long text", label=_called("Steps to reproduce", "Étapes de reproduction")),
                "version": Field(label=_called("Version", "Version")),
                "browser": Field(label=_called("Browser", "Navigateur")),
                "os": Field(label=_called("System", "Système")),
                "logs": Field(type="log", label=_called("Error logs", "Logs d’erreur")),
                "users_affected": Field(type="number", label=_called("Users affected", "Utilisateurs affectés")),
                "failed_requests": Field(type="number", label=_called("Failed requests", "Requêtes échouées")),
                "error_rate": Field(type="percentage", label=_called("Error rate", "Taux d’erreur")),
                "analysis": Field(type="long text", label=_called("First analysis", "Analyse préliminaire")),
                "corrective_actions": Field(type="list", label=_called("Corrective actions", "Actions correctives")),
            },
        ),
        "ticket": Kind(
            name=_called("Ticket", "Demande de support"),
            **_stages(_OPEN, _DOING, _WAITING, _RESOLVED, _CLOSED),
            pauses=("waiting",),
            ends=("resolved", "closed"),
            close_after=timedelta(days=7),
        ),
        "request": Kind(
            name=_called("Privacy request", "Demande d’exercice de droits"),
            **_stages(_OPEN, ("verifying", "Verifying identity", "Vérification d’identité"), _DOING, _CLOSED),
        ),
        "work": Kind(
            name=_called("Work", "Travaux"),
            **_stages(
                ("to-do", "To do", "À faire"),
                _DOING,
                ("review", "Review", "Revue de code"),
                ("test", "Test", "Test"),
                ("ready", "Ready to deploy", "Prêt à déployer"),
                ("deployed", "Deployed", "Déployé"),
                _CLOSED,
            ),
            back={"review": "in-progress", "test": "in-progress", "deployed": "in-progress"},
        ),
        "change": Kind(
            name=_called("Change", "Changement"),
            **_stages(
                ("proposed", "Proposed", "Proposé"),
                ("approved", "Approved", "Approuvé"),
                ("under-way", "Under way", "En cours"),
                ("watched", "Watched", "Sous surveillance"),
                _CLOSED,
            ),
            back={"watched": "proposed"},
        ),
    }
)


_OF_THE_FLOW = {"back", "pauses", "ends", "moves", "who", "commands", "approved_before"}


def with_usual(written: dict[Any, Any]) -> dict[Any, Any]:
    """Return every kind of record: those of the plan, completed by what they do not say, and the usual ones."""
    complete: dict[Any, Any] = dict(USUAL)
    for key, kind in written.items():
        usual = USUAL.get(key)
        if usual is None:
            complete[key] = kind
            continue
        said: set[str] = kind.model_fields_set
        # A flow of its own leaves nothing of the usual stages.
        unsaid = set(type(kind).model_fields) - said - (_OF_THE_FLOW if "flow" in said else set())
        names = {stage: name for stage, name in usual.names.items() if stage in kind.flow} | dict(kind.names)
        kept = {word: getattr(usual, word) for word in unsaid}
        complete[key] = kind.model_copy(update={**kept, "names": names if "flow" in said else kept.get("names", names)})
    return complete


def kind_name(plan: Plan, key: str) -> Text | str:
    """Return how a kind of record is called."""
    found = plan[RECORDS].get(key)
    return (found.name if found else None) or key


def priorities_of(plan: Plan, kind: str) -> Mapping[str, Priority]:
    """Return the priorities that records of a kind have: their own, or everybody's."""
    found = plan[RECORDS].get(kind)
    return found.priorities if found and found.priorities else plan[PRIORITIES]


def demands_postmortem(plan: Plan, kind: str, priority: str) -> bool:
    """Say whether a record of that kind and priority is not over without a post-mortem."""
    found = plan[RECORDS].get(kind)
    if not found or not found.postmortem:
        return False
    known = [*priorities_of(plan, kind)]
    usual = USUAL.get(kind)
    if usual and found.postmortem == usual.postmortem and not set(found.postmortem) & set(known):
        # The plan calls its priorities otherwise: the two most urgent ones are meant.
        return priority in known[:2]
    return priority in found.postmortem


def _unknown_priorities(plan: Plan) -> Iterator[Remark]:
    """Refuse priorities that a kind of record does not have."""
    for key, kind in plan[RECORDS].items():
        if not plan.says(RECORDS) or (key in USUAL and kind == USUAL[key]):
            continue
        common = plan[PRIORITIES]
        known = {**common, **kind.priorities}
        named = {"postmortem": kind.postmortem, "assign": tuple(kind.assign), "approve": tuple(kind.approve)}
        usual = USUAL.get(key)
        for word, names in named.items():
            if usual and tuple(names) == tuple(getattr(usual, word)):
                continue
            for name in names:
                if name not in known and not (word == "approve" and name in kind.flow):
                    says = msg("“{name}” is not declared in {section}", name=name, section="priorities")
                    listed = msg("one of {names}", names=", ".join(known))
                    yield Remark(("records", key, word), says, listed, nearest(name, known))


def _two_promises(plan: Plan) -> Iterator[Remark]:
    """Warn of a priority that is promised one thing here and another there."""
    for key, kind in plan[RECORDS].items():
        # Rights of persons and categories of tickets stand in no order of urgency.
        if all(name in plan[PRIORITIES] or rank_of(name) is not None for name in kind.priorities):
            yield from sooner_below(kind.priorities, ("records", key, "priorities"))
        for name, own in kind.priorities.items():
            common = plan[PRIORITIES].get(name)
            if common is None or not plan.says(PRIORITIES):
                continue
            for word in CLOCKS:
                here, there = getattr(own, word), getattr(common, word)
                if here is not None and there is not None and here != there:
                    says = msg(
                        "{priority} is promised in {here} here, and in {there} at {place}",
                        priority=name,
                        here=say_duration(here),
                        there=say_duration(there),
                        place=str(plan.position(("priorities", name, word)) or "priorities"),
                    )
                    yield Remark(("records", key, "priorities", name, word), says)


def _table(kinds: Mapping[str, Kind], plan: Plan) -> Table:
    rows = []
    for kind in kinds.values():
        stages = together((kind.names.get(stage, stage) for stage in kind.flow), " → ")
        back = together(
            Together((kind.names.get(failed, failed), kind.names.get(again, again)), " → ")
            for failed, again in kind.back.items()
        )
        after = ", ".join(kind.postmortem)
        rows.append((cell(kind.name or "", tone="strong"), cell(stages), cell(back), cell(after)))
    return Table((msg("Record"), msg("Stages"), msg("On failure"), msg("Post-mortem")), tuple(rows))


RECORDS: Section[Mapping[str, Kind]] = Section(
    "records",
    Mapping[Name, Kind],
    default=lambda: USUAL,
    title=msg("Records"),
    order=600,
    named=True,
    builtin=lambda: tuple(USUAL),
    complete=with_usual,
    check=(_unknown_priorities,),
    warn=(_two_promises,),
    table=_table,
)
SECTION = RECORDS
