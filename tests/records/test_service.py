"""The verbs of records: what they write, what they refuse, and that nothing but the events is the truth."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.records.desk import Desk

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Code, Refusal
from bosco.records.files import Upload
from bosco.records.moves import Lacking
from bosco.records.texts import Clash
from bosco.records.writing import CLOCK_TIMER
from bosco.store.store import Store
from bosco.store.worker import Worker


def test_a_record_is_open_in_one_sentence(desk: Desk) -> None:
    number = desk.open(priority="P1", service="api", fields={"users_affected": "1 200", "features": "login, export"})
    record = desk.record(number)
    assert (number, record.stage, record.priority, record.service) == ("CESIZEN-0001", "open", "P1", "api")
    assert record.fields == {"users_affected": 1200, "features": ["login", "export"]}
    assert record.watchers == ("devops",)
    what, _, data = desk.lines(number)[0]
    assert (what, data["title"], data["priority"]) == ("record.opened", "API en panne", "P1")
    assert desk.replayed(number) == record


def test_numbers_follow_the_pattern_of_their_kind_and_the_year_of_the_plans_zone(
    desk: Desk,
) -> None:
    assert [desk.open(), desk.open(), desk.open(kind="anomaly")] == ["CESIZEN-0001", "CESIZEN-0002", "ZB-2026-001"]
    # In Paris the new year has begun.
    desk.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert [desk.open(kind="anomaly"), desk.open()] == ["ZB-2027-001", "CESIZEN-0003"]


def test_a_number_whose_transaction_failed_is_given_to_the_next(desk: Desk) -> None:
    def fails(tx: object) -> None:
        desk.records.open(tx, "incident", "never", by="bosco")  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.do(fails)
    assert desk.open() == "CESIZEN-0001"


def test_a_number_from_elsewhere_is_kept_and_stepped_over(desk: Desk) -> None:
    assert desk.open(kind="anomaly", number="ZB-2026-001") == "ZB-2026-001"
    assert desk.open(kind="anomaly") == "ZB-2026-002"
    with pytest.raises(Refusal) as taken:
        desk.open(kind="anomaly", number="ZB-2026-001")
    assert taken.value.code is Code.CONFLICT
    with pytest.raises(Refusal):
        desk.open(kind="anomaly", number="../../etc/passwd")


def test_a_move_tells_everything_that_is_missing_at_once(desk: Desk) -> None:
    number = desk.open(priority="P1")
    with pytest.raises(Lacking) as lacking:
        desk.do(lambda tx: desk.records.move(tx, number, "closed", by="person:devops"))
    assert (lacking.value.fields, lacking.value.approvals) == (("cause",), ("direction",))
    assert "cause" in str(lacking.value)
    assert "direction" in str(lacking.value)
    assert desk.record(number).stage == "open"


def test_an_approval_counts_by_whom_it_is_asked_of_and_for_one_attempt(desk: Desk) -> None:
    records, number = desk.records, desk.open(priority="P1")
    desk.do(lambda tx: records.move(tx, number, "testing", by="person:devops"))
    with pytest.raises(Lacking):
        desk.do(lambda tx: records.move(tx, number, "deploying", by="person:devops"))
    with pytest.raises(Refusal) as forbidden:
        desk.do(lambda tx: records.approve(tx, number, by="person:devops"))
    assert forbidden.value.code is Code.FORBIDDEN
    desk.do(lambda tx: records.approve(tx, number, by="person:direction"))
    desk.do(lambda tx: records.move(tx, number, "deploying", by="person:devops"))
    desk.do(lambda tx: records.fail(tx, number, by="bosco", why="the health check failed"))
    assert desk.record(number).stage == "fixing"
    assert desk.record(number).approvals == ()
    with pytest.raises(Lacking):
        desk.do(lambda tx: records.move(tx, number, "deploying", by="person:devops"))


def test_what_failed_returns_by_itself_with_its_reason(desk: Desk) -> None:
    number = desk.open()
    desk.do(lambda tx: desk.records.move(tx, number, "testing", by="person:devops"))
    with pytest.raises(Refusal):
        desk.do(lambda tx: desk.records.fail(tx, number, by="bosco", why=" "))
    desk.do(lambda tx: desk.records.fail(tx, number, by="bosco", why="3 tests are red"))
    assert desk.lines(number)[-1][:2] == ("record.failed", "3 tests are red")
    with pytest.raises(Refusal):
        desk.do(lambda tx: desk.records.fail(tx, number, by="bosco", why="again"))


def test_who_writes_second_loses_no_word(desk: Desk) -> None:
    records, number = desk.records, desk.open()
    seen = desk.record(number).seq
    desk.do(lambda tx: records.edit(tx, number, {"business_impact": "sales stopped"}, by="person:devops", seen=seen))
    mine = {"business_impact": "nobody can pay", "users_affected": "12 %"}
    with pytest.raises(Clash) as clash:
        desk.do(lambda tx: records.edit(tx, number, mine, by="person:backend", seen=seen))
    (one,) = clash.value.clashing
    assert (one.mine, one.theirs, one.by) == ("nobody can pay", "sales stopped", "person:devops")
    # Nothing was written, so that both are still to be had, and what joins them is taken.
    assert "users_affected" not in desk.record(number).fields
    joined = mine | {"business_impact": "sales stopped: nobody can pay"}
    desk.do(lambda tx: records.edit(tx, number, joined, by="person:backend", seen=desk.record(number).seq))
    assert desk.record(number).fields["business_impact"] == "sales stopped: nobody can pay"
    assert desk.record(number).fields["users_affected"] == "12%"


def test_different_texts_and_the_same_text_do_not_clash(desk: Desk) -> None:
    records, number = desk.records, desk.open()
    seen = desk.record(number).seq
    desk.do(lambda tx: records.edit(tx, number, {"title": "Panne API"}, by="person:devops", seen=seen))
    desk.do(lambda tx: records.edit(tx, number, {"service": "api"}, by="person:backend", seen=seen))
    assert desk.do(lambda tx: records.edit(tx, number, {"title": "Panne API"}, by="person:backend", seen=seen)) == []


def test_a_comment_calls_whom_it_names_and_a_command_moves(desk: Desk) -> None:
    number = desk.open("Mot de passe", kind="ticket")
    desk.do(lambda tx: desk.records.comment(tx, number, "@backend regarde, pas x@direction.fr", by="person:devops"))
    assert desk.record(number).watchers == ("devops", "backend")
    desk.do(lambda tx: desk.records.comment(tx, number, "/resolu lien renvoyé", by="person:devops"))
    assert (desk.record(number).stage, desk.record(number).comments) == ("resolved", 2)


def test_two_records_become_one_and_one_becomes_two(desk: Desk) -> None:
    records = desk.records
    first = desk.open("Panne", taking_over=("alert:A",))
    desk.later(timedelta(minutes=10))
    second = desk.open("Encore", taking_over=("alert:B",), by="person:backend")
    desk.do(lambda tx: records.merge(tx, first, second, by="person:devops", why="same cause"))
    kept, gone = desk.record(second), desk.record(first)
    assert kept.opened_at == gone.opened_at
    assert {one.target for one in kept.links} == {"alert:A", "alert:B", f"record:{first}"}
    assert (gone.merged_into, gone.over) == (second, True)
    assert desk.store.read_now(lambda tx: records.linked_to(tx, "alert:A", still_open=True)) == [second]
    with pytest.raises(Refusal):
        desk.do(lambda tx: records.merge(tx, first, second, by="person:devops"))
    made = desk.do(lambda tx: records.split(tx, second, "Autre cause", by="person:devops", taking=("alert:B",)))
    assert {one.target for one in desk.record(made).links} == {"alert:B", f"record:{second}"}
    assert "alert:B" not in {one.target for one in desk.record(second).links}
    for number in (first, second, made):
        assert desk.replayed(number) == desk.record(number)


def test_what_is_over_is_opened_again_for_a_reason(desk: Desk) -> None:
    records, number = desk.records, desk.open(priority="P2", fields={"cause": "code"})
    desk.do(lambda tx: records.move(tx, number, "closed", by="person:devops"))
    assert desk.record(number).over
    with pytest.raises(Lacking) as lacking:
        desk.do(lambda tx: records.move(tx, number, "fixing", by="person:devops"))
    assert lacking.value.needs_reason
    desk.do(lambda tx: records.reopen(tx, number, by="person:devops", why="it is down again"))
    assert (desk.record(number).over, desk.record(number).stage) == (False, "analysing")
    assert "record.reopened" in [what for what, _, _ in desk.lines(number)]


def test_only_who_may_excuses_a_broken_promise(desk: Desk) -> None:
    records, number = desk.records, desk.open(priority="P1")
    desk.later(timedelta(hours=3))
    desk.do(lambda tx: records.comment(tx, number, "on it", by="person:devops"))
    assert set(desk.record(number).broke) == {"acknowledge", "resolve"}
    with pytest.raises(Refusal) as forbidden:
        desk.do(lambda tx: records.excuse(tx, number, "resolve", by="person:devops", why="power cut"))
    assert forbidden.value.code is Code.FORBIDDEN
    with pytest.raises(Refusal):
        desk.do(lambda tx: records.excuse(tx, number, "resolve", by="person:direction", why=" "))
    desk.do(lambda tx: records.excuse(tx, number, "resolve", by="person:direction", why="power cut"))
    assert desk.record(number).voided == {"resolve": "power cut"}


def test_tasks_files_seats_and_watchers_are_kept(desk: Desk, clock: VirtualClock) -> None:
    records, number = desk.records, desk.open()
    due = clock.read() + timedelta(days=2)
    task = desk.do(
        lambda tx: records.add_task(tx, number, "Ajouter un index", owner="backend", due=due, sort="preventive", by="b")
    )
    desk.do(lambda tx: records.finish_task(tx, number, task, by="person:backend"))
    desk.do(lambda tx: records.attach(tx, number, Upload("log.txt", b"abc"), by="person:backend"))
    desk.do(lambda tx: records.role(tx, number, "lead", "devops", by="person:backend"))
    desk.do(lambda tx: records.watch(tx, number, "direction", by="person:backend"))
    record = desk.record(number)
    assert (record.task(task).done_by, record.task(task).due) == ("person:backend", due)  # type: ignore[union-attr]
    assert (record.files[0].name, record.roles) == ("log.txt", {"lead": "devops"})
    assert record.watchers == ("devops", "direction")
    with pytest.raises(Refusal):
        desk.do(lambda tx: records.assign(tx, number, "nobody-knows", by="person:backend"))
    assert desk.replayed(number) == desk.record(number)


def test_each_share_of_a_promise_is_told_once_and_its_end_for_good(
    desk: Desk, store: Store, clock: VirtualClock
) -> None:
    worker = Worker(store, on_timer={CLOCK_TIMER: desk.records.look_at_clocks})
    number = desk.open(priority="P1")

    async def story() -> None:
        running = asyncio.create_task(worker.run())
        await clock.sleep(timedelta(hours=3))
        await worker.stop(timedelta(seconds=1))
        await running

    run_virtually(clock, story)
    told = [
        (what, data["word"], data.get("share")) for what, _, data in desk.lines(number) if what.startswith("clock.")
    ]
    assert told == [
        ("clock.started", "acknowledge", None),
        ("clock.started", "resolve", None),
        ("clock.reached", "acknowledge", 0.5),
        ("clock.reached", "acknowledge", 0.75),
        ("clock.broke", "acknowledge", 1.0),
        ("clock.reached", "resolve", 0.5),
        ("clock.reached", "resolve", 0.75),
        ("clock.broke", "resolve", 1.0),
    ]
    record = desk.record(number)
    assert record.broke["resolve"] == record.opened_at + timedelta(hours=2)
