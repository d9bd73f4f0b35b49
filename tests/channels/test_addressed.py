"""Letters go to whom they are for, in their language, and no channel takes the places of another."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from tests.channels.test_bring import Server, World, letter

from bosco.channels.model import Receiver
from bosco.store import outbox
from bosco.store.parcel import Answer, Parcel, TryAgain

TEAM = "team: {devops: {phone: '+33600000001', language: fr}, rssi: {phone: '+33600000002'}}\n"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_a_letter_finds_the_phone_of_its_person_and_speaks_their_language(where: str, server: Server) -> None:
    plan = f"{TEAM}channels: {{sms: {{sms: '${{SMS}}'}}}}"
    world = World(where, plan, {"SMS": f"http://127.0.0.1:{server.port}/sms"})
    assert world.bring(
        letter("sms", to=(Receiver("devops"),), brief={"text": {"fr": "API en panne", "en": "API is down"}})
    ) == ["delivered"]
    (said,) = server.bodies()
    assert said["to"] == "+33600000001"
    assert said["text"].startswith("API en panne")


def test_a_letter_to_nobody_goes_to_those_whom_its_channel_names(where: str, server: Server) -> None:
    plan = f"{TEAM}channels: {{sms: {{sms: '${{SMS}}', to: [rssi, '+33600000009']}}}}"
    world = World(where, plan, {"SMS": f"http://127.0.0.1:{server.port}/sms"})
    assert world.bring(letter("sms")) == ["delivered"]
    assert sorted(said["to"] for said in server.bodies()) == ["+33600000002", "+33600000009"]


def test_pagerduty_wakes_nobody_for_a_digest_and_ends_what_is_over(where: str, server: Server) -> None:
    address = f"http://127.0.0.1:{server.port}"
    world = World(where, f"channels: {{pd: {{pagerduty: '${{KEY}}', url: '{address}'}}}}", {"KEY": "k"})
    assert world.bring(letter("pd", event="digest"), letter("pd", event="changed", ends=True)) == ["delivered"] * 2
    assert [path for _, path, _, _ in server.heard] == ["/v2/change/enqueue", "/v2/enqueue"]
    assert json.loads(server.heard[1][3])["event_action"] == "resolve"


def test_a_hung_channel_takes_three_places_and_leaves_the_others(where: str) -> None:
    async def main() -> list[Answer]:
        reached = asyncio.Queue[int]()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            reached.put_nowait(1)
            await asyncio.Event().wait()

        far = await asyncio.start_server(hang, "127.0.0.1", 0)
        secrets = {"HOOK": f"http://127.0.0.1:{far.sockets[0].getsockname()[1]}/x"}
        world = World(where, "channels: {hook: {webhook: '${HOOK}'}}", secrets)
        parcels = [await _posted(world, f"alert:{number}") for number in range(5)]
        hung = [asyncio.create_task(world.channels.bring(one)) for one in parcels[:3]]
        for _ in hung:
            await reached.get()
        answers = [await world.channels.bring(one) for one in parcels[3:]]
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)
        far.close()
        world.store.close()
        return answers

    assert [type(one) for one in asyncio.run(main())] == [TryAgain, TryAgain]


def test_what_is_superseded_does_not_leave_any_more(where: str) -> None:
    async def main() -> tuple[int, str]:
        world = World(where, "channels: {hook: {webhook: '${HOOK}'}}", {})
        parcel, other = await _posted(world, "alert:1"), await _posted(world, "alert:2")
        ended = await world.store.write(lambda tx: world.channels.supersede(tx, "alert:1", "it is over"))
        left = await world.store.read(lambda tx: (outbox.find(tx, parcel.id), outbox.find(tx, other.id)))
        world.store.close()
        assert left[0] is not None
        assert left[1] is not None
        return ended, f"{left[0].state} {left[0].because} {left[1].state}"

    assert asyncio.run(main()) == (1, "superseded it is over pending")


async def _posted(world: World, thread: str) -> Parcel:
    its_id = await world.store.write(lambda tx: world.channels.post(tx, letter("hook", thread=thread)))
    found = await world.store.read(lambda tx: outbox.find(tx, its_id))
    assert found is not None
    return found
