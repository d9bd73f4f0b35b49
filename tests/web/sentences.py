"""Finds every sentence that a person can read: `msg(…)` and `plural(…)` in modules, `_(…)` and `n_(…)` in templates."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

SOURCES = Path(__file__).resolve().parents[2] / "src/bosco"
CATALOGUES = SOURCES / "locale/fr"
# Which arguments of each call are sentences.
_PYTHON = {"msg": (0,), "plural": (1, 2)}
_TEMPLATE = {"_": (0,), "n_": (0, 1)}


@dataclass(frozen=True)
class Sentence:
    """An English sentence and where it stands; `text` is None when the code does not spell it out."""

    text: str | None
    where: str

    @property
    def room(self) -> str:
        return self.where.split("/", 1)[0]


def in_python(source: str, where: str) -> Iterator[Sentence]:
    """Find the sentences of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for index in _PYTHON.get(name, ()):
                if index < len(node.args):
                    told = node.args[index]
                    if isinstance(told, ast.Subscript):
                        # One of a table of sentences, each of which is spelt out there with its own `msg`.
                        continue
                    text = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else None
                    yield Sentence(text, f"{where}:{node.lineno}")


def in_template(source: str, where: str) -> Iterator[Sentence]:
    """Find the sentences of a template."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            for index in _TEMPLATE.get(call.node.name, ()):
                if index < len(call.args):
                    told = call.args[index]
                    text = told.value if isinstance(told, nodes.Const) and isinstance(told.value, str) else None
                    yield Sentence(text, f"{where}:{call.lineno}")


def every_sentence() -> list[Sentence]:
    """Return every sentence of every room."""
    found: list[Sentence] = []
    for path in sorted(SOURCES.rglob("*.py")):
        found.extend(in_python(path.read_text(encoding="utf-8"), str(path.relative_to(SOURCES))))
    for path in sorted(SOURCES.rglob("templates/**/*.html")):
        found.extend(in_template(path.read_text(encoding="utf-8"), str(path.relative_to(SOURCES))))
    return [one for one in found if one.where.split(":")[0] not in {"kit/words.py", "kit/plural.py"}]


def entries(path: Path) -> list[tuple[str, str]]:
    """Return the (English, French) pairs of a catalogue in their order, with those that stand there twice."""
    pairs: list[tuple[str, str]] = []
    current = ""
    parts = {"msgid": "", "msgstr": ""}
    for line in [*path.read_text(encoding="utf-8").splitlines(), 'msgid ""']:
        if found := re.match(r'(msgid|msgstr) "(.*)"\s*$', line):
            if found[1] == "msgid":
                if parts["msgid"]:
                    pairs.append((parts["msgid"], parts["msgstr"]))
                parts = {"msgid": "", "msgstr": ""}
            current = found[1]
            parts[current] = _plain(found[2])
        elif current and (more := re.match(r'\s*"(.*)"\s*$', line)):
            parts[current] += _plain(more[1])
    return pairs


def _plain(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').replace("\\\\", "\\")


def holes(text: str) -> set[str]:
    """Return the names of the values that a sentence takes."""
    return set(re.findall(r"\{(\w*)[^{}]*\}", text.replace("{{", "").replace("}}", "")))
