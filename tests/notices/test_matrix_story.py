"""Each cell of CESIZen's matrix: the exact set of letters that a course of events leaves."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.notices.telling import World, cesizen, play

from bosco.kit.words import msg
from bosco.notices.matrix import light_of


@pytest.fixture
def folder(migrated_folder: Path, tmp_path: Path) -> str:
    return str(shutil.copytree(migrated_folder, tmp_path / "data"))


def test_a_p1_is_told_at_once_through_everything_then_to_the_next_levels_and_over_to_whoever_heard(where: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("api")
            await world.until("09:10")
            assert world.told() == [
                "02 09:00 email to backend,devops,frontend,qa opened: api is wrong",
                "02 09:00 slack to frontend opened: api is wrong",
                "02 09:00 sms to frontend opened: api is wrong",
            ]
            await world.until("11:30")
            assert world.told() == [
                "02 10:00 email to backend,frontend escalated: Nobody has it yet: api is wrong",
                "02 10:00 slack to backend,frontend escalated: Nobody has it yet: api is wrong",
                "02 10:00 sms to backend,frontend escalated: Nobody has it yet: api is wrong",
                "02 11:00 email to direction escalated: Nobody has it yet: api is wrong",
                "02 11:00 slack to direction escalated: Nobody has it yet: api is wrong",
                "02 11:00 sms to direction escalated: Nobody has it yet: api is wrong",
            ]
            await world.until("12:00")
            await world.close("api")
            assert world.told() == [
                "02 12:00 email to backend,devops,direction,frontend,qa resolved: Over: api is wrong",
                "02 12:00 slack resolved: Over: api is wrong",
                "02 12:00 sms to backend,direction,frontend resolved: Over: api is wrong",
            ]
            await world.until("23:00")
            assert world.told() == []

    play(where, cesizen(), story)


def test_a_p2_is_told_within_five_minutes_on_slack_and_ten_by_mail_and_never_by_text_message(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("login", "P2")
            await world.until("09:03")
            # The first step calls who is on call at once; the others hear of it as their cells say.
            assert world.told() == [
                "02 09:00 email to frontend opened: login is wrong",
                "02 09:00 slack to frontend opened: login is wrong",
            ]

    play(folder, cesizen(), story)


NO_STEPS = "escalation: {}\n"


def without_steps() -> dict[str, str]:
    text = (Path(__file__).resolve().parents[2] / "plans/cesizen/notify.yml").read_text(encoding="utf-8")
    return {"notify": text[: text.index("escalation:")]}


def test_within_gathers_what_comes_meanwhile(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("login", "P2")
            await world.until("09:04")
            await world.open("mails", "P2")
            await world.until("09:30")
            assert world.told() == [
                "02 09:05 slack opened: API Core: 2 things are wrong",
                "02 09:10 email to backend,devops,frontend,qa opened: API Core: 2 things are wrong",
            ]

    play(folder, cesizen(**without_steps()), story)


def test_what_is_over_before_it_was_told_is_told_to_nobody_and_the_journal_says_so(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("login", "P2")
            await world.until("09:04")
            await world.close("login")
            await world.until("10:00")
            assert world.told() == []
            assert await world.lines("notice.superseded") == [
                "09:04 alert:login notice.superseded: c’était terminé avant d’être signalé",
                "09:04 alert:login notice.superseded: c’était terminé avant d’être signalé",
            ]

    play(folder, cesizen(**without_steps()), story)


def test_what_somebody_has_before_it_was_told_is_told_to_nobody(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("login", "P2")
            await world.until("09:04")
            await world.do(lambda tx, notices: notices.acknowledge(tx, "alert:login", "user:devops"))
            await world.until("09:20")
            assert world.told() == []
            assert await world.facts() == ["MatterAcknowledged alert:login"]

    play(folder, cesizen(**without_steps()), story)


def test_grouped_is_one_message_in_half_an_hour_and_a_digest_at_half_past_eight(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("slow", "P3")
            await world.until("09:20")
            await world.open("odd", "P3")
            await world.until("09:25")
            await world.open("gone", "P3")
            await world.until("09:29")
            await world.close("gone")
            await world.until("10:30")
            assert world.told() == ["02 09:30 slack opened: API Core: 2 things are wrong"]
            await world.close("odd")
            await world.until("11:30")
            assert world.told() == ["02 11:00 slack resolved: Over: odd is wrong"]
            await world.until("03-03 08:00")
            assert world.told() == [
                "03 07:30 email to backend,devops,frontend,qa digest: 1 new, 0 still open, 2 over",
            ]
            await world.until("03-04 08:00")
            assert world.told() == [
                "03 09:30 slack reminder: Still so: slow is wrong",
                "04 07:30 email to backend,devops,frontend,qa digest: 0 new, 1 still open, 0 over",
            ]
            await world.close("slow")
            await world.until("03-07 08:00")
            assert world.told() == [
                "04 08:00 slack resolved: Over: slow is wrong",
                "05 07:30 email to backend,devops,frontend,qa digest: 0 new, 0 still open, 1 over",
            ]

    play(folder, cesizen(**without_steps()), story)


def test_a_p4_waits_for_monday_and_both_changes_of_clocks_keep_its_hour(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("typo", "P4")
            await world.until("03-23 09:30")
            mails = [line for line in world.told() if "email" in line]
            assert [line[:8] for line in mails] == ["09 08:00", "16 08:00", "23 08:00"]
            await world.until("03-30 09:30")
            # Clocks changed on the 29th: nine in Paris is seven in UTC.
            assert [line[:8] for line in world.told() if "email" in line] == ["30 07:00"]
            await world.until("10-26 09:30")
            assert [line[:8] for line in world.told() if "email" in line][-2:] == ["19 07:00", "26 08:00"]

    play(folder, cesizen(**without_steps()), story)


def test_a_daily_digest_keeps_its_hour_over_both_changes(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("slow", "P3")
            await world.until("03-30 09:00")
            assert [line[:8] for line in world.told() if "email" in line][-3:] == ["28 07:30", "29 06:30", "30 06:30"]

    play(folder, cesizen(**without_steps()), story, datetime(2026, 3, 27, 9, 0, tzinfo=UTC))


def test_an_empty_digest_is_sent_only_where_the_plan_asks(folder: str) -> None:
    plan = without_steps()
    plan["notify"] = plan["notify"].replace("daily at 08:30", "'daily at 08:30, even empty'")

    async def story(world: World) -> None:
        await world.notices.keep_digests()
        async with world.running():
            await world.until("03-03 09:00")
            assert world.told() == [
                "03 07:30 email to backend,devops,frontend,qa digest: 0 new, 0 still open, 0 over",
            ]

    play(folder, cesizen(**plan), story)


def test_a_group_hears_of_additions_together_and_of_its_end_at_once(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("one")
            await world.until("09:01")
            await world.open("two")
            await world.open("three")
            await world.until("09:05")
            await world.close("one")
            await world.until("09:07")
            await world.close("two")
            await world.close("three")
            slack = [line for line in world.told() if "slack" in line]
            assert slack == [
                "02 09:00 slack opened: one is wrong",
                "02 09:01 slack opened: API Core: 2 things are wrong",
                "02 09:06 slack resolved: Over: one is wrong",
                "02 09:07 slack resolved: API Core: 2 things are over",
            ]

    play(folder, cesizen(**without_steps()), story)


def test_the_dashboard_is_lit_as_the_matrix_says() -> None:
    plan = cesizen()
    lights = {priority: light_of(plan, priority) for priority in ("P1", "P2", "P3", "P4")}
    assert {key: str(one) for key, one in lights.items()} == {
        "P1": "red blinking",
        "P2": "orange",
        "P3": "blue",
        "P4": "grey",
    }


def test_a_matter_that_is_held_is_told_once_it_is_released(folder: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.open("login", "P2")
            await world.do(lambda tx, notices: notices.hold(tx, "alert:login", msg("muted")))
            await world.until("09:30")
            assert world.told() == []
            await world.do(lambda tx, notices: notices.release(tx, "alert:login", msg("no longer muted")))
            assert world.told() == [
                "02 09:30 email to backend,devops,frontend,qa opened: login is wrong",
                "02 09:30 slack opened: login is wrong",
            ]
            await world.do(lambda tx, notices: notices.hold(tx, "alert:login", msg("muted again")))
            await world.until("12:00")
            await world.close("login")
            assert [line[:14] for line in world.told()] == ["02 12:00 email", "02 12:00 slack"]

    play(folder, cesizen(**without_steps()), story)
