"""The pages of alerts, on a running Bosco: in both languages, for those who may act and those who may not."""

import re
from collections.abc import Iterator

import pytest
from tests.probes.pages_world import House, watching


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("alerts")) as opened:
        opened.alive.until("/alerts", lambda answer: "API Core" in answer.text)
        yield opened


def path_of(house: House) -> str:
    found = re.search(r'href="(/alerts/[0-9A-Z]{26})"', house.page("/alerts").text)
    assert found
    return found[1]


@pytest.mark.parametrize(("language", "words"), [("en", "It holds"), ("fr", "Elle est en cours")])
def test_an_alert_says_what_since_when_and_whose(house: House, language: str, words: str) -> None:
    page = house.page(path_of(house), language=language)
    assert page.status == 200
    assert words in page.text
    assert "<script>alert(1)</script>" not in page.text


def test_it_is_taken_and_closed_by_those_who_may(house: House) -> None:
    path = path_of(house)
    assert house.post(f"{path}/acknowledge", "viewer").status == 403
    assert house.post(f"{path}/close", "responder", reason="").status == 422
    assert house.post(f"{path}/acknowledge", "responder").status == 200
    assert "Nobody has it yet" not in house.page(path).text
    assert house.post(f"{path}/close", "responder", reason="seen").status == 200
    assert "It is over" in house.page(path).text


def test_what_is_not_there_is_said(house: House) -> None:
    assert house.page("/alerts/NOPE").status == 404
    assert house.page("/alerts?which=odd&before=%00").status == 200
