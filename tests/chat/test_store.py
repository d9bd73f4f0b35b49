"""What the chat remembers, on both stores."""

from datetime import timedelta

from bosco.chat.store import Thread, is_new, put_thread, thread_at, thread_of
from bosco.kit.clock import VirtualClock
from bosco.store.store import Store

ONE = Thread("CESIZEN-0001", "room", "C1", "17.1")


def test_a_message_is_found_by_its_incident_and_by_its_place(store: Store) -> None:
    store.write_now(lambda tx: put_thread(tx, ONE))
    later = Thread("CESIZEN-0001", "room", "C1", "17.1", upto="01X", card="abc")
    store.write_now(lambda tx: put_thread(tx, later))
    assert store.read_now(lambda tx: thread_of(tx, "CESIZEN-0001", "room")) == later
    assert store.read_now(lambda tx: thread_at(tx, "C1", "17.1")) == later
    assert store.read_now(lambda tx: thread_at(tx, "C2", "17.1")) is None
    assert store.read_now(lambda tx: thread_of(tx, "CESIZEN-0001", "another")) is None


def test_what_was_heard_is_heard_once_until_it_is_long_ago(store: Store) -> None:
    assert store.write_now(lambda tx: is_new(tx, "Ev1"))
    assert not store.write_now(lambda tx: is_new(tx, "Ev1"))
    assert store.write_now(lambda tx: is_new(tx, "Ev2\x00"))
    clock = store.clock
    assert isinstance(clock, VirtualClock)
    clock.elapsed += timedelta(hours=3).total_seconds()
    assert store.write_now(lambda tx: is_new(tx, "Ev1"))
