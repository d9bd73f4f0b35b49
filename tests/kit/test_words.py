"""Sentences choose their language when they are read."""

import pytest

from bosco.kit.words import Text, language_of, msg, read_po


def test_a_catalogue_is_read_with_its_continued_lines_and_escapes() -> None:
    po = (
        'msgid ""\nmsgstr "Language: fr"\n\n#: x\nmsgid "Two "\n"lines"\nmsgstr "Deux \\"lignes\\"\\n"\n'
        '\nmsgid "None"\nmsgstr ""\n'
    )
    assert read_po(po) == {"Two lines": 'Deux "lignes"\n'}


def test_a_message_carries_messages() -> None:
    assert str(msg("{who} waits", who=msg("Nobody"))) == "Nobody waits"


def test_a_value_with_braces_is_not_a_pattern() -> None:
    assert str(msg("saw {what}", what="{secret}")) == "saw {secret}"


def test_a_text_falls_back_to_the_language_it_has() -> None:
    assert Text({"fr": "Bonjour"}).say("en") == "Bonjour"


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"LANG": "fr_FR.UTF-8"}, "fr"), ({"BOSCO_LANG": "en", "LANG": "fr_FR"}, "en"), ({"LANG": "C"}, None), ({}, None)],
)
def test_the_terminal_speaks_the_language_of_its_surroundings(
    environment: dict[str, str], language: str | None
) -> None:
    assert language_of(environment.get) == language
