"""Who is asked to exchange turns hears of it, and who asked hears the answer; nobody else does."""

from typing import cast

import pytest
from tests.notices.telling import START, World, cesizen

from bosco.app.wiring import full_name, marked
from bosco.channels.service import Channels
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.packed import unpack
from bosco.kit.words import say
from bosco.notices.exchange_letters import ExchangeLetters
from bosco.people.exchanges import Exchanges
from bosco.store.store import Store
from bosco.store.worker import Worker
from bosco.web.events import Live


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.mark.parametrize(("answer", "says"), [(True, "agrees to exchange turns"), (False, "does not exchange turns")])
def test_an_exchange_is_asked_and_answered_by_letter(
    store: Store, clock: VirtualClock, answer: bool, says: str
) -> None:
    world = World(store, clock, cesizen())
    letters = ExchangeLetters(store, world.current, cast(Channels, world.out))
    hears = marked([letters], "hears")
    store.listeners |= {fact: [full_name(one) for one in several] for fact, several in hears.items()}
    methods = {full_name(one): one for several in hears.values() for one in several}
    world.worker = Worker(store, hears=methods, on_timer={}, delivers={})
    exchanges = Exchanges(store, world.current, world.on_call, Live())

    async def story() -> None:
        first, second = world.on_call.shifts("astreinte", clock.read(), clock.read().replace(month=4))[1:3]
        turns = [(one.person, one.start, one.end) for one in (first, second)]
        async with world.running():
            made = await exchanges.ask("astreinte", *turns, by="user:devops", reason="wedding")
            await world.until("09:01")
            await exchanges.answer(made.id, agrees=answer, by="user:backend")
            await world.until("09:02")
        asked, answered = world.letters()
        assert [one.to[0].person for one in (asked, answered)] == [second.person, first.person]
        assert str(say(unpack(asked.title), "en")) == "Équipe d’astreinte: DevOps asks you to exchange turns"
        assert says in str(say(unpack(answered.title), "en"))
        facts = [[str(say(unpack(part), "en")) for part in pair] for pair in asked.sections[0].facts]
        assert facts == [
            ["Turn to take", "Mon 9 Mar, 09:00 to Mon 16 Mar, 09:00"],
            ["Turn to give away", "Mon 16 Mar, 09:00 to Mon 23 Mar, 09:00"],
            ["Why", "wedding"],
        ]

    run_virtually(clock, story)
