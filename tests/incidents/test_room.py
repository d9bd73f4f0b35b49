"""The room of an incident: words that are kept, reminders, joined and divided by hand, corrected with a reason."""

from datetime import UTC, datetime
from pathlib import Path

from tests.incidents.test_story import PLAN, number_of
from tests.stories.house import Stage, play

from bosco.incidents.postmortem import _TOLD_ALWAYS, _TOLD_ONCE
from bosco.incidents.room import TONES
from bosco.incidents.service import Incidents
from bosco.incidents.tell_world import Words
from bosco.journal.telling import sayings
from bosco.plan.load import load_texts
from bosco.records.record import Record
from bosco.records.service import Records

SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PHONE = PLAN.replace("{devops: {email", '{devops: {phone: "+33639980001", email')
TOLD = PHONE.replace("    postmortem: [P1, P2]\n", "    postmortem: []\n") + (
    "priorities: {P1: {name: Critical, resolve: 2h, update: 20m}, P2: {resolve: 8h}, P3: {resolve: 24h}}\n"
    'channels: {sms: {sms: "https://sms.example.org/"}}\nnotify: {P1: {sms: no}}\n'
)


async def record_of(stage: Stage, number: str) -> Record:
    return await stage.house.wiring.get(Records).get(number)


def letters(lines: list[str]) -> list[str]:
    return [line for line in lines if "notice.sent" in line or "notice.failed" in line]


async def a_silent_hour(stage: Stage) -> None:
    stage.hosts.does["db.example.org"] = 500
    await stage.until("03:10")
    number = await number_of(stage, "incident")
    records, incidents = stage.house.wiring.get(Records), stage.house.wiring.get(Incidents)
    await stage.house.store.write(lambda tx: records.acknowledge(tx, number, by="person:devops"))
    await stage.until("03:45")
    said = [line.what for line in await incidents.lines((await incidents.cases(SUNDAY))[0][0])]
    assert said.count("clock.reached") >= 1
    assert "clock.broke" in said
    room = await incidents.room(await record_of(stage, number))
    filled = room.fill(dict(room.templates["public"])["investigating"])
    assert "Database" in filled.say("en")
    assert "{" not in filled.say("fr")
    await incidents.keep_words(number, Words("public", filled.say("fr"), filled.say("en")), "person:devops")
    record = await record_of(stage, number)
    assert len(record.told) == 1
    event = next(one for one in await records.events(number) if one.what == "commented")
    assert event.data["public"] is True
    assert event.data["words"]["fr"].startswith("Nous rencontrons")
    await incidents.keep_words(number, Words("internal", "", "Who leads?"), "person:devops")
    assert len((await record_of(stage, number)).told) == 1


def test_a_word_that_is_due_is_asked_for_and_what_is_said_is_kept_in_both_languages(tmp_path: Path) -> None:
    told = play(tmp_path, TOLD, SUNDAY, a_silent_hour)
    # Once before the word is due, once when it is; the second time nothing of it is left after it was said.
    assert [line.split(" ")[0] for line in letters(told.lines)] == ["03:15", "03:20"]


async def by_hand(stage: Stage) -> None:
    records, incidents, store = stage.house.wiring.get(Records), stage.house.wiring.get(Incidents), stage.house.store
    stage.hosts.does["api.example.org"] = 500
    await stage.until("03:06")
    stage.hosts.does["db.example.org"] = 500
    await stage.until("03:15")
    number = await number_of(stage, "incident")
    first = await incidents.room(await record_of(stage, number))
    assert len(first.joined) == 2
    taken = first.joined[1].alert
    made = await store.write(
        lambda tx: records.split(tx, number, "API alone", by="user:ada", taking=(f"alert:{taken}",))
    )
    await stage.until("03:16")
    apart = await incidents.room(await record_of(stage, made))
    assert [one.alert for one in apart.joined] == [taken]
    await store.write(lambda tx: records.merge(tx, made, number, by="user:ada"))
    await stage.until("03:17")
    assert len((await incidents.room(await record_of(stage, number))).joined) == 2
    await store.write(lambda tx: records.edit(tx, number, {"downtime": "12m"}, by="user:ada", why="the probe was late"))
    lines = [line for line in await incidents.lines(first.case) if line.what == "record.written-for"]
    assert "the probe was late" in lines[-1].say("en")


def test_incidents_are_divided_joined_and_corrected_by_hand_with_their_alerts(tmp_path: Path) -> None:
    play(tmp_path, TOLD, SUNDAY, by_hand)


def test_every_word_that_a_timeline_picks_is_said_by_some_room() -> None:
    known = sayings()
    for word in (*_TOLD_ONCE, *_TOLD_ALWAYS, *TONES):
        assert any(one.startswith(word) for one in known), word


def test_how_often_a_word_is_due_has_one_place_and_the_other_one_leads_there() -> None:
    loaded = load_texts({"plan.yml": "plan: x\nincidents: {update: {P1: 30m}}\n"})
    (mistake,) = loaded.mistakes
    assert "priorities: {P1: {update: 30m}}" in mistake.say("en")
    assert "priorités" in mistake.say("fr")
