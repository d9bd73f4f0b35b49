"""Escalation on CESIZen's plan: who is told next, once each, by the ways that the matrix allows, and what stops it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.notices.telling import ROOT, START, World, cesizen, play

from bosco.kit.packed import unpack
from bosco.kit.words import msg, say
from bosco.notices.preferences import Preferences, put_preferences

NOTIFY = (ROOT / "plans/cesizen/notify.yml").read_text(encoding="utf-8")
PEOPLE = (ROOT / "plans/cesizen/people.yml").read_text(encoding="utf-8")


@pytest.fixture
def folder(migrated_folder: Path, tmp_path: Path) -> str:
    return str(shutil.copytree(migrated_folder, tmp_path / "data"))


def test_a_p2_climbs_through_the_ways_of_its_row_and_never_by_text_message(where: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("login", "P2")
            await world.until("20:00")
            assert world.told() == [
                "02 09:00 email to frontend opened: login is wrong",
                "02 09:00 slack to frontend opened: login is wrong",
                "02 09:10 email to backend,devops,frontend,qa opened: login is wrong",
                "02 13:00 email to backend,frontend escalated: Nobody has it yet: login is wrong",
                "02 13:00 slack to backend,frontend escalated: Nobody has it yet: login is wrong",
                "02 17:00 email to rssi escalated: Nobody has it yet: login is wrong",
                "02 17:00 slack to rssi escalated: Nobody has it yet: login is wrong",
            ]
            await world.until("21:30")
            # Half a day after it was told first; whoever was reminded just now is not reminded again.
            assert world.told() == [
                "02 21:00 email to frontend reminder: Still so: login is wrong",
                "02 21:10 email to backend,devops,qa reminder: Still so: login is wrong",
            ]
            await world.close("login")
            assert world.told() == [
                "02 21:30 email to backend,devops,frontend,qa,rssi resolved: Over: login is wrong",
                "02 21:30 slack resolved: Over: login is wrong",
            ]

    play(where, cesizen(), story)


def test_a_p3_climbs_in_the_middle_of_its_working_hours_and_wakes_nobody(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("slow", "P3")
            await world.until("03-03 12:30")
            assert world.told() == [
                "02 09:30 slack opened: slow is wrong",
                "03 07:30 email to backend,devops,frontend,qa digest: 1 new, 0 still open, 0 over",
                "03 09:30 slack reminder: Still so: slow is wrong",
                "03 12:00 email to devops,qa escalated: Nobody has it yet: slow is wrong",
                "03 12:00 slack to devops,qa escalated: Nobody has it yet: slow is wrong",
            ]
            await world.until("03-04 09:00")
            assert world.told() == ["04 07:30 email to backend,devops,frontend,qa digest: 0 new, 1 still open, 0 over"]

    play(folder, cesizen(), story)


def test_a_p4_is_still_told_on_monday_and_never_at_night_or_on_a_weekend(folder: str) -> None:
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)

    async def story(world: World) -> None:
        async with world.running():
            await world.open("typo", "P4")
            await world.until("03-09 08:30")
            assert world.told() == [
                "06 15:30 slack opened: typo is wrong",
                "09 08:00 email to backend,devops,frontend,qa digest: 1 new, 0 still open, 0 over",
                "09 08:00 slack reminder: Still so: typo is wrong",
            ]

    play(folder, cesizen(), story, friday)


def test_what_is_given_back_goes_on_from_there(where: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("api")
            await world.until("09:10")
            await world.do(lambda tx, notices: notices.acknowledge(tx, "alert:api", "user:devops"))
            await world.until("10:30")
            # Who was to be called at ten was not: it was in somebody's hands.
            assert world.told()[3:] == ["02 09:10 slack acknowledged: DevOps has it: api is wrong"]
            await world.do(lambda tx, notices: notices.unacknowledge(tx, "alert:api", "user:devops", msg("not mine")))
            await world.until("11:30")
            assert world.told() == [
                "02 10:30 email to backend,frontend unacknowledged: In nobody’s hands again: api is wrong",
                "02 10:30 slack to backend,frontend unacknowledged: In nobody’s hands again: api is wrong",
                "02 10:30 sms to backend,frontend unacknowledged: In nobody’s hands again: api is wrong",
                "02 11:00 email to direction escalated: Nobody has it yet: api is wrong",
                "02 11:00 slack to direction escalated: Nobody has it yet: api is wrong",
                "02 11:00 sms to direction escalated: Nobody has it yet: api is wrong",
            ]
            assert await world.facts() == ["MatterAcknowledged alert:api", "MatterUnacknowledged alert:api"]

    play(where, cesizen(), story)


def test_an_acknowledgement_without_progress_runs_out_and_progress_keeps_it(folder: str) -> None:
    plan = cesizen(notify=NOTIFY.replace("acknowledge: 15m", "acknowledge: 15m\n    acknowledged_for: 30m"))

    async def story(world: World) -> None:
        async with world.running():
            await world.open("api")
            await world.until("09:10")
            await world.do(lambda tx, notices: notices.acknowledge(tx, "alert:api", "user:devops"))
            await world.until("09:20")
            await world.do(lambda tx, notices: notices.progress(tx, "alert:api"))
            world.told()
            await world.until("09:55")
            assert world.told() == [
                "02 09:50 email to frontend unacknowledged: In nobody’s hands again: api is wrong",
                "02 09:50 slack to frontend unacknowledged: In nobody’s hands again: api is wrong",
                "02 09:50 sms to frontend unacknowledged: In nobody’s hands again: api is wrong",
            ]

    play(folder, plan, story)


def test_hours_of_downtime_end_in_one_letter_to_each(where: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("api")
            await world.until("09:10")
        world.told()
        await world.clock.sleep_until(START.replace(hour=13))
        world.build()
        async with world.running():
            await world.until("14:00")
        assert world.told() == [
            "02 13:00 email to backend,direction,frontend escalated: Nobody has it yet: api is wrong",
            "02 13:00 email to devops,qa reminder: Still so: api is wrong",
            "02 13:00 slack to backend,direction,frontend escalated: Nobody has it yet: api is wrong",
            "02 13:00 sms to backend,direction,frontend escalated: Nobody has it yet: api is wrong",
        ]

    play(where, cesizen(), story)


def test_nobody_on_call_is_told_to_the_next_level_at_once(folder: str) -> None:
    plan = cesizen(people=PEOPLE[: PEOPLE.index("on_call:")] + "on_call: {astreinte: {people: []}}\n")

    async def story(world: World) -> None:
        async with world.running():
            await world.open("api")
            await world.until("09:05")
            assert world.told() == [
                "02 09:00 email to backend,devops,frontend,qa opened: api is wrong",
                "02 09:00 slack to backend,frontend opened: api is wrong",
                "02 09:00 sms to backend,frontend opened: api is wrong",
            ]
            assert await world.lines("escalation.nobody")

    play(folder, plan, story)


def test_when_every_way_fails_somebody_else_is_called_and_it_is_said_loudly(folder: str) -> None:
    async def story(world: World) -> None:
        world.out.fails |= {"slack", "email", "sms"}
        async with world.running():
            await world.open("api")
            await world.until("12:00")
            assert "NobodyCouldBeTold alert:api" in await world.facts()
            assert len(await world.lines("matter.unheard")) == 1

    play(folder, cesizen(), story)


QUIET = Preferences(quiet_from="18:00", quiet_until="08:00", without=("slack",))


def test_quiet_hours_hold_a_p3_until_the_morning_and_never_a_p1(folder: str) -> None:
    evening = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    text = NOTIFY[: NOTIFY.index("escalation:")].replace("email: daily at 08:30", "email: now")

    async def story(world: World) -> None:
        for person in ("devops", "backend", "frontend", "qa"):
            await world.do(lambda tx, _, person=person: put_preferences(tx, person, QUIET))  # type: ignore[misc]
        async with world.running():
            await world.open("slow", "P3", service="web")
            await world.open("api", "P1")
            await world.until("19:45")
            assert [line for line in world.told() if "email" in line or "sms" in line] == [
                "02 19:00 email to backend,devops,frontend,qa opened: api is wrong",
                "02 19:00 sms to frontend opened: api is wrong",
            ]
            await world.close("api")
            world.told()
            await world.until("03-03 07:30")
            assert [line for line in world.told() if "email" in line] == [
                "03 07:00 email to backend,devops,frontend,qa opened: slow is wrong"
            ]

    play(folder, cesizen(notify=text), story, evening)


def test_hundreds_of_alerts_in_a_minute_are_a_few_letters_that_can_be_read(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            for part in range(6):
                await world.do(
                    lambda tx, notices, part=part: (
                        [  # type: ignore[misc]
                            notices.open(
                                tx, world.matter(f"a{part}-{n}", "P1", f"service-{n % 40}"), msg("it was seen")
                            )
                            for n in range(100)
                        ]
                        and None
                    )
                )
                await world.until(f"09:00:{(part + 1) * 9:02}")
            await world.until("09:10")
            letters = world.letters()
            last = letters[-1]
            texts = [len(part.lines) for part in last.sections]
            told = {channel: sum(1 for one in letters if one.channel == channel) for channel in ("slack", "sms")}
            assert told["slack"] < 30
            assert told["sms"] < 30
            assert str(say(unpack(last.title), "en")).endswith("things are wrong")
            assert max(texts) < 70

    play(folder, cesizen(), story)


def test_what_is_urgent_is_told_by_itself_however_much_there_is_that_can_wait(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            for n in range(40):
                await world.open(f"noise-{n}", "P3", f"service-{n}")
            await world.until("09:00:30")
            await world.open("api", "P1", "api")
            await world.until("09:02")
            assert [line for line in world.told() if "slack" in line] == ["02 09:00 slack opened: api is wrong"]
            await world.until("09:40")
            # Ten groups by themselves, and one letter for all the others.
            slack = [line for line in world.told() if "slack" in line]
            assert len(slack) == 11
            assert sum("things are wrong" in line for line in slack) == 1

    play(folder, cesizen(notify=NOTIFY[: NOTIFY.index("escalation:")]), story)
