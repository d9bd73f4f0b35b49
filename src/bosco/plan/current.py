"""The plan in force: one holder that everybody reads, changed as a whole and only to a plan without mistakes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bosco.plan.load import Plan


class CurrentPlan:
    """Holds the plan in force; those who keep something derived from it ask to hear of a change."""

    def __init__(self, plan: "Plan") -> None:
        self._plan = plan
        self._listeners: list[Callable[[Plan, Plan], None]] = []

    @property
    def plan(self) -> "Plan":
        """Return the plan in force."""
        return self._plan

    def on_change(self, listener: "Callable[[Plan, Plan], None]") -> None:
        """Call the listener with the old and the new plan right after each change, on the event loop."""
        self._listeners.append(listener)

    def replace(self, plan: "Plan") -> None:
        """Put another plan into force."""
        before, self._plan = self._plan, plan
        for listener in self._listeners:
            listener(before, plan)
