"""The words by which a record is found: of its number, title, fields and comments, without case or accents."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select

from bosco.records.record import Record
from bosco.records.store import words
from bosco.store.tx import Tx

LONGEST = 40
# A pasted log must not fill the index.
MOST = 300
_WORD = re.compile(r"[\w][\w'’-]*", re.UNICODE)


def fold(text: str) -> str:
    """Return the text as it is compared: `Dégradé` is found by `degrade`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_in(*texts: str) -> list[str]:
    """Return the words of some texts, each once, in their order; `ZB-2025-001` is one, and its parts are too."""
    found: dict[str, None] = {}
    for text in texts:
        for whole in _WORD.findall(fold(text)):
            for word in (whole, *re.split(r"['’-]", whole)):
                if word:
                    found[word[:LONGEST]] = None
                if len(found) >= MOST:
                    return list(found)
    return list(found)


def asked_words(typed: str) -> list[str]:
    """Return the words that somebody looks for: whole ones, for their parts are found with them."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(fold(typed))))


def texts_of(record: Record) -> list[str]:
    """Return what a record says that people look for."""
    return [record.number, record.title, record.service or "", *_texts(record.fields.values())]


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _texts(value)


def learn(tx: Tx, row_id: int, before: Record | None, after: Record, comment: str = "") -> None:
    """Write the words that came, take away those that went; words of comments stay, as comments do."""
    now = set(words_in(*texts_of(after)))
    was = set(words_in(*texts_of(before))) if before else set()
    gone, new = was - now, (now - was) | set(words_in(comment))
    if gone:
        tx.run(delete(words).where(words.c.record == row_id, words.c.word.in_(gone)))
    if new and before is not None:
        known = select(words.c.word).where(words.c.record == row_id, words.c.word.in_(new))
        new -= set(tx.run(known).scalars().all())
        if len(new) > MOST:
            new = set(sorted(new)[:MOST])
    if new:
        tx.run(insert(words), [{"word": word, "record": row_id} for word in sorted(new)])
