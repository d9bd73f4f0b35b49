import asyncio
from pathlib import Path

import pytest
from tests.telemetry.things import QUICK

from bosco.kit.clock import RealClock
from bosco.telemetry.names import Names
from bosco.telemetry.telemetry import Telemetry


def test_a_name_keeps_its_number_and_no_two_share_one(tmp_path: Path) -> None:
    async def story(*wanted: str) -> dict[str, int]:
        telemetry = Telemetry(tmp_path, RealClock(), QUICK)
        names = Names(telemetry, "series_names")
        await telemetry.open()
        await names.load()
        found = {name: names.number(name) for name in wanted}
        # Loading again does not forget what is still on its way to the disk.
        await names.load()
        assert {name: names.number(name) for name in wanted} == found
        assert [names.name(number) for number in found.values()] == list(wanted)
        await telemetry.close()
        return found

    first = asyncio.run(story("api", "web", "été"))
    second = asyncio.run(story("cache", "web", "api", "été"))
    assert {**first, **second} == second
    assert len(set(second.values())) == 4


def test_names_that_were_not_loaded_get_no_numbers(tmp_path: Path) -> None:
    async def story() -> None:
        telemetry = Telemetry(tmp_path, RealClock(), QUICK)
        names = Names(telemetry, "series_names")
        await telemetry.open()
        with pytest.raises(LookupError, match="series_names"):
            names.number("api")
        assert names.known(["api"]) == []
        await telemetry.close()

    asyncio.run(story())
