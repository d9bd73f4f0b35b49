"""Which revisions of the tables this Bosco knows, read without importing a room or Alembic."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bosco


@dataclass(frozen=True)
class Revision:
    """One file of a room's `migrations` folder."""

    name: str
    down: tuple[str, ...]


def folders() -> list[Path]:
    """Return every room's `migrations` folder."""
    return sorted(folder for root in bosco.__path__ for folder in Path(root).glob("*/migrations") if folder.is_dir())


def known(places: list[Path]) -> list[Revision]:
    """Return every revision of those folders."""
    return [_read(file) for folder in places for file in sorted(folder.glob("*.py")) if file.name != "__init__.py"]


def heads(revisions: list[Revision]) -> set[str]:
    """Return the newest revision of each branch."""
    return {one.name for one in revisions} - {below for one in revisions for below in one.down}


def _read(file: Path) -> Revision:
    found = dict(_assignments(ast.parse(file.read_text(encoding="utf-8"))))
    name, down = found.get("revision"), found.get("down_revision")
    if not isinstance(name, str):
        raise ImportError(f"{file.name} has no revision")
    if isinstance(down, str):
        return Revision(name, (down,))
    return Revision(name, down if isinstance(down, tuple) else ())


def _assignments(tree: ast.Module) -> Iterator[tuple[str, object]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            targets, value = list[ast.expr]([node.target]), node.value
        elif isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id in {"revision", "down_revision"} and value is not None:
                yield target.id, ast.literal_eval(value)
