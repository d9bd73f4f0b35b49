"""The sheet of ZenBilling through the real process: its page, its API, in both languages, and back unchanged."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.anomalies.test_sheet import SHEET
from tests.probes.pages_world import HOSTILE, House, watching

PLAN = Path(__file__).resolve().parents[2] / "plans/zenbilling"
AT = "/api/v1/anomalies"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    kept = ("plan.yml", "people.yml", "services.yml", "notify.yml", "records.yml")
    plan = "\n".join((PLAN / name).read_text("utf-8") for name in kept)
    with watching(tmp_path_factory.mktemp("anomalies"), plan) as opened:
        yield opened


def send(house: House, sheet: bytes, role: str = "responder") -> tuple[int, str]:
    headers = {
        "Authorization": f"Bearer {house.tokens[role]}",
        "Content-Type": "text/markdown",
        "Accept-Language": "en",
    }
    request = urllib.request.Request(f"http://127.0.0.1:{house.alive.port}{AT}", sheet, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_printed_sheet_comes_in_by_the_page_and_goes_out_unchanged(house: House) -> None:
    # As a browser sends it.
    made = house.post("/anomalies/import", "responder", sheet=SHEET.replace("\n", "\r\n"))
    assert made.status == 200, made.text
    assert made.headers["hx-redirect"] == "/records/ZB-2025-001"
    assert house.page("/anomalies/ZB-2025-001/sheet.md", role="viewer").text == SHEET
    assert "/anomalies/ZB-2025-001/sheet.md" in house.page("/records/ZB-2025-001").text
    listed = house.page("/anomalies", language="fr").text
    assert "Génération PDF bloquée" in listed
    assert "Critique" in listed
    assert "CTO" in listed


def test_a_sheet_comes_in_by_the_api_and_goes_out_unchanged(house: House) -> None:
    sheet = SHEET.replace("ZB-2025-001", "ZB-2025-002").replace("\n", "\r\n")
    status, told = send(house, sheet.encode())
    assert status == 201, told
    answer = house.alive.ask(f"{AT}/ZB-2025-002/sheet", token=house.tokens["viewer"])
    assert answer.text == sheet
    assert send(house, sheet.encode(), "viewer")[0] == 403
    assert house.alive.ask(f"{AT}/NOPE-1/sheet").status == 404


def test_mistakes_are_told_by_line_and_what_was_typed_stays(house: House) -> None:
    wrong = (
        SHEET.replace("ZB-2025-001", "ZB-2025-009").replace("Critique", HOSTILE).replace("15 entreprises", "beaucoup")
    )
    for language in ("en", "fr"):
        assert house.page("/anomalies/import", language=language).status == 200
    answer = house.post("/anomalies/import", "responder", sheet=wrong)
    assert answer.status == 422
    assert "6</strong>" in answer.text
    assert "29</strong>" in answer.text
    assert "beaucoup" in answer.text
    assert HOSTILE not in answer.text
    status, told = send(house, wrong.encode())
    assert status == 400
    assert "line 6: " in told
    assert "line 29: " in told


@pytest.mark.parametrize(
    "sheet", [b"", b"hello", b"\xff\xfe", b"# ANOMALIE \xe9", b"# ANOMALIE X-1\n" + b"x" * 300_000]
)
def test_what_is_no_sheet_is_refused_calmly(house: House, sheet: bytes) -> None:
    status, told = send(house, sheet)
    assert status in (400, 413), told
    assert "Traceback" not in told


def test_a_hostile_sheet_is_shown_as_text(house: House) -> None:
    number = "ZB-2025-066"
    sheet = (
        SHEET.replace("ZB-2025-001", number).replace("Génération PDF bloquée", HOSTILE).replace("Chrome 120", HOSTILE)
    )
    assert send(house, sheet.encode())[0] == 201
    for path in ("/anomalies", f"/records/{number}"):
        for language in ("en", "fr"):
            answer = house.page(path, language=language)
            assert answer.status == 200
            assert HOSTILE not in answer.text
    assert house.page(f"/anomalies/{number}/sheet.md").headers["content-type"].startswith("text/markdown")


def test_a_reader_cannot_bring_a_sheet(house: House) -> None:
    assert house.page("/anomalies/import", role="viewer").status == 403
    assert "/anomalies/import" not in house.page("/anomalies", role="viewer").text
