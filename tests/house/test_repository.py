"""What the repository must never hold."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_lock_files_name_no_registry() -> None:
    for path in files():
        if path.name in {"run.txt", "dev.txt", "package-lock.json"}:
            found = re.findall(r"https?://[^\s\"]+", path.read_text())
            assert [address for address in found if "registry" in address or "pypi" in address] == [], path


def test_every_requirement_is_pinned_with_a_hash() -> None:
    for name in ("run", "dev"):
        for entry in re.split(r"\n(?=\S)", (ROOT / f"requirements/{name}.txt").read_text()):
            if not entry.startswith("#") and entry.strip():
                assert "==" in entry.split()[0], entry
                assert "--hash=sha256:" in entry, entry


def test_no_file_is_an_unfinished_thought() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX)\b")
    for path in files():
        if path.suffix == ".py" and "tests/house" not in str(path):
            assert not unfinished.search(path.read_text(encoding="utf-8")), path


def test_the_readme_gives_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert "make run" in text
    assert "make test" in text
