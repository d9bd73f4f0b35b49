import os
from pathlib import Path

import pytest
from tests.plan.checking import told

from bosco.plan.load import Loaded, load, load_texts
from bosco.plan.reader import LARGEST_FILE, MOST_FILES
from bosco.plan.yaml_tree import DEEPEST

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level + 1}: &a{level + 1} [{', '.join([f'*a{level}'] * 10)}]\n" for level in range(12)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level + 1}: &a{level + 1} {{{', '.join(f'k{key}: *a{level}' for key in range(10))}}}\n" for level in range(12)
)

BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "1:1: the file is empty"),
    "only comments": (b"# nothing\n", "1:1: the file is empty"),
    "a list": (b"- plan: x\n", "1:1: the file holds a list"),
    "a text": (b"plan\n", "1:1: the file holds a text"),
    "utf-16": ("plan: x\n".encode("utf-16"), "1:1: the file is not UTF-8 but seems to be UTF-16"),
    "utf-16 without mark": ("plan: x\n".encode("utf-16-le"), "1:2: the file is not UTF-8 but seems to be UTF-16"),
    "latin-1": (
        "plan: Caf\xe9\n".encode("latin-1"),
        "1:10: the file is not UTF-8 but seems to be ISO 8859-1 (Latin-1)",
    ),
    "windows": ("plan: x\nurl: \u20ac\n".encode("cp1252"), "2:6: the file is not UTF-8 but seems to be Windows-1252"),
    "binary": (b"plan: x\x00y and more text than that\n", "1:8: the file is binary, not text"),
    "program": (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\xff\xfe", "the file is"),
    "control": (b"plan: \x1b[31mx\n", "1:7: an invisible control character stands here"),
    "csi": ("plan: \x9b31mx\n".encode(), "1:7: an invisible control character stands here"),
    "escaped control": (b'plan: "\\e[31mx"\n', "1:7: this text holds the invisible character U+001B"),
    "tab": (b"services:\n\tapi: {}\n", "2:1: this line is indented with a tab; expected spaces"),
    "tab later": (b"services:\n  api: {}\n\tdb: {}\n", "3:1: this line is indented with a tab"),
    "two documents": (b"plan: x\n---\nplan: y\n", "2:1: a second document begins here"),
    "python tag": (
        b"plan: !!python/object/apply:os.system [echo]\n",
        "1:7: the tag !!python/object/apply:os.system is not part",
    ),
    "own tag": (b"plan: !secret x\n", "1:7: the tag !secret is not part of the plan language"),
    "bomb": (BOMB.encode(), "aliases repeat more than"),
    "merge bomb": (MERGE_BOMB.encode(), "aliases repeat more than"),
    "snake": (b"plan: &a [*a]\n", "1:11: the alias *a stands inside what it repeats"),
    "no anchor": (b"plan: *nowhere\n", "1:7: no anchor is called &nowhere"),
    "deep lists": (b"plan: " + b"[" * 5000 + b"]" * 5000, f"nested more than {DEEPEST} levels deep"),
    "deep maps": (b"plan: " + b"{a: " * 5000, f"nested more than {DEEPEST} levels deep"),
    "unclosed double": (b'plan: "x\nurl: y\n', "1:7: the quote that opens here is never closed"),
    "unclosed single": (b"plan: 'x\nurl: y\n", "1:7: the quote that opens here is never closed"),
    "unclosed map": (b"team: {ana: {}\nurl: y\n", "1:7: the { that opens here lacks a comma or its }"),
    "unclosed list": (b"team: [ana\nurl: y\n", "1:7: the [ that opens here lacks a comma or its ]"),
    "unclosed at the end": (b"team: [ana,\n", "1:7: what opens here is never closed"),
    "colon": (b"plan: My: app\n", "1:9: a colon is one too many here"),
    "greater": (
        b"alerts:\n  critical:\n    - logins: >50/min\n",
        "3:15: a value that begins with > or | stands without quotes",
    ),
    "percent": (b"plan: %x\n", "1:7: a value cannot begin with %; expected quotes around the whole value"),
    "at": (b"plan: @x\n", "1:7: a value cannot begin with @"),
    "star": (b"plan: * x\n", "1:7: a value that begins with * stands without quotes"),
    "bang": (b"plan: !<\n", "1:7: a value that begins with ! stands without quotes"),
    "escape": (b'plan: "C:\\path"\n', "1:10: a backslash between double quotes begins an escape, and this is none"),
    "no colon": (b"plan: x\nservices\nurl: y\n", "2:1: this line has no colon"),
    "list on the line": (b"probes: - http: x\n", "1:9: a list cannot begin on this line"),
    "indentation": (b"services:\n   api: {}\n  db: {}\n", "3:3: this does not fit the lines above it"),
    "after a quote": (b'plan: "x" y\n', "1:11: this does not fit the lines above it"),
    "list then map": (b"- a\nb: 1\n", "2:1: this line does not belong to the list above it"),
    "directive": (b"%YAML 1.1\n", "a line that begins with % is not part of the plan language"),
    "list as name": (b"? [a]\n: 1\n", "1:3: a name is missing here"),
    "no name": (b"plan: x\n: 1\n", "2:1: this does not fit the lines above it"),
    "merge of a text": (b"plan: x\nservices: {a: {<<: 3}}\n", "2:20: << borrows from mappings only"),
    "name twice": (
        b"plan: x\nplan: y\n",
        "2:1: \u201cplan\u201d stands here a second time; it stands at plan.yml:1:1 already",
    ),
}


def load_bytes(folder: Path, data: bytes) -> Loaded:
    (folder / "plan.yml").write_bytes(data)
    return load(folder / "plan.yml")


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_refused_calmly_at_its_place(tmp_path: Path, kind: str) -> None:
    data, says = BAD[kind]
    loaded = load_bytes(tmp_path, data)
    assert loaded.plan is None
    assert any(says in one for one in told(loaded)), told(loaded)
    for mistake in loaded.mistakes:
        assert mistake.say("fr") != mistake.say("en")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.yml"
    with file.open("wb") as opened:
        opened.truncate(50 * 1024 * 1024)
    assert told(load(file)) == ["plan.yml:1:1: the file is larger than 8 MiB"]


def test_a_text_that_is_too_large_is_refused() -> None:
    assert told(load_texts({"plan.yml": "#" * (LARGEST_FILE + 1)})) == ["plan.yml:1:1: the file is larger than 8 MiB"]


def test_files_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.yml").write_text("#" * (LARGEST_FILE - 1))
    assert told(load(tmp_path)) == [".:1:1: the files are larger than 32 MiB together"]


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number}.yml").touch()
    assert told(load(tmp_path)) == [".:1:1: the folder holds 501 files, more than 500"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert told(load(tmp_path / "gone.yml")) == ["gone.yml:1:1: there is no such file or folder"]
    assert told(load(tmp_path)) == [".:1:1: the folder holds no .yml or .yaml file"]
    (tmp_path / "notes.txt").write_text("x")
    assert told(load(tmp_path)) == [".:1:1: the folder holds no .yml or .yaml file"]


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.yml")
    assert told(load(tmp_path / "plan.yml")) == ["plan.yml:1:1: this is not an ordinary file"]
    assert told(load(Path("/dev/zero"))) == ["zero:1:1: this is not an ordinary file"]


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan.yml").write_text("plan: x\n")
    (tmp_path / "plan.yml").chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)  # root may read everything
    try:
        loaded = load(tmp_path / "plan.yml")
    finally:
        os.seteuid(before)
    assert told(loaded) == ["plan.yml:1:1: this may not be read by the account that runs Bosco"]


def test_a_byte_order_mark_is_nothing_to_complain_of(tmp_path: Path) -> None:
    assert load_bytes(tmp_path, b"\xef\xbb\xbfplan: x\n").mistakes == ()


def test_an_empty_file_in_a_folder_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "plan.yml").write_text("plan: x\n")
    (tmp_path / "later.yml").write_text("# not yet\n")
    assert load(tmp_path).mistakes == ()


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    loaded = load_bytes(tmp_path, b"plan: x\r\nservices:\r\n  api: {slo: 99%}\r\n")
    assert told(loaded) == ["plan.yml:3:9: \u201cslo\u201d is not known here; did you mean \u201csla\u201d?"]


def test_everything_wrong_in_several_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("plan: x\nservces: {}\n")
    (tmp_path / "b.yml").write_bytes(b"\xff\xfeb\x00")
    (tmp_path / "c.yml").write_text("team: [\n")
    assert [mistake.file for mistake in load(tmp_path).mistakes] == ["a.yml", "b.yml", "c.yml"]
