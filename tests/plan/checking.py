"""Checks plans that stand in a test."""

from textwrap import dedent

from bosco.plan.load import Loaded, Plan, load_texts


def check(text: str, **more: str) -> Loaded:
    """Load a plan typed in a test; further files by their names, with `_` for the dot."""
    texts = {"plan.yml": dedent(text), **{name.replace("_", "."): dedent(inner) for name, inner in more.items()}}
    return load_texts(texts)


def plan(text: str) -> Plan:
    """Load a plan that has no mistake."""
    loaded = check(text)
    assert loaded.mistakes == (), told(loaded)
    assert loaded.plan is not None
    return loaded.plan


def told(loaded: Loaded) -> list[str]:
    """Return every mistake as the terminal tells it in English."""
    return [mistake.say("en") for mistake in loaded.mistakes]


def warned(loaded: Loaded) -> list[str]:
    """Return every warning as the terminal tells it in English."""
    return [warning.say("en") for warning in loaded.warnings]
