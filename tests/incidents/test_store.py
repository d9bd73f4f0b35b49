"""What incidents remember of alerts and of what moved first, on both stores."""

from datetime import UTC, datetime, timedelta

from bosco.incidents import store as cases
from bosco.incidents.moves import Moved
from bosco.incidents.store import Case, Joined
from bosco.store.store import Store

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MOVED = Moved(
    name="memory",
    label="Mémoire",
    unit="%",
    at=AT,
    usual=60.0,
    reached=95.5,
    strength=12.0,
    times=[1, 2],
    values=[60.0, None],
)


def test_what_moved_first_is_kept_as_it_was_seen(store: Store) -> None:
    assert store.read_now(lambda tx: cases.moves_of(tx, "A-1")) is None
    store.write_now(lambda tx: cases.put_moves(tx, "A-1", [MOVED], AT))
    store.write_now(lambda tx: cases.put_moves(tx, "A-2", [], AT))
    assert store.read_now(lambda tx: cases.moves_of(tx, "A-1")) == [MOVED]
    assert store.read_now(lambda tx: cases.moves_of(tx, "A-2")) == []


def test_an_alert_goes_with_the_case_that_it_is_given_to(store: Store) -> None:
    for number in ("A-1", "A-2"):
        case = Case(number, "incident", "api", AT, AT + timedelta(minutes=1))
        store.write_now(lambda tx, case=case: cases.add_case(tx, case))  # type: ignore[misc]
    store.write_now(lambda tx: cases.join(tx, Joined("01A", "A-1", "service:api", "api", AT)))
    store.write_now(lambda tx: cases.give_alert(tx, "01A", "A-2"))
    assert store.read_now(lambda tx: cases.alerts_of(tx, ["A-1"])) == []
    assert [one.alert for one in store.read_now(lambda tx: cases.alerts_of(tx, ["A-2"]))] == ["01A"]
    store.write_now(lambda tx: cases.hand_over_alerts(tx, "A-2", "A-1"))
    assert [one.alert for one in store.read_now(lambda tx: cases.alerts_of(tx, ["A-1"]))] == ["01A"]
