"""Plans with rotations, and who is on call as tests write it."""

from datetime import UTC, datetime

from bosco.people.model import Change
from bosco.people.on_call import holes, people_on_call, shifts
from bosco.plan.load import Plan, load_texts

TEAM = """
team:
  devops: {name: DevOps, email: devops@example.org, phone: "+33600000001", slack: U01, roles: [admin], level: 2}
  backend: {name: Backend, email: backend@example.org, level: 3}
  rssi: {name: RSSI, email: rssi@example.org}
  direction: {members: [rssi, backend]}
"""


def plan_of(on_call: str, zone: str = "Europe/Paris", more: str = "") -> Plan:
    loaded = load_texts({"plan.yml": f"plan: Turns\ntimezone: {zone}\n{more}{TEAM}on_call:\n{on_call}"})
    assert loaded.plan is not None, [str(one.says) for one in loaded.mistakes]
    return loaded.plan


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(plan: Plan, when: str, changes: tuple[Change, ...] = (), rotation: str = "rota") -> str:
    return " ".join(people_on_call(plan, rotation, instant(when), changes))


def told(plan: Plan, start: str, end: str, changes: tuple[Change, ...] = (), rotation: str = "rota") -> list[str]:
    """Return the shifts and holes of a span: `06-01 07:00 - 06-08 07:00 devops`, in UTC."""
    found = shifts(plan, rotation, instant(start), instant(end), changes)
    lines = [f"{one.start:%m-%d %H:%M} - {one.end:%m-%d %H:%M} {one.person}" for one in found]
    lines += [
        f"{one.start:%m-%d %H:%M} - {one.end:%m-%d %H:%M} !" for one in holes(found, instant(start), instant(end))
    ]
    return sorted(lines)
