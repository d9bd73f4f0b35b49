"""Everything that a person can read stands in English and in French."""

import os

import pytest
from tests.web.sentences import CATALOGUES, SOURCES, Sentence, entries, every_sentence, holes, in_python, in_template

SENTENCES = every_sentence()
ROOMS = sorted({one.room for one in SENTENCES})
FILES = sorted(CATALOGUES.glob("*.po"))


@pytest.fixture(scope="module")
def french() -> dict[str, str]:
    return {english: said for path in FILES for english, said in entries(path) if said}


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_of_a_room_has_its_french(room: str, french: dict[str, str]) -> None:
    missing = [
        f"{one.where}  {one.text!r}" for one in SENTENCES if one.room == room and one.text not in french and one.text
    ]
    if missing and not (CATALOGUES / f"{room}.po").exists() and os.environ.get("BOSCO_TEST_NOTHING_SKIPPED") != "1":
        pytest.skip(f"{room} has no catalogue yet: {len(missing)} sentences wait for it")
    assert missing == [], "\n" + "\n".join(missing)


def test_every_sentence_is_spelt_out_where_it_is_said() -> None:
    assert [one.where for one in SENTENCES if one.text is None] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_catalogue_holds_nothing_twice_and_nothing_that_nobody_says(path: object) -> None:
    said = {one.text for one in SENTENCES}
    listed = [english for english, _ in entries(path)]  # type: ignore[arg-type]
    assert sorted(one for one in set(listed) if listed.count(one) > 1) == []
    assert [one for one in listed if one not in said] == []


def test_one_sentence_has_one_french_everywhere() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for path in FILES:
        for english, french in entries(path):
            before = seen.setdefault(english, (french, path.name))
            assert before[0] == french, f"{english!r} in {before[1]} and in {path.name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_takes_the_same_values(path: object) -> None:
    wrong = [english for english, french in entries(path) if holes(english) != holes(french)]  # type: ignore[arg-type]
    assert wrong == []


def test_a_sentence_is_found_wherever_it_hides() -> None:
    python = 'msg("a {n}" " b", n=1); plural(3, "one", "many"); msg(name); words.msg("c"); msg(TABLE[kind])'
    assert [one.text for one in in_python(python, "x.py")] == ["a {n} b", "one", "many", None, "c"]
    template = (
        '{% set x = [_("a"), _("b", v=1)] %}{{ ui.b(_("c")) }}{% call ui.c(n_("d", "e", 2)) %}{{ _(v) }}{% endcall %}'
    )
    found = {one.text for one in in_template(template, "x.html")}
    assert found == {"a", "b", "c", "d", "e", None}


def test_rooms_are_told_by_their_folder() -> None:
    assert Sentence("x", "web/shell.py:1").room == "web"
    assert (SOURCES / "web").is_dir()
