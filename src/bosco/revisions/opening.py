"""The plan that a start begins with: the files' own, or the last one that was in force when they are wrong."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.load import Loaded, Plan, load_texts
from bosco.revisions import store as table
from bosco.revisions.place import PlanPlace
from bosco.store.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opening:
    """What to begin with, and what the files said."""

    plan: Plan
    loaded: Loaded


class WrongPlan(Refusal):
    """There is no plan to run: the files are wrong, and no earlier plan is known."""


def opening_plan(store: Store, place: PlanPlace) -> Opening:
    """Return the plan to begin with, or refuse with every mistake."""
    loaded = place.load()
    if loaded.plan is not None:
        return Opening(loaded.plan, loaded)
    earlier = store.read_now(table.newest)
    kept = _read_again(earlier.sources, place) if earlier else None
    if kept is None:
        raise WrongPlan(
            Code.INVALID,
            msg("The plan has {count} mistakes:", count=len(loaded.mistakes)),
            "\n".join(str(mistake) for mistake in loaded.mistakes),
        )
    log.error("the plan has %d mistakes; the last plan that was in force runs instead", len(loaded.mistakes))
    return Opening(kept, loaded)


def read_sources(sources: Mapping[str, str], place: PlanPlace) -> Loaded:
    """Check a plan's files as they stand in memory."""
    return load_texts(sources, place.sections, secrets=place.secrets)


def _read_again(sources: Mapping[str, str], place: PlanPlace) -> Plan | None:
    return read_sources(sources, place).plan if sources else None
