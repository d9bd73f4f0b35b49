"""Says which browser a session was opened with, in words that its owner recognises."""

import re

from bosco.kit.words import Message, msg

# In this order: most browsers also claim to be another one.
BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bVersion/.* Safari/"),
    ("curl", r"^curl/"),
)
SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)
LONGEST = 300


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for name, pattern in known if re.search(pattern, agent)), None)


def told(agent: str) -> Message | str:
    """Return the browser and the system that a User-Agent header names."""
    browser, system = _first(agent[:LONGEST], BROWSERS), _first(agent[:LONGEST], SYSTEMS)
    if browser and system:
        return msg("{browser} on {system}", browser=browser, system=system)
    return browser or system or msg("An unknown browser")
