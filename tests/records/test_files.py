"""Files of records: told by their bytes, kept once and whole on both stores, and handed out so that nothing runs."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from tests.records.desk import Desk

from bosco.kit.refusal import Code, Refusal
from bosco.records.files import LARGEST, MOST, PIECE, Upload
from bosco.records.sniff import LONGEST_NAME, clean_name, saved_name, sniff
from bosco.records.store import contents


def png(width: int, height: int) -> bytes:
    """Return the smallest picture of that size, of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (width + 1) * min(height, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 10 + b"\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03" + b"\x00" * 9


@pytest.mark.parametrize(
    ("content", "kind", "picture"),
    [
        (png(4, 4), "image/png", True),
        (png(40_000, 40_000), "image/png", False),
        (b"\x89PNG\r\n\x1a\n", "image/png", False),
        (JPEG, "image/jpeg", True),
        (b"\xff\xd8\xff\xe0\x00\x00" * 9, "image/jpeg", False),
        (b"GIF89a\x10\x00\x10\x00", "image/gif", True),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00\x00\x00\x00\x00\x0f\x00\x00\x0f\x00\x00", "image/webp", True),
        (b"%PDF-1.7", "application/pdf", False),
        (b"PK\x03\x04rest", "application/zip", False),
        (b"\x1f\x8b\x08", "application/gzip", False),
        ("ligne été\n".encode(), "text/plain", False),
        ("ligne été\n".encode("latin-1"), "text/plain", False),
        (b"<script>alert(1)</script>", "text/plain", False),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain", False),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, kind: str, picture: bool) -> None:
    found = sniff(content)
    assert found is not None
    assert (found.type, found.is_picture) == (kind, picture)


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"\x7fELF\x02", b"#!/bin/sh\nrm -rf /", b"\x00\x01\x02", b"a\x00b"])
def test_what_could_be_run_and_what_is_unknown_is_not_taken(content: bytes) -> None:
    assert sniff(content) is None


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"RIFF0000WEBP", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
)
def test_no_bytes_break_the_look_at_them(content: bytes, start: bytes) -> None:
    sniff(start + content)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\log.txt", "log.txt"),
        ("a\x00b\r\nSet-Cookie: x.txt", "abSet-Cookie: x.txt"),
        ("exe\u202egpj.exe", "exegpj.exe"),
        ("...", "file"),
        ("", "file"),
        ("é" * 300 + ".log", "é" * (LONGEST_NAME - 4) + ".log"),
    ],
)
def test_a_name_is_no_path_and_hides_nothing(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@given(st.text(max_size=400))
def test_every_name_becomes_one_that_can_be_kept(sent: str) -> None:
    name = clean_name(sent)
    assert 0 < len(name) <= LONGEST_NAME
    assert "/" not in name
    assert "\\" not in name
    assert name.isprintable()
    name.encode()


def test_what_would_run_once_saved_is_saved_under_another_name() -> None:
    assert saved_name("page.HTML") == "page.HTML.txt"
    assert saved_name("report.pdf") == "report.pdf"


def pieces(desk: Desk) -> int:
    return desk.store.read_now(lambda tx: tx.run(select(func.count()).select_from(contents)).scalar_one())


def test_a_large_file_comes_back_byte_by_byte_and_is_kept_once(desk: Desk) -> None:
    number, other = desk.open(), desk.open()
    content = (b"0123456789abcdef" * 63_000)[: PIECE * 3 + 7]
    upload = Upload("dump.log", content)
    file = desk.do(lambda tx: desk.records.attach(tx, number, upload, by="person:devops"))
    twin = desk.do(lambda tx: desk.records.attach(tx, other, upload, by="person:devops"))
    assert pieces(desk) == 4
    assert desk.do(lambda tx: desk.records.file(tx, number, file.id)) == (desk.record(number).files[0], content)
    assert desk.lines(number)[-1][0] == "record.attached"
    desk.do(lambda tx: desk.records.detach(tx, number, file.id, by="person:devops", why="holds a password"))
    assert desk.do(lambda tx: desk.records.file(tx, other, twin.id))[1] == content
    desk.do(lambda tx: desk.records.detach(tx, other, twin.id, by="person:devops", why="the same"))
    assert pieces(desk) == 0
    assert desk.record(number).files == ()
    assert desk.replayed(number) == desk.record(number)
    with pytest.raises(Refusal) as gone:
        desk.do(lambda tx: desk.records.file(tx, number, file.id))
    assert gone.value.code is Code.NOT_FOUND


def test_what_was_not_committed_leaves_no_byte(desk: Desk) -> None:
    number = desk.open()

    def fails(tx: object) -> None:
        desk.records.attach(tx, number, Upload("a.txt", b"abc"), by="bosco")  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.do(fails)
    assert (pieces(desk), desk.record(number).files) == (0, ())


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (Upload("empty.txt", b""), Code.INVALID),
        (Upload("huge.txt", b"x" * (LARGEST + 1)), Code.TOO_LARGE),
        (Upload("tool.txt", b"MZ\x90\x00\x03"), Code.INVALID),
    ],
)
def test_what_is_not_taken_is_refused_with_a_way_out(desk: Desk, upload: Upload, code: Code) -> None:
    number = desk.open()
    with pytest.raises(Refusal) as refused:
        desk.do(lambda tx: desk.records.attach(tx, number, upload, by="bosco"))
    assert refused.value.code is code


def test_a_record_holds_so_many_files_and_no_more(desk: Desk) -> None:
    number = desk.open()

    def many(tx: object) -> None:
        for count in range(MOST):
            desk.records.attach(tx, number, Upload(f"{count}.txt", b"%d" % count), by="bosco")  # type: ignore[arg-type]

    desk.do(many)
    with pytest.raises(Refusal) as refused:
        desk.do(lambda tx: desk.records.attach(tx, number, Upload("more.txt", b"x"), by="bosco"))
    assert refused.value.code is Code.TOO_MANY
