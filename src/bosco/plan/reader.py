"""A plan's files: found, bounded in size and number, and read as text."""

import re
from dataclasses import dataclass
from pathlib import Path

from bosco.kit.words import Message, msg
from bosco.plan.yaml_tree import Node, Place, Trouble, read_tree, twice

LARGEST_FILE = 8 * 1024 * 1024
LARGEST_PLAN = 32 * 1024 * 1024
MOST_FILES = 500
_ENDINGS = {".yml", ".yaml"}
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass
class Files:
    """What was found under a plan's path: each file's text and root, and everything wrong with them."""

    sources: dict[str, str]
    roots: list[Node]
    troubles: list[Trouble]
    # Whether a file could not be understood at all, so that nobody knows what it would have declared.
    incomplete: bool = False


def read_files(path: Path) -> Files:
    """Read the file, or every `*.yml` and `*.yaml` of the folder and of the folders right inside it."""
    files = Files({}, [], [])
    try:
        found = plan_files(path)
    except OSError as error:
        return _nothing(path, _system(error))
    if not found:
        return _nothing(path, msg("the folder holds no .yml or .yaml file"))
    if len(found) > MOST_FILES:
        return _nothing(
            path, msg("the folder holds {count} files, more than {limit}", count=len(found), limit=MOST_FILES)
        )
    total = 0
    for name, file in found:
        text = _text_of(name, file, files.troubles)
        if text is None:
            files.incomplete = True
            continue
        total += len(text)
        if total > LARGEST_PLAN:
            limit = f"{LARGEST_PLAN // 1024 // 1024} MiB"
            return _nothing(path, msg("the files are larger than {limit} together", limit=limit))
        _take(files, name, text, alone=len(found) == 1)
    return files


def read_texts(texts: dict[str, str]) -> Files:
    """Read a plan that stands in memory, typed in a browser or kept in the revisions, as files with their names."""
    files = Files({}, [], [])
    for name in sorted(texts):
        if found := _invisible(name, texts[name]):
            files.troubles.append(found)
            files.incomplete = True
        elif len(texts[name]) > LARGEST_FILE:
            files.troubles.append(Trouble(Place(name, 1, 1), _too_large()))
            files.incomplete = True
        else:
            _take(files, name, texts[name], alone=len(texts) == 1)
    return files


def _take(files: Files, name: str, text: str, *, alone: bool) -> None:
    files.sources[name] = text
    root, troubles = read_tree(name, text)
    files.troubles.extend(troubles)
    if root is None or root.data is None:
        files.incomplete = files.incomplete or bool(troubles)
        # An empty file in a folder says nothing; a plan that is nothing but an empty file is a mistake.
        if alone and not troubles:
            files.troubles.append(
                Trouble(Place(name, 1, 1), msg("the file is empty"), msg("plan: and the name of what you run"))
            )
            files.incomplete = True
    elif root.inner is None:
        kind = msg("a list") if root.items is not None else msg("a text")
        expected = msg("names with their values, such as plan: My app")
        files.troubles.append(Trouble(root.where, msg("the file holds {kind}", kind=kind), expected))
        files.incomplete = True
    else:
        files.roots.append(root)


def _nothing(path: Path, says: Message) -> Files:
    name = "." if is_folder(path) else path.name or str(path)
    return Files({}, [], [Trouble(Place(name, 1, 1), says)], incomplete=True)


def is_folder(path: Path) -> bool:
    """Say whether the path is a folder; what may not even be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def plan_files(path: Path) -> list[tuple[str, Path]]:
    """Return the plan's files, each with the name it is told by: its place in the folder, or the file's own name."""
    path.stat()
    if not path.is_dir():
        return [(path.name, path)]
    found: list[Path] = []
    for one in path.iterdir():
        if not one.name.startswith("."):
            inner = one.iterdir() if one.is_dir() else [one]
            found += [file for file in inner if file.suffix in _ENDINGS and not file.name.startswith(".")]
    names = ((file.relative_to(path).as_posix(), file) for file in found if not file.is_dir())
    return sorted(names)


def _too_large() -> Message:
    return msg("the file is larger than {limit}", limit=f"{LARGEST_FILE // 1024 // 1024} MiB")


class _Unusable(Exception):  # noqa: N818 - named as what it is
    def __init__(self, says: Message, expected: Message | None = None, line: int = 1, column: int = 1) -> None:
        super().__init__(str(says))
        self.says, self.expected, self.line, self.column = says, expected, line, column


def _text_of(name: str, file: Path, troubles: list[Trouble]) -> str | None:
    """Return the text of a file, or say why there is none."""
    try:
        text = _decoded(_bytes_of(file))
    except _Unusable as error:
        troubles.append(Trouble(Place(name, error.line, error.column), error.says, error.expected))
        return None
    if found := _invisible(name, text):
        troubles.append(found)
        return None
    return text


def _bytes_of(file: Path) -> bytes:
    try:
        # Asked before anything is read: a pipe would wait for ever, and a huge file fill the memory.
        if not file.is_file():
            raise _Unusable(msg("this is not an ordinary file"))
        if file.stat().st_size > LARGEST_FILE:
            raise _Unusable(_too_large())
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _Unusable(_system(error)) from error
    if len(data) > LARGEST_FILE:
        raise _Unusable(_too_large())
    return data


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise _Unusable(_encoding(data, error.start), msg("a file saved as UTF-8"), line, column) from error


def _encoding(data: bytes, at: int) -> Message:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:200].count(0) > len(data[:200]) // 4:
        return msg("the file is not UTF-8 but seems to be {encoding}", encoding="UTF-16")
    if b"\0" in data:
        return msg("the file is binary, not text")
    encoding = "Windows-1252" if any(0x80 <= byte < 0xA0 for byte in data[at : at + 1]) else "ISO 8859-1 (Latin-1)"
    return msg("the file is not UTF-8 but seems to be {encoding}", encoding=encoding)


def _invisible(name: str, text: str) -> Trouble | None:
    """Return the trouble of a text that holds what no text holds."""
    found = _INVISIBLE.search(text)
    if not found:
        return None
    line = text.count("\n", 0, found.start()) + 1
    place = Place(name, line, found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1)
    if found[0] == "\0":
        halves = text[:200].count("\0") > len(text[:200]) // 4
        says = msg("the file is not UTF-8 but seems to be {encoding}", encoding="UTF-16") if halves else None
        return Trouble(place, says or msg("the file is binary, not text"))
    return Trouble(place, msg("an invisible control character stands here"))


def _system(error: OSError) -> Message:
    if isinstance(error, FileNotFoundError):
        return msg("there is no such file or folder")
    if isinstance(error, PermissionError):
        return msg("this may not be read by the account that runs Bosco")
    return msg("this cannot be read: {why}", why=error.strerror or type(error).__name__)


@dataclass
class Joined:
    """The plan's sections, whichever files they stand in, and the words that open them."""

    sections: dict[str, Node]
    keys: dict[str, Node]


def join(roots: list[Node], troubles: list[Trouble]) -> Joined:
    """Join the files: mappings by name, lists one after the other; a name standing twice is told with both places."""
    joined = Joined({}, {})
    owned: set[str] = set()
    for root in roots:
        assert root.inner is not None
        assert root.keys is not None
        for key, node in root.inner.items():
            there = joined.sections.get(key)
            if there is None or there.data is None:
                joined.sections[key], joined.keys[key] = node, root.keys[key]
            elif node.data is not None:
                if key not in owned:
                    joined.sections[key] = there = _copy(there)
                    owned.add(key)
                if not _append(there, node, troubles):
                    troubles.append(twice(key, root.keys[key].where, joined.keys[key].where))
    return joined


def _copy(node: Node) -> Node:
    return Node(
        dict(node.data) if node.inner is not None else list(node.data) if node.items is not None else node.data,
        node.place,
        node.file,
        node.weight,
        dict(node.keys) if node.keys is not None else None,
        dict(node.inner) if node.inner is not None else None,
        list(node.items) if node.items is not None else None,
    )


def _append(there: Node, node: Node, troubles: list[Trouble]) -> bool:
    """Add one file's part of a section to what other files hold of it; say whether the two could be joined."""
    if there.items is not None and node.items is not None:
        there.items.extend(node.items)
        there.data.extend(node.data)
        return True
    if there.inner is None or node.inner is None or there.keys is None or node.keys is None:
        return False
    for name, value in node.inner.items():
        if name in there.inner:
            troubles.append(twice(name, node.keys[name].where, there.keys[name].where))
        else:
            there.keys[name], there.inner[name] = node.keys[name], value
            there.data[name] = value.data
    return True
