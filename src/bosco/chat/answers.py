"""What is answered in a chat, in one or two calm sentences."""

from collections.abc import Sequence

from bosco.kit.refusal import Refusal
from bosco.kit.words import Message, Sayable, msg
from bosco.plan.header import URL
from bosco.plan.load import Plan
from bosco.plan.section import together
from bosco.records.moves import kind_of
from bosco.records.record import Record

HELP = msg(
    "/incident new [P1] what is wrong · /incident list · /incident take NUMBER · /incident comment NUMBER words · "
    "/incident resolve NUMBER [why]"
)


def address_of(plan: Plan, number: str) -> str:
    """Return where an incident is read."""
    return f"{(plan[URL] or '').rstrip('/')}/incidents/{number}"


def opened(plan: Plan, number: str) -> Message:
    """Say that an incident is open."""
    return msg("{number} is open: {address}", number=number, address=address_of(plan, number))


def listed(plan: Plan, records: Sequence[Record], count: int) -> Sayable:
    """Say which incidents are open."""
    if not records:
        return msg("No incident is open.")
    lines = [
        msg(
            "{priority} {number} {title} ({stage})",
            priority=one.priority,
            number=one.number,
            title=one.title,
            stage=kind_of(plan, one.kind).stage_name(one.stage),
        )
        for one in records
    ]
    if count > len(records):
        lines.append(msg("… and {n} more", n=count - len(records)))
    return together(lines, "\n")  # type: ignore[return-value]


def said_over(refusal: Refusal) -> Sayable:
    """Say why not, and what to do instead."""
    return msg("{says} {hint}", says=refusal.says, hint=refusal.hint) if refusal.hint else refusal.says
