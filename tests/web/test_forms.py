"""A form keeps what was typed, tells each mistake beside its field, and believes nothing."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from bosco.kit.refusal import Refusal
from bosco.web.forms import Form

Client = TestClient[Any]
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def token(client: Client) -> str:
    client.cookies.set("role", "admin")
    found = re.search(r'name="forgery_token" value="([^"]+)"', client.get("/design").text)
    assert found
    return found[1]


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(client: Client, token: str) -> None:
    typed = {
        "forgery_token": token,
        "name": "Ada <b>",
        "email": "nobody",
        "count": "99",
        "ways": ["sms"],
        "note": "first\nsecond",
    }
    answer = client.post("/design", data=typed)
    assert answer.status_code == 422
    assert 'value="Ada &lt;b&gt;"' in answer.text
    assert "first\nsecond</textarea>" in answer.text
    assert re.search(r'name="ways" value="sms" checked', answer.text)
    assert re.search(r'id="f-email"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*', answer.text)
    assert "This is not an e-mail address, such as name@example.org." in answer.text
    assert "It may be 10 at most." in answer.text
    assert "4 things to correct." in answer.text


def test_a_good_form_leads_on_with_a_word(client: Client, token: str) -> None:
    typed = {
        "forgery_token": token,
        "name": "Ada",
        "email": "ada@example.org",
        "count": "3",
        "size": "small",
        "level": "large",
    }
    answer = client.post("/design", data=typed, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/design")
    assert "Saved." in client.get("/design").text.split('id="toasts"')[1].split("<template")[0]
    # It is said once.
    assert "Saved." not in client.get("/design").text.split('id="toasts"')[1].split("<template")[0]


def test_by_htmx_the_browser_is_led_on_too(client: Client, token: str) -> None:
    typed = {
        "forgery_token": token,
        "name": "Ada",
        "email": "ada@example.org",
        "count": "3",
        "size": "small",
        "level": "large",
    }
    answer = client.post("/design", data=typed, headers={"hx-request": "true"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/design")


@pytest.mark.parametrize(
    ("typed", "read", "wrong"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace", None),
        ("", "", "This is needed."),
        ("   ", "", "This is needed."),
        ("x" * 41, "x" * 41, "At most 40 characters fit here; this has 41."),
        ("x", "x", "This needs at least 2 characters."),
        ("a\x00b", "a\x00b", "This holds characters that cannot be shown."),
    ],
)
def test_a_line_of_text(typed: str, read: str, wrong: str | None) -> None:
    form = Form({"name": typed})
    assert form.text("name", most=40, least=2) == read
    assert [str(one) for one in form.errors.values()] == ([wrong] if wrong else [])
    assert form.value("name") == read


@pytest.mark.parametrize("good", ["a@example.org", "prénom.nom@exemple.fr", "x+y@sub.example.co"])
def test_an_address_is_taken(good: str) -> None:
    form = Form({"email": good})
    assert form.email("email") == good
    assert form.ok


@pytest.mark.parametrize(
    "bad",
    ["a", "a@b", "@example.org", "a@example.", "a b@example.org", "a@ex ample.org", "<a@example.org>", "a@b@c.org"],
)
def test_what_is_no_address_is_told(bad: str) -> None:
    form = Form({"email": bad})
    form.email("email")
    assert not form.ok


@pytest.mark.parametrize(("typed", "number"), [("7", 7), (" 1 000 ", 1000), ("1\u202f000", 1000), ("-3", -3)])
def test_a_whole_number_is_read_as_people_write_it(typed: str, number: int) -> None:
    form = Form({"n": typed})
    assert (form.whole("n"), form.ok) == (number, True)


@pytest.mark.parametrize("typed", ["1.5", "1e3", "٣", "0x10", "9" * 30, "--1", "one"])
def test_what_is_no_whole_number_is_told(typed: str) -> None:
    form = Form({"n": typed})
    assert (form.whole("n"), form.ok) == (None, False)


def test_only_what_was_offered_can_be_chosen() -> None:
    form = Form({"size": "huge", "ways": "x"}, {"ways": ["sms", "sms", "pigeon"]})
    assert form.choice("size", {"small", "large"}) == ""
    assert form.choices("ways", ["sms", "email"]) == ["sms"]
    assert set(form.errors) == {"size", "ways"}


def test_a_password_is_never_given_back() -> None:
    form = Form({"password": " correct horse "})
    assert form.secret("password", least=8) == " correct horse "
    assert form.value("password") == ""


def test_an_instant_is_read_in_the_readers_zone() -> None:
    form = Form({"at": "2026-07-14T09:30"})
    assert form.instant("at", PARIS) == datetime(2026, 7, 14, 9, 30, tzinfo=PARIS)
    assert Form({"at": "tomorrow"}).instant("at", PARIS) is None


def test_a_form_without_a_page_is_refused_whole() -> None:
    form = Form({})
    form.text("name")
    with pytest.raises(Refusal, match="name: This is needed"):
        form.refuse_if_wrong()


@given(st.dictionaries(st.sampled_from(["name", "email", "n", "size", "at"]), st.text()))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_a_form_answers(values: dict[str, str]) -> None:
    form = Form(values)
    form.text("name", most=10)
    form.email("email", needed=False)
    form.whole("n", least=0, most=10)
    form.choice("size", {"small"})
    form.instant("at", PARIS)
    form.flag("at")
    form.picked("size")
    assert form.ok or form.errors
