"""What a file is, told by its own bytes and never by its name; what could be run is not taken."""

import re
import struct
import unicodedata
from dataclasses import dataclass

LONGEST_NAME = 120
# A picture of more points would make a browser swallow gigabytes, however small its file is.
MOST_POINTS = 60_000_000
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
# Programs, whatever they are called, and texts that a system runs as one.
_RUNS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
# What a browser or a desk would run once it is saved under such a name.
_RISKY = re.compile(
    r"\.(html?|xhtml|shtml|svgz?|xml|xsl|mht|mhtml|js|mjs|vbs|wsf|hta|bat|cmd|ps1|sh|py|pl|rb|php|jar|desktop|lnk|url|scf|reg)$",
    re.IGNORECASE,
)
_MIDDLE_OF_A_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Sniffed:
    """The type of a file, and whether a page may show it as a picture."""

    type: str
    is_picture: bool = False


def sniff(content: bytes) -> Sniffed | None:
    """Return what the bytes are, or None for what is not taken."""
    if content.startswith(_RUNS):
        return None
    for start, kind in _STARTS:
        if content.startswith(start):
            return Sniffed(kind, kind in PICTURES and _is_small(content, kind))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Sniffed("image/webp", _is_small(content, "image/webp"))
    return Sniffed("text/plain") if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # Logs of older systems: single bytes that all stand for a letter.
        text = content.decode("cp1252", "replace")
        if "\ufffd" in text:
            return False
    return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text)


def _is_small(content: bytes, kind: str) -> bool:
    try:
        width, height = _SIZES[kind](content)
    except (struct.error, IndexError, ValueError):
        return False
    return 0 < width * height <= MOST_POINTS


def _png(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no frame")
        marker = content[at + 1]
        if marker in _MIDDLE_OF_A_FRAME:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 1 if marker == 0xFF else 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]


def _webp(content: bytes) -> tuple[int, int]:
    form = content[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


_SIZES = {"image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg, "image/webp": _webp}


def clean_name(sent: str) -> str:
    """Return a name that is no path, hides no letter and is not too long: `../../etc/passwd` is `passwd`."""
    text = unicodedata.normalize("NFC", sent.encode("utf-8", "replace").decode()).replace("\\", "/").rpartition("/")[2]
    # Marks that turn the direction of writing make `gpj.exe` look like `exe.jpg`.
    kept = "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")
    name = " ".join(kept.split()).strip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, end = name.rpartition(".")
        name = f"{stem[: LONGEST_NAME - len(end) - 1]}.{end}" if dot and len(end) <= 10 else name[:LONGEST_NAME]
    return name or "file"


def saved_name(name: str) -> str:
    """Return the name under which a browser saves it: one that would be run gets another end."""
    return f"{name}.txt" if _RISKY.search(name) else name
