"""A first plan, with comments that teach the language."""

from importlib import resources

from bosco.kit.words import Language


def starter(language: Language) -> str:
    """Return a commented plan to begin with."""
    return resources.files("bosco.plan").joinpath("starters", f"{language}.yml").read_text(encoding="utf-8")
