"""A plan loaded: its files read, every section checked, everything wrong told in one go."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, TypeVar

from bosco.kit.words import Language, Message, msg
from bosco.plan.entries import Read, names_in, read_section, shape_of
from bosco.plan.finding import Finding, finding_of
from bosco.plan.ledger import Ledger, nearest
from bosco.plan.reader import Files, Joined, join, read_files, read_texts
from bosco.plan.secrets import Secrets
from bosco.plan.secrets import names_in as secrets_in
from bosco.plan.section import AnySection, Path, Remark, Section
from bosco.plan.sections import discover
from bosco.plan.yaml_tree import Node, Place

__all__ = ["Finding", "Loaded", "Plan", "load", "load_texts"]

T = TypeVar("T")


class Plan:
    """A plan as it was written: `plan[SECTION]` returns what stands under a section, or its default."""

    def __init__(self, sections: Sequence[AnySection], reads: Mapping[str, Read], joined: Joined) -> None:
        self._sections = {section.key: section for section in sections}
        self._reads = reads
        self._joined = joined
        self._defaults: dict[str, Any] = {}

    def __getitem__(self, section: Section[T]) -> T:
        read = self._reads.get(section.key)
        if read is not None:
            return read.value  # type: ignore[no-any-return]
        if section.key not in self._defaults:
            self._defaults[section.key] = section.default()
        return self._defaults[section.key]  # type: ignore[no-any-return]

    @property
    def sections(self) -> tuple[AnySection, ...]:
        """Return the sections that this plan could have, in the order of the document."""
        return tuple(self._sections.values())

    def says(self, section: AnySection) -> bool:
        """Say whether the plan holds the section, be it empty, rather than leaving it to its default."""
        return section.key in self._reads

    def written(self, section: AnySection) -> Any:
        """Return a section as plain data, every default told; None when it has nothing to tell."""
        value = self[section]
        if value is None:
            return None
        value = dict(value) if isinstance(value, Mapping) else value
        return shape_of(section).whole.dump_python(value, mode="json", by_alias=True, exclude_none=True)

    @cached_property
    def digest(self) -> str:
        """Return a mark that two plans share exactly when they mean the same."""
        told = {section.key: self.written(section) for section in self.sections}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def position(self, path: Path) -> Place | None:
        """Return where something stands; of what the plan leaves out, where the nearest thing around it stands."""
        return self._place(path, of_key=False)

    def position_of_name(self, path: Path) -> Place | None:
        """Return where the word stands that opens something, rather than its value."""
        return self._place(path, of_key=True)

    def _place(self, path: Path, *, of_key: bool) -> Place | None:
        key = str(path[0]) if path else ""
        if key not in self._joined.sections:
            return None
        node, opened = self._joined.sections[key], self._joined.keys[key]
        for step in path[1:]:
            at = self._reads[key].places.get(step, step) if isinstance(step, str) and key in self._reads else step
            if node.inner is not None and node.keys is not None and at in node.inner:
                inner, keys = node.inner, node.keys
                node, opened = inner[str(at)], keys[str(at)]
            elif node.items is not None and isinstance(at, int) and at < len(node.items):
                node = opened = node.items[at]
            else:
                break
        return (opened if of_key or node.data is None else node).where


@dataclass(frozen=True)
class Loaded:
    """What came of reading a plan; there is a plan only when there is no mistake."""

    plan: Plan | None
    mistakes: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    sources: Mapping[str, str] = field(repr=False)
    # What the plan says of its language, even when it is wrong elsewhere.
    language: Language | None = None


class _Unsure(Exception):  # noqa: N818 - named as what it is
    """A question about the plan met a part of it that is broken."""


class _Wary(Plan):
    """The plan as the checks across its sections see it: what is broken cannot be reasoned from."""

    def __init__(self, plan: Plan, *, forgiving: bool) -> None:
        super().__init__(tuple(plan._sections.values()), plan._reads, plan._joined)
        self._forgiving = forgiving

    def __getitem__(self, section: Section[T]) -> T:
        read = self._reads.get(section.key)
        if read is not None and (read.lost or (read.broken and not self._forgiving)):
            raise _Unsure
        return super().__getitem__(section)


def load(
    path: FilePath,
    sections: Sequence[AnySection] | None = None,
    *,
    secrets: Secrets | None = None,
    now: datetime | None = None,
) -> Loaded:
    """Read and check the plan of a file or folder; with an instant, also warn of what it will lack after it."""
    return _load(read_files(path), discover() if sections is None else sections, secrets, now)


def load_texts(
    texts: Mapping[str, str],
    sections: Sequence[AnySection] | None = None,
    *,
    secrets: Secrets | None = None,
    now: datetime | None = None,
) -> Loaded:
    """Read and check a plan that stands in memory, as files with their names."""
    return _load(read_texts(dict(texts)), discover() if sections is None else sections, secrets, now)


def _load(files: Files, sections: Sequence[AnySection], secrets: Secrets | None, now: datetime | None) -> Loaded:
    joined = join(files.roots, files.troubles)
    mistakes = [finding_of(trouble) for trouble in files.troubles]
    known = {section.key: section for section in sections}
    mistakes += _unknown_sections(joined, known)
    ledger = Ledger(None if files.incomplete else _declared(joined, sections))
    reads = {
        key: read_section(known[key], node, joined.keys[key], ledger)
        for key, node in joined.sections.items()
        if key in known and not _says_nothing(node)
    }
    for read in reads.values():
        mistakes += read.mistakes
    if not files.incomplete:
        mistakes += _missing(joined, known, files)
    plan = Plan(sections, reads, joined)
    warnings: list[Finding] = []
    if not files.incomplete:
        mistakes += _asked(plan, _Wary(plan, forgiving=True), [check for one in sections for check in one.check])
        warnings += _asked(plan, _Wary(plan, forgiving=False), [warn for one in sections for warn in one.warn])
    if not files.incomplete and now is not None:
        ahead = [_from(now, warn) for one in sections for warn in one.warn_ahead]
        warnings += _asked(plan, _Wary(plan, forgiving=False), ahead)
    warnings += _bare_passwords(joined)
    if secrets is not None:
        warnings += _unset_secrets(joined, secrets)
    told = _in_order(mistakes)
    spoken = reads.get("language")
    language = spoken.value if spoken and not spoken.lost else None
    return Loaded(None if told else plan, told, _in_order(warnings), files.sources, language)


def _from(now: datetime, warn: Callable[[Plan, datetime], Iterable[Remark]]) -> Callable[[Plan], Iterable[Remark]]:
    return lambda plan: warn(plan, now)


def _says_nothing(node: Node) -> bool:
    return node.data is None or (type(node.data) is str and node.data == "null")


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return them in the order of the files, what an alias repeats only once."""
    once = {(one.place, one.says.text, str(one.says)): one for one in findings}
    return tuple(sorted(once.values(), key=lambda one: (one.place, str(one.says))))


def _declared(joined: Joined, sections: Sequence[AnySection]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for section in sections:
        if section.named:
            node = joined.sections.get(section.key)
            names = names_in(section, node) if node is not None and not _says_nothing(node) else section.default()
            found[section.key] = frozenset([*names, *section.builtin()])
    return found


def _unknown_sections(joined: Joined, known: Mapping[str, AnySection]) -> Iterator[Finding]:
    for key, opened in joined.keys.items():
        if key not in known:
            near = nearest(key, [one for one in known if one not in joined.sections]) or nearest(key, known)
            expected = None if near else msg("a section of the plan language")
            place = opened.where
            says = msg("“{word}” is not a section of a plan", word=key[:80])
            yield Finding(place.file, place.line, place.column, says, expected, near, (key,))


def _missing(joined: Joined, known: Mapping[str, AnySection], files: Files) -> Iterator[Finding]:
    for section in known.values():
        node = joined.sections.get(section.key)
        if section.required and (node is None or _says_nothing(node)):
            file = next(iter(files.sources), "plan.yml")
            place = joined.keys[section.key].where if node else Place(file, 1, 1)
            yield Finding(place.file, place.line, place.column, section.required, None, None, (section.key,))


def _asked(plan: Plan, wary: Plan, questions: Iterable[Any]) -> list[Finding]:
    found: list[Finding] = []
    for question in questions:
        try:
            remarks: list[Remark] = list(question(wary))
        except _Unsure:
            continue
        found += [_placed(plan, remark) for remark in remarks if not _is_broken(plan, remark.path)]
    return found


def _is_broken(plan: Plan, path: Path) -> bool:
    read = plan._reads.get(str(path[0])) if path else None
    return read is not None and len(path) > 1 and path[1] in read.broken


def _placed(plan: Plan, remark: Remark) -> Finding:
    place = (plan.position_of_name if remark.of_name else plan.position)(remark.path)
    place = place or Place(next((node.file for node in plan._joined.keys.values()), "plan.yml"), 1, 1)
    return Finding(place.file, place.line, place.column, remark.says, remark.expected, remark.nearest, remark.path)


def _unset_secrets(joined: Joined, secrets: Secrets) -> Iterator[Finding]:
    """Warn once of each `${NAME}` that has no value."""
    told: set[str] = set()
    for key, node in _texts(joined):
        for name in secrets_in(node.data):
            if name not in told and secrets.missing(f"${{{name}}}"):
                told.add(name)
                place = node.where
                yield Finding(place.file, place.line, place.column, _unset(name), None, None, (key,))


# `scheme://user:password@host`, and the web addresses that whoever knows them may write to.
_PASSWORD = re.compile(r"\w://[^\s/@:]*:[^\s/@$]+@|hooks\.slack\.com/services/\w|discord(?:app)?\.com/api/webhooks/\w")


def _bare_passwords(joined: Joined) -> Iterator[Finding]:
    """Warn of secrets that stand in the plan, where whoever reads it reads them."""
    for key, node in _texts(joined):
        if _PASSWORD.search(node.data):
            place = node.where
            says = msg("a secret stands in the plan")
            expected = msg("{place}, and the secret in the environment or in a file", place="${NAME}")
            yield Finding(place.file, place.line, place.column, says, expected, None, (key,))


def _unset(name: str) -> Message:
    return msg("the secret {name} is not set, neither in the environment nor in the file secrets/{name}", name=name)


def _texts(joined: Joined) -> Iterator[tuple[str, Node]]:
    """Yield every text that may hold a secret or ask for one, with its section; what aliases repeat only once."""
    seen: set[int] = set()
    for key, root in joined.sections.items():
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if node.inner is not None:
                waiting.extend(reversed(node.inner.values()))
            elif node.items is not None:
                waiting.extend(reversed(node.items))
            elif isinstance(node.data, str) and ("${" in node.data or "://" in node.data):
                yield key, node
