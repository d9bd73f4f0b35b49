"""A kind that nobody has thought of works wholly from the plan: its numbers, flow, fields, clocks, approvals, words."""

from datetime import datetime, timedelta

import pytest
from tests.records.desk import Desk

from bosco.kit.refusal import Code, Refusal
from bosco.records.listing import Wanted, find
from bosco.records.moves import Lacking, ways
from bosco.store.store import Store

PLAN = """
plan: ZenBilling
code: ZEN
timezone: Europe/Paris
hours:
  shop: {days: mon-sat, from: "10:00", to: "19:00", holidays: FR}
team:
  lea: {email: lea@zen.example, roles: [support]}
  cto: {email: cto@zen.example, roles: [manager]}
priorities:
  P1: {resolve: 2h}
records:
  loan:
    name: {fr: Prêt de matériel, en: Loan}
    code: "ZB-{year}-{n:03}"
    flow: [asked, granted, lent, overdue, returned, refused]
    names: {asked: {fr: Demandé, en: Asked}}
    moves: {asked: [granted, refused], granted: [lent], lent: [overdue, returned], overdue: [returned]}
    back: {lent: granted}
    ends: [returned, refused]
    pauses: granted
    who: {refused: cto}
    commands: {rendu: returned}
    approve: {granted: cto}
    priorities:
      big: {acknowledge: 1h, resolve: 18h, hours: shop}
      small: {resolve: 9h, hours: shop}
    default: small
    assign: {big: lea}
    fields:
      object: {type: choice, options: [{fr: Clé, en: Key}, {fr: Écran, en: Screen}], required: yes, before: lent}
      until: {type: date, required: yes, before: lent}
      state: {type: checklist, options: [clean, whole], required: yes, before: returned}
"""


@pytest.fixture
def loans(store: Store) -> Desk:
    """Records of a plan that no room of Bosco knows anything of."""
    return Desk(store, PLAN)


def test_a_kind_out_of_the_plan_goes_its_whole_way(loans: Desk) -> None:
    records = loans.records
    assert loans.open("Un écran", kind="loan", by="person:lea") == "ZB-2026-001"
    number = loans.open("Deux clés", kind="loan", by="person:lea", priority="big")
    assert number == "ZB-2026-002"
    record = loans.record(number)
    assert (record.stage, record.assignee, record.priority) == ("asked", "lea", "big")

    # Only where its flow leads, by whom it says, and with the word that the plan asks for.
    assert {one.stage for one in ways(loans.current.plan, record)} == {"granted", "refused"}
    for stage, code in (("lent", Code.CONFLICT), ("refused", Code.FORBIDDEN)):
        with pytest.raises(Refusal) as refused:
            loans.do(lambda tx, stage=stage: records.move(tx, number, stage, by="person:lea", why="x"))  # type: ignore[misc]
        assert refused.value.code is code
    with pytest.raises(Lacking) as lacking:
        loans.do(lambda tx: records.move(tx, number, "granted", by="person:lea", why="waits for its day"))
    assert lacking.value.approvals == ("cto",)
    loans.do(lambda tx: records.approve(tx, number, by="person:cto"))
    loans.do(lambda tx: records.move(tx, number, "granted", by="person:lea", why="waits for its day"))

    # Its fields, before the stages that it names.
    with pytest.raises(Lacking) as lacking:
        loans.do(lambda tx: records.move(tx, number, "lent", by="person:lea"))
    assert lacking.value.fields == ("object", "until")
    loans.do(lambda tx: records.edit(tx, number, {"object": "clé", "until": "2026-03-09"}, by="person:lea"))
    assert loans.record(number).fields["object"] == "Key"
    loans.do(lambda tx: records.move(tx, number, "lent", by="person:lea"))
    loans.do(lambda tx: records.fail(tx, number, by="bosco", why="the parcel came back"))
    assert loans.record(number).stage == "granted"
    # The word was given for one attempt, but it is not before this stage any more that it is owed.
    loans.do(lambda tx: records.move(tx, number, "lent", by="person:lea"))

    # A list of things to check wants each of them; a word of the kind moves it.
    loans.do(lambda tx: records.edit(tx, number, {"state": ["whole"]}, by="person:lea"))
    with pytest.raises(Lacking):
        loans.do(lambda tx: records.comment(tx, number, "/rendu ce matin", by="person:lea"))
    loans.do(lambda tx: records.edit(tx, number, {"state": ["whole", "clean"]}, by="person:lea"))
    loans.do(lambda tx: records.comment(tx, number, "/rendu ce matin", by="person:lea"))
    record = loans.record(number)
    assert (record.stage, record.over) == ("returned", True)
    assert loans.replayed(number) == record
    rows, _ = loans.store.read_now(lambda tx: find(tx, Wanted(kind="loan", over=True, q="deux clés")))
    assert [row.number for row in rows] == [number]


def test_its_clocks_run_in_its_own_hours(loans: Desk) -> None:
    # A Monday at nine in Paris: the shop opens at ten, and nine hours later it closes.
    number = loans.open("Une clé", kind="loan", by="person:lea")
    (row,) = loans.store.read_now(lambda tx: find(tx, Wanted()))[0]
    assert row.due == datetime.fromisoformat("2026-03-02T19:00:00+01:00")
    loans.do(lambda tx: loans.records.approve(tx, number, by="person:cto"))
    loans.later(timedelta(hours=2))
    loans.do(lambda tx: loans.records.move(tx, number, "granted", by="person:lea", why="waits for its day"))
    (row,) = loans.store.read_now(lambda tx: find(tx, Wanted()))[0]
    assert row.due.year == 9000
    loans.later(timedelta(hours=3))
    loans.do(lambda tx: loans.records.edit(tx, number, {"object": "key", "until": "2026-03-09"}, by="person:lea"))
    loans.do(lambda tx: loans.records.move(tx, number, "lent", by="person:lea"))
    (row,) = loans.store.read_now(lambda tx: find(tx, Wanted()))[0]
    # Three hours were waited: they come after the shop has opened again.
    assert row.due == datetime.fromisoformat("2026-03-03T13:00:00+01:00")
