"""What a YAML parser complains about, said as a colleague would say it."""

from typing import Any

from yaml import YAMLError

from bosco.kit.words import Message, msg

Told = tuple[Message, Message | None, int, int]

_QUOTES = msg("quotes around the whole value")

# Pieces of what PyYAML and libyaml say, in the order in which they are looked for; `True` points at where it began.
_SAYINGS: tuple[tuple[str, Message, Message | None, bool], ...] = (
    ("scanning a block scalar", msg("a value that begins with > or | stands without quotes"), _QUOTES, True),
    (
        "quoted scalar|unexpected",
        msg("the quote that opens here is never closed"),
        msg("the same quote at the end of the text"),
        True,
    ),
    (
        "escape character",
        msg("a backslash between double quotes begins an escape, and this is none"),
        msg("single quotes, or two backslashes"),
        False,
    ),
    ("scanning an alias", msg("a value that begins with * stands without quotes"), _QUOTES, True),
    ("scanning an anchor", msg("a value that begins with & stands without quotes"), _QUOTES, True),
    (
        "flow mapping",
        msg("the { that opens here lacks a comma or its }"),
        msg("a comma between entries, and } at the end"),
        True,
    ),
    (
        "flow sequence",
        msg("the [ that opens here lacks a comma or its ]"),
        msg("a comma between entries, and ] at the end"),
        True,
    ),
    (
        "mapping values are not allowed",
        msg("a colon is one too many here, or the line is indented too far"),
        msg("quotes around a value that holds a colon and a space"),
        False,
    ),
    (
        "sequence entries are not allowed",
        msg("a list cannot begin on this line"),
        msg("the first “- ” on the next line"),
        False,
    ),
    ("could not find expected ':'", msg("this line has no colon"), msg("a name, a colon, and its value"), True),
    (
        "parsing a block collection",
        msg("this line does not belong to the list above it"),
        msg("a line that begins with “- ”"),
        False,
    ),
    (
        "parsing a block mapping",
        msg("this does not fit the lines above it"),
        msg("the same indentation as its neighbours, and quotes around a whole value"),
        False,
    ),
    ("parsing a tag", msg("a value that begins with ! stands without quotes"), _QUOTES, True),
    ("node content", msg("a value is missing here"), None, False),
    ("directive", msg("a line that begins with % is not part of the plan language"), None, False),
    ("document", msg("a line that begins with % is not part of the plan language"), None, False),
)


def told(error: YAMLError, text: str, opened: tuple[int, int] | None = None) -> Told:
    """Return what is wrong, what is expected instead, and the line and column, counted from 1.

    `opened` is where the innermost list or mapping begins that had not ended yet.
    """
    problem_mark: Any = getattr(error, "problem_mark", None)
    context_mark: Any = getattr(error, "context_mark", None) or problem_mark
    if problem_mark is None:
        return msg("this is not YAML that can be read"), None, 1, 1
    lines = text.splitlines() or [""]
    line = lines[min(problem_mark.line, len(lines) - 1)]
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return msg("this line is indented with a tab"), msg("spaces"), problem_mark.line + 1, indent.index("\t") + 1
    said = f"{getattr(error, 'context', '') or ''}|{getattr(error, 'problem', '') or ''}"
    if "node content" in said and opened and problem_mark.line >= len(lines):
        return msg("what opens here is never closed"), msg("its ] or } at the end"), *opened
    for piece, says, expected, at_start in _SAYINGS:
        if all(part in said for part in piece.split("|")):
            mark = context_mark if at_start else problem_mark
            return says, expected, mark.line + 1, mark.column + 1
    if "cannot start any token" in said:
        sign = line[problem_mark.column : problem_mark.column + 1]
        says = msg("a value cannot begin with {sign}", sign=sign)
        return says, _QUOTES, problem_mark.line + 1, problem_mark.column + 1
    return msg("this is not YAML that can be read"), None, problem_mark.line + 1, problem_mark.column + 1
