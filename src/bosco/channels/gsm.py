"""Text messages: the alphabet that phones share, and how much of it one segment holds."""

import unicodedata

ONE_SEGMENT = 160
ONE_UNICODE_SEGMENT = 70
_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = set("^{}\\[~]|€")
_LIKE = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "→": "->",
    "œ": "oe",
}
_LIKE |= {"\u00a0": " ", "\u202f": " ", "≥": ">=", "≤": "<=", "×": "x", "−": "-", "Œ": "OE", "\t": " "}


def weight(text: str) -> int | None:
    """Return how many places of the shared alphabet a text takes, or None if it has other signs."""
    if any(sign not in _BASIC and sign not in _DOUBLE for sign in text):
        return None
    return sum(2 if sign in _DOUBLE else 1 for sign in text)


def plain(text: str) -> str:
    """Return the text in the shared alphabet as far as it can be said there: an accent that it lacks is dropped."""
    found = []
    for sign in text:
        if sign in _BASIC or sign in _DOUBLE:
            found.append(sign)
        elif sign in _LIKE:
            found.append(_LIKE[sign])
        else:
            bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
            found.append(bare if bare and weight(bare) is not None else sign)
    return "".join(found)


def short(text: str, link: str | None = None) -> str:
    """Return the text and the link in one segment whenever that can be: the text is cut, never the link."""
    said = " ".join(plain(text).split())
    tail = f" {link}" if link else ""
    limit = ONE_SEGMENT if weight(said + tail) is not None else ONE_UNICODE_SEGMENT
    room = limit - _size(tail)
    if room < 20:
        # The link fills the segment: two segments are then worth more than half a sentence.
        room = 2 * limit - _size(tail)
    if _size(said) > room:
        while said and _size(said) > room - 3:
            said = said[:-1]
        said = said.rstrip() + "..."
    return said + tail


def _size(text: str) -> int:
    counted = weight(text)
    return len(text.encode("utf-16-le")) // 2 if counted is None else counted
