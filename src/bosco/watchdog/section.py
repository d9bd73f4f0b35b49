"""Where Bosco tells somebody outside that it is well, as the plan writes it."""

from collections.abc import Iterator

from bosco.kit.words import msg
from bosco.plan.load import Plan
from bosco.plan.section import Remark, Section
from bosco.plan.words import SecretText


def _not_an_address(plan: Plan) -> Iterator[Remark]:
    address = plan[WATCHDOG]
    if address is not None and not address.startswith(("https://", "http://", "${")):
        says = msg("“{text}” is not a web address", text=address[:80])
        yield Remark(("watchdog",), says, msg("something like {example}", example="https://hc.example.org/ping/…"))


WATCHDOG: Section[str | None] = Section(
    "watchdog", SecretText, default=lambda: None, title=msg("Watchdog"), order=530, check=(_not_an_address,)
)
SECTION = WATCHDOG
