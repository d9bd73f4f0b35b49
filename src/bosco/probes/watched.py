"""The probes of a plan as the schedule and the judgement need them."""

from datetime import timedelta

from bosco.plan.header import TIMEZONE, hours_called
from bosco.plan.load import Plan
from bosco.probes.model import Watched
from bosco.probes.schedule import Pace
from bosco.probes.section import PROBES, Probe
from bosco.probes.state import Rules

# A look ends before the next one is due, with a little room.
SHARE_OF_INTERVAL = 0.9
FLAP_SPAN = timedelta(minutes=30)
FLAP_LOOKS = 20


def watched_of(plan: Plan) -> dict[str, Watched]:
    """Return every probe of the plan by its name."""
    zone = plan[TIMEZONE]
    return {
        name: Watched(
            name=name,
            probe=probe,
            timeout=min(probe.timeout, probe.every * SHARE_OF_INTERVAL),
            rules=_rules(plan, probe),
            hours=hours_called(plan, probe.hours),
            zone=zone,
        )
        for name, probe in plan[PROBES].items()
    }


def _rules(plan: Plan, probe: Probe) -> Rules:
    window = probe.rule
    return Rules(
        every=probe.every,
        failures=window.failures,
        of=window.of,
        successes=probe.recover,
        flap_span=max(FLAP_SPAN, FLAP_LOOKS * probe.every),
        zone=plan[TIMEZONE],
    )


def pace_of(watched: Watched) -> Pace:
    """Return what the schedule needs to know of a probe."""
    return Pace(watched.name, watched.probe.every, watched.probe.look.target(), watched)
