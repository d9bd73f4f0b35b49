"""Sentences survive being stored."""

from datetime import timedelta

import msgspec
import pytest

from bosco.kit.packed import pack, unpack
from bosco.kit.plural import plural
from bosco.kit.words import Text, msg, say


@pytest.mark.parametrize(
    "said",
    [
        "plain",
        "",
        msg("no values"),
        msg("{count} looks in a row failed: {because}", count=2, because=msg("inner {x}", x=1.5)),
        msg("{label}", label=Text({"fr": "un", "en": "one"})),
        msg("in {wait}", wait=plural(2, "{n} second", "{n} seconds")),
        msg("{braces}", braces="{not a place}"),
    ],
)
def test_a_sentence_says_the_same_after_it_was_stored(said: object) -> None:
    kept = unpack(msgspec.json.decode(msgspec.json.encode(pack(said))))
    assert [say(kept, "fr"), say(kept, "en")] == [say(said, "fr"), say(said, "en")]


def test_a_duration_is_kept_as_its_words() -> None:
    assert say(unpack(pack(msg("after {span}", span=timedelta(minutes=90)))), "fr") == "après 1\u00a0h 30\u00a0min"


def test_anything_else_becomes_text() -> None:
    assert unpack(pack(ValueError("odd"))) == "odd"
    assert unpack(pack(None)) is None
