"""What people type after `/incident`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosco.chat.ask import Asked, priority_in, read_command, unmarked


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", Asked("help")),
        ("aide", Asked("help")),
        ("liste", Asked("list")),
        ("new P1 Site down", Asked("new", text="P1 Site down")),
        ("Déclarer le site est tombé", Asked("new", text="le site est tombé")),
        ("ack CESIZEN-0042", Asked("take", "CESIZEN-0042")),
        ("résoudre CESIZEN-0042 redémarré", Asked("resolve", "CESIZEN-0042", "redémarré")),
        ("comment CESIZEN-0042 <@U1|ada> looks", Asked("comment", "CESIZEN-0042", "@ada looks")),
        ("take ../etc", Asked("take", "")),
        ("dance", None),
    ],
)
def test_a_command_is_read_in_both_languages(typed: str, read: Asked | None) -> None:
    assert read_command(typed) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("P1 Site down", ("P1", "Site down")),
        ("p2: slow", ("P2", "slow")),
        ("P1", (None, "P1")),
        ("Pay fails", (None, "Pay fails")),
    ],
)
def test_a_title_may_begin_with_its_priority(text: str, read: tuple[str | None, str]) -> None:
    assert priority_in(text, ["P1", "P2"]) == read


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    unmarked(text)
    read_command(text)
