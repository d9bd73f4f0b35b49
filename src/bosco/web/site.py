"""What the plan says of the whole installation, as far as pages need it."""

from dataclasses import dataclass

from bosco.kit.words import Language


@dataclass(frozen=True)
class Site:
    """The plan's name, the language and time zone of people who have not chosen, and where people reach Bosco."""

    name: str = "Bosco"
    language: Language = "en"
    timezone: str = "UTC"
    url: str | None = None
