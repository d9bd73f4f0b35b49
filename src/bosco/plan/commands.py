"""`bosco init`, and `bosco plan check|show|schema|diff`."""

import argparse
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bosco.kit.command import Command, Terminal, takes_plan
from bosco.kit.plural import Plural, plural
from bosco.kit.refusal import EXIT_REFUSED, Code, Refusal
from bosco.kit.words import Message, msg
from bosco.plan.load import Finding, Loaded, Plan, load
from bosco.plan.reader import is_folder
from bosco.plan.section import Together, together


def commands() -> list[Command]:
    """Return the commands that need a plan and nothing else."""
    return [
        Command(("init",), msg("write a commented plan to begin with"), init, _takes_folder),
        Command(("plan", "check"), msg("tell every mistake and every warning of a plan"), check, _takes_check),
        Command(("plan", "show"), msg("show a plan as it is understood, with every default"), show_plan, _takes_path),
        Command(("plan", "schema"), msg("print the JSON Schema of the plan, for editors"), schema),
        Command(("plan", "diff"), msg("tell in words what changes from one plan to another"), compare, _takes_two),
    ]


def _takes_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="DIR", help=str(msg("the folder to write plan.yml in (.)"))
    )


def _takes_path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="PLAN", help=str(msg("the plan: a file or a folder")))
    takes_plan(parser)
    parser.add_argument("--data", metavar="DIR", default="./data", help=str(msg("the data folder (./data)")))


def _takes_check(parser: argparse.ArgumentParser) -> None:
    _takes_path(parser)
    parser.add_argument("--json", action="store_true", help=str(msg("answer in JSON")))


def _takes_two(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help=str(msg("the plan before")))
    parser.add_argument("new", metavar="NEW", help=str(msg("the plan after")))


def find_plan(asked: str | None) -> Path:
    """Return the plan's path: the one asked for, else ./plan.yml, else ./plan/."""
    if asked:
        return Path(asked)
    for path in (Path("plan.yml"), Path("plan.yaml"), Path("plan")):
        if path.exists():
            return path
    raise Refusal(
        Code.NOT_FOUND,
        msg("There is no plan here: neither plan.yml nor a folder plan/."),
        msg("Write one with `bosco init`, or say where it is with --plan."),
    )


def read(path: Path, terminal: Terminal, data: str | None = None, now: datetime | None = None) -> Loaded:
    """Load a plan, and speak its language unless the user has asked for one."""
    from bosco.plan.secrets import Secrets

    loaded = load(path, secrets=Secrets(Path(data), os.environ) if data is not None else None, now=now)
    if loaded.language:
        terminal.prefer(loaded.language)
    return loaded


def told(path: Path, finding: Finding, terminal: Terminal) -> str:
    """Return a finding with its file as the user would name it."""
    root = path if is_folder(path) else path.parent
    return f"{root / finding.file}:{finding.line}:{finding.column}: {finding.text(terminal.language)}"


def _plan_of(path: Path, loaded: Loaded, terminal: Terminal) -> Plan | None:
    for mistake in loaded.mistakes:
        terminal.tell(told(path, mistake, terminal))
    return loaded.plan


def init(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Write a plan to begin with; never over one that is there."""
    from bosco.plan.starter import starter

    path = Path(asked.folder) / "plan.yml"
    if path.exists():
        says = msg("{path} exists already.", path=str(path))
        raise Refusal(Code.CONFLICT, says, msg("Choose another folder, or move it away first."))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusively, for somebody may have written one in between.
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(terminal.language))
    except OSError as error:
        says = msg("{path} cannot be written: {why}.", path=str(path), why=error.strerror or str(error))
        raise Refusal(Code.UNAVAILABLE, says) from error
    terminal.say(msg("{path} is written.", path=str(path)))
    terminal.say(msg("Check it with `bosco plan check {path}`, run it with `bosco up --plan {path}`.", path=str(path)))
    return 0


def check(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Tell every mistake and every warning, and what the plan holds."""
    from bosco.kit.clock import RealClock

    path = find_plan(asked.path or asked.plan)
    loaded = read(path, terminal, asked.data, RealClock().read())
    if asked.json:
        terminal.line(json.dumps(_as_json(path, loaded, terminal), ensure_ascii=False, indent=2))
        return EXIT_REFUSED if loaded.mistakes else 0
    for mistake in loaded.mistakes:
        terminal.tell(told(path, mistake, terminal))
    for warning in loaded.warnings:
        terminal.say(msg("warning: {finding}", finding=told(path, warning, terminal)))
    if loaded.plan:
        terminal.line(_holds(loaded.plan).say(terminal.language))
    terminal.say(_verdict(path, loaded))
    return EXIT_REFUSED if loaded.mistakes else 0


def _as_json(path: Path, loaded: Loaded, terminal: Terminal) -> Mapping[str, object]:
    root = path if is_folder(path) else path.parent
    findings = {"mistakes": loaded.mistakes, "warnings": loaded.warnings}
    return {
        word: [{**one.as_json(terminal.language), "file": str(root / one.file)} for one in told_of]
        for word, told_of in findings.items()
    }


def _holds(plan: Plan) -> Together | Message:
    """Return what the plan declares, section by section."""
    parts = [
        msg("{title} {count}", title=section.title, count=len(plan[section]))
        for section in plan.sections
        if section.named and plan.says(section) and plan[section]
    ]
    return together(parts, " · ") or msg("This plan declares nothing yet.")


def _verdict(path: Path, loaded: Loaded) -> Message:
    warnings: Plural | Message = msg("no warning")
    if loaded.warnings:
        warnings = plural(len(loaded.warnings), "{n} warning", "{n} warnings")
    if not loaded.mistakes:
        return msg("{path}: no mistake, {warnings}", path=str(path), warnings=warnings)
    mistakes = plural(len(loaded.mistakes), "{n} mistake", "{n} mistakes")
    return msg("{path}: {mistakes}, {warnings}", path=str(path), mistakes=mistakes, warnings=warnings)


def show_plan(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Print the plan with every default."""
    from bosco.plan.show import show

    path = find_plan(asked.path or asked.plan)
    plan = _plan_of(path, read(path, terminal), terminal)
    if plan is None:
        return EXIT_REFUSED
    terminal.line(show(plan).rstrip())
    return 0


def schema(_: argparse.Namespace, terminal: Terminal) -> int:
    """Print the JSON Schema."""
    from bosco.plan.schema import plan_schema

    terminal.line(json.dumps(plan_schema(language=terminal.language), ensure_ascii=False, indent=2))
    return 0


def compare(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Tell what changes, in words."""
    from bosco.plan.diff import diff

    paths = Path(asked.old), Path(asked.new)
    plans = [_plan_of(path, read(path, terminal), terminal) for path in paths]
    old, new = plans
    if old is None or new is None:
        return EXIT_REFUSED
    changes = diff(old, new)
    for change in changes:
        terminal.say(change)
    if not changes:
        terminal.say(msg("Nothing changes."))
    return 0
