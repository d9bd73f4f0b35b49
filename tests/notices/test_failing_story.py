"""What could not be brought is tried by the other ways, each once; when none is left, that itself is an alarm."""

from datetime import timedelta

from tests.notices.telling import World, cesizen, play

ALL = ("slack", "email", "sms")


def test_when_every_way_fails_each_is_tried_once_for_each_call_and_it_is_said_that_nobody_could_be_told(
    where: str,
) -> None:
    async def story(world: World) -> None:
        world.fail_after(timedelta(milliseconds=300), *ALL)
        async with world.running():
            await world.open("login", "P2")
            await world.until("09:30")
            # A transaction that had to be run anew posted its letters twice: those of one instant count once.
            letters = {(at, letter.channel, one.person) for at, _, letter in world.out.letters for one in letter.to}
            steps = await world.lines("escalation.")
            # Whoever is called is called once by each way, at each step and at the opening at most.
            for person in {person for _, _, person in letters if person}:
                for way in ALL:
                    times = [at for at, channel, whom in letters if (channel, whom) == (way, person)]
                    assert len(times) <= 1 + len(steps), (person, way, times)
            assert await world.facts() == ["NobodyCouldBeTold alert:login"]
            assert len(await world.lines("matter.unheard")) == 1

    play(where, cesizen(), story)


def test_a_way_that_fails_late_is_replaced_by_the_next_one_only(where: str) -> None:
    async def story(world: World) -> None:
        world.fail_after(timedelta(seconds=20), "email")
        async with world.running():
            await world.open("disk", "P1")
            await world.until("09:10")
            assert len({at for at, _, letter in world.out.letters if letter.channel == "email"}) == 1
            others = {(letter.channel, one.person) for at, _, letter in world.out.letters[4:] for one in letter.to}
            assert {("sms", "backend"), ("sms", "devops"), ("sms", "frontend")} <= others

    play(where, cesizen(), story)
