"""Only `kit` may touch the clock, chance, sockets and processes; everybody else is handed them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "src/bosco"
FORBIDDEN_MODULES = {"time", "random", "secrets", "socket", "subprocess", "smtplib", "uuid", "requests", "httpx"}
FORBIDDEN_NAMES = {"now", "utcnow", "today"}

# Exceptions, each with its reason; this list may only shrink.
ALLOWED_FILES: dict[str, str] = {}


def offences(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] in FORBIDDEN_MODULES:
                    yield f"{path.name}:{node.lineno} imports {name.name}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FORBIDDEN_MODULES:
            yield f"{path.name}:{node.lineno} imports from {node.module}"
        elif isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES:
            whom = ast.unparse(node.value)
            if whom in {"datetime", "date", "datetime.datetime", "datetime.date"}:
                yield f"{path.name}:{node.lineno} reads the clock by {whom}.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr == "sleep" and ast.unparse(node.value) == "asyncio":
            yield f"{path.name}:{node.lineno} waits without the clock"


def modules() -> list[Path]:
    return [
        path
        for path in sorted(SOURCES.rglob("*.py"))
        if path.relative_to(SOURCES).parts[0] != "kit" and str(path.relative_to(SOURCES)) not in ALLOWED_FILES
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_room_does_not_open_a_door_of_its_own(path: Path) -> None:
    assert list(offences(path)) == []


@pytest.mark.parametrize(
    "cheat",
    [
        "import time",
        "import time as t",
        "from time import monotonic",
        "import uuid as u",
        "from datetime import datetime\ndatetime.now()",
        "import asyncio\nasyncio.sleep(1)",
    ],
)
def test_a_cheat_is_seen(cheat: str, tmp_path: Path) -> None:
    file = tmp_path / "cheat.py"
    file.write_text(cheat)
    assert list(offences(file))
