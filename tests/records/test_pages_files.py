"""Files sent to the real process: by a form, by a program, hostile, huge and half; and how they are handed out."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.probes.pages_world import House, watching
from tests.records.test_acts import PLAN
from tests.records.test_files import png

BOUNDARY = "----bosco"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("files"), PLAN) as opened:
        yield opened


@pytest.fixture
def number(house: House) -> str:
    made = house.alive.ask("/api/v1/records", {"title": "Panne", "kind": "sheet"}, token=house.tokens["responder"])
    return str(made.json()["number"])


def send(house: House, path: str, body: bytes, kind: str, role: str = "responder") -> tuple[int, bytes, Any]:
    headers = {
        "Authorization": f"Bearer {house.tokens[role]}",
        "Content-Type": kind,
        "Accept": "text/html",
        "HX-Request": "true",
    }
    request = urllib.request.Request(f"http://127.0.0.1:{house.alive.port}{path}", body or None, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def form(*files: tuple[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: text/html\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def attach(house: House, number: str, *files: tuple[str, bytes], role: str = "responder") -> int:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return send(house, f"/records/{number}/attach", form(*files), kind, role)[0]


def files_of(house: House, number: str) -> list[dict[str, Any]]:
    answer = house.alive.ask(f"/api/v1/records/{number}", token=house.tokens["viewer"])
    return list(answer.json()["files"])


def test_photos_show_as_small_pictures_and_everything_else_is_saved(house: House, number: str) -> None:
    page = b"<script>alert(document.cookie)</script>"
    assert attach(house, number, ("photo.jpg", png(3, 3)), ("évil.html", page)) == 200
    photo, text = files_of(house, number)
    shown = house.page(f"/records/{number}").text
    assert f'src="/records/{number}/files/{photo["id"]}"' in shown
    assert f'src="/records/{number}/files/{text["id"]}"' not in shown
    assert "attached" in shown
    status, body, headers = send(house, f"/records/{number}/files/{photo['id']}", b"", "text/plain", "viewer")
    assert (status, body) == (200, png(3, 3))
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"].startswith("inline")
    status, body, headers = send(house, f"/records/{number}/files/{text['id']}", b"", "text/plain", "viewer")
    assert (status, body) == (200, page)
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (
        headers["Content-Disposition"] == "attachment; filename=\"_vil.html.txt\"; filename*=UTF-8''%C3%A9vil.html.txt"
    )
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_program_sends_the_bytes_alone(house: House, number: str) -> None:
    path = f"/api/v1/records/{number}/files?name=../../run.log"
    status, _, _ = send(house, path, b"line\n", "application/octet-stream")
    assert status == 201
    (file,) = files_of(house, number)
    assert (file["name"], file["size"], file["type"]) == ("run.log", 5, "text/plain")
    got = house.alive.ask(f"/api/v1/records/{number}/files/{file['id']}", token=house.tokens["viewer"])
    assert got.text == "line\n"
    assert send(house, path, b"x", "application/octet-stream", "viewer")[0] == 403
    assert send(house, f"/api/v1/records/{number}/files/NONE", b"", "x/y")[0] == 404


def test_what_is_too_large_or_not_taken_is_refused_and_nothing_is_kept(house: House, number: str) -> None:
    assert attach(house, number, ("good.txt", b"good"), ("tool.png", b"MZ\x90\x00\x03")) == 422
    assert attach(house, number, ("huge.txt", b"x" * 10_000_001)) == 422
    path = f"/api/v1/records/{number}/files?name=huge.txt"
    assert send(house, path, b"x" * 10_000_002, "application/octet-stream")[0] == 413
    assert attach(house, number) == 422
    assert attach(house, number, ("x.txt", b"x"), role="viewer") == 403
    assert files_of(house, number) == []


def test_half_an_upload_leaves_nothing(house: House, number: str) -> None:
    head = (
        f"POST /api/v1/records/{number}/files?name=half.txt HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {house.tokens['responder']}\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", house.alive.port)) as line:
        line.sendall(head.encode() + b"only a part")
    assert house.alive.ask("/livez").status == 200
    assert files_of(house, number) == []


def test_a_file_is_taken_out_for_a_reason(house: House, number: str) -> None:
    assert attach(house, number, ("secret.txt", b"password")) == 200
    (file,) = files_of(house, number)
    assert house.post(f"/records/{number}/detach", "responder", id=file["id"], why="").status == 422
    assert house.post(f"/records/{number}/detach", "responder", id=file["id"], why="a password").status == 200
    assert files_of(house, number) == []
    assert "a password" in house.page(f"/records/{number}").text
    assert send(house, f"/records/{number}/files/{file['id']}", b"", "x/y")[0] == 404
