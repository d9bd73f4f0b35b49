"""Pages are written for their reader: language, theme, zone, and nothing that a hostile text smuggles in."""

import re
from typing import Any

import pytest
from litestar.testing import TestClient
from markupsafe import Markup
from tests.web.sentences import SOURCES
from tests.web.test_typeset import plainly, read_by
from tests.web.world import World

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.words import Text, msg
from bosco.web.assets import Assets
from bosco.web.reader import reading
from bosco.web.shell import Shell, counted, initials, said, spaced, translated
from bosco.web.site import Site

Client = TestClient[Any]


@pytest.mark.parametrize(
    ("cookie", "accept", "plan", "language"),
    [
        (None, None, "fr", "fr"),
        (None, None, "en", "en"),
        (None, "en-GB", "fr", "en"),
        (None, "de", "fr", "fr"),
        ("fr", "en-GB", "en", "fr"),
        ("xx", "fr", "en", "fr"),
    ],
)
def test_the_language_is_chosen_by_device_then_browser_then_plan(
    cookie: str, accept: str, plan: Any, language: str
) -> None:
    world = World()
    world.shell.site = Site("CESIZen", plan, "Europe/Paris")
    headers = {"accept-language": accept} if accept else {}
    with TestClient(world.app) as client:
        if cookie:
            client.cookies.set("bosco_language", cookie)
        client.headers.pop("accept-language", None)
        assert f'<html lang="{language}"' in client.get("/design", headers=headers).text


def test_a_choice_of_language_and_theme_lasts(client: Client) -> None:
    token = client.get("/design").text.split('name="forgery_token" value="')[1].split('"')[0]
    client.post("/preferences", data={"forgery_token": token, "language": "fr"})
    client.post("/preferences", data={"forgery_token": token, "theme": "dark"})
    page = client.get("/design").text
    assert '<html lang="fr" data-theme="dark">' in page
    assert "Tout tient" in page


def test_hostile_values_stay_text() -> None:
    evil = "<script>alert(1)</script>"
    with reading(read_by("en")):
        shell = Shell(RealClock(), RealIds())
        ui = shell._templates.globals["ui"]
        for made in (
            ui.badge("ok", evil),  # type: ignore[attr-defined]
            ui.incident(evil, owner=evil, next=evil, where=evil),  # type: ignore[attr-defined]
            ui.facts([(evil, evil)]),  # type: ignore[attr-defined]
            ui.copyable(f'"{evil}'),  # type: ignore[attr-defined]
            ui.code(evil),  # type: ignore[attr-defined]
            ui.chart("x", evil, {"at": [1, 2], "unit": evil, "series": [{"name": evil, "values": [1, 2]}]}),  # type: ignore[attr-defined]
        ):
            assert "<script>alert" not in str(made)


def test_a_sentence_takes_values_with_and_without_markup() -> None:
    with reading(read_by("fr")):
        assert translated("in {span}", span="<b>") == "dans <b>"
        marked = translated("in {span}", span=Markup("<b>2</b>"))
        assert (type(marked), str(marked)) == (Markup, "dans <b>2</b>")
        mixed = translated("{one} or {other}", one=Markup("<b>"), other="<i>")
        assert str(mixed) == "<b> ou &lt;i&gt;"
        assert (
            translated("{one} or {other}", one=msg("text"), other=Text({"fr": "rien", "en": "x"})) == "du texte ou rien"
        )


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 services are down", "0 service est en panne"),
        (1, "1 service is down", "1 service est en panne"),
        (2, "2 services are down", "2 services sont en panne"),
        (1200, "1,200 services are down", "1 200 services sont en panne"),
    ],
)
def test_things_are_counted_as_the_language_counts(count: int, english: str, french: str) -> None:
    for language, expected in (("en", english), ("fr", french)):
        with reading(read_by(language)):  # type: ignore[arg-type]
            assert plainly(counted("{n} service is down", "{n} services are down", count)) == expected


def test_french_puts_its_spaces_where_lines_must_not_break() -> None:
    assert spaced("Clore ? Oui : « tout » !") == "Clore\u202f? Oui\u00a0: «\u202ftout\u202f»\u202f!"
    assert spaced("api-health : 10:30") == "api-health\u00a0: 10:30"
    with reading(read_by("fr")):
        assert said("What a person typed ?") == "What a person typed ?"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Camille Durand", "CD"),
        ("Jean-Marc de la Tour", "JT"),
        ("ops", "O"),
        ("", "?"),
        ("--", "?"),
        ("élie n'guessan", "ÉN"),
    ],
)
def test_a_person_has_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_part_of_a_page_is_rendered_alone(client: Client) -> None:
    part = client.get("/design/now").text
    assert part.startswith("<p hx-get")
    assert "<html" not in part
    assert 'hx-trigger="live:design from:body, live:again from:body"' in part


def test_the_wall_shows_no_way_to_press(client: Client) -> None:
    wall = client.get("/design?wall=1").text
    assert 'id="menu"' not in wall
    assert 'class="tabbar"' not in wall


def test_an_asset_is_kept_for_ever_under_the_name_of_its_content(client: Client) -> None:
    address = Assets().url("bosco.css")
    first = client.get(address)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    stale = client.get(address.replace(address.split("/")[2], "000000000000"))
    assert (stale.status_code, stale.headers["cache-control"]) == (200, "no-cache")


def test_all_style_weighs_less_than_forty_kilobytes() -> None:
    style = Assets().find("bosco.css")
    assert style is not None
    assert len(style.content) < 40_000
    assert b"asset(" not in style.content


def test_a_page_weighs_little(client: Client) -> None:
    client.cookies.set("role", "admin")
    page = client.get("/nope", headers={"accept-encoding": "identity"})
    assert len(page.content) < 16_000


def test_an_unknown_drawing_does_not_stop_a_page() -> None:
    assert "<circle" in str(Assets().icon("no-such-icon"))


def test_the_content_of_pages_never_asks_for_inline_style() -> None:
    for path in SOURCES.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert " onclick=" not in text, path


def test_every_class_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(rb"\.([a-zA-Z][\w-]*)", Assets().find("bosco.css").content))  # type: ignore[union-attr]
    unknown = []
    for path in sorted(SOURCES.rglob("templates/**/*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for found in re.finditer(r'class="([^"]*)"', text):
            words = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", found[1]).split()
            unknown += [f"{path.relative_to(SOURCES)}: {word}" for word in words if word.encode() not in drawn]
    assert unknown == []


def test_every_part_and_drawing_that_a_template_names_exists(world: World) -> None:
    parts = world.shell._templates.globals["ui"]
    icons = {path.stem for path in SOURCES.glob("web/static/vendor/icons/*.svg")}
    unknown = []
    for path in sorted([*SOURCES.rglob("templates/**/*.html"), *SOURCES.rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        lacking = {f"ui.{name}" for name in re.findall(r"\bui\.([a-z_]+)\(", text) if not hasattr(parts, name)}
        lacking |= {f"icon {name}" for name in re.findall(r"""icon(?:=|\()["']([a-z0-9-]+)["']""", text)} - {
            f"icon {name}" for name in icons
        }
        unknown += [f"{path.relative_to(SOURCES)}: {one}" for one in sorted(lacking)]
    assert unknown == [], "scripts/assets.py brings icons"
