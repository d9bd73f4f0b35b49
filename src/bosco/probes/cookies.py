"""Cookies as a scenario keeps them from one step to the next: each for the host that set it, and for no other."""

from bosco.kit.net import Response
from bosco.kit.net_url import Target

_MOST = 100
_LONGEST = 4096


class Cookies:
    """The cookies that servers have set so far."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, bool]] = {}

    def take(self, answer: Response, target: Target) -> None:
        """Keep what an answer sets, and forget what it takes back."""
        for name, value in answer.headers:
            if name == "set-cookie":
                self._take_one(value, target)

    def _take_one(self, written: str, target: Target) -> None:
        pair, *options = written.split(";")
        name, equals, value = pair.strip().partition("=")
        words = {option.strip().lower() for option in options}
        key = (target.host, name)
        if not equals or not name or len(pair) > _LONGEST:
            return
        if "max-age=0" in words or any(word.startswith("expires=thu, 01 jan 1970") for word in words):
            self._kept.pop(key, None)
        elif len(self._kept) < _MOST or key in self._kept:
            self._kept[key] = (value, "secure" in words)

    def header(self, target: Target) -> str:
        """Return the Cookie header for an address, empty if there is nothing to say."""
        return "; ".join(
            f"{name}={value}"
            for (host, name), (value, secure) in self._kept.items()
            if host == target.host and (target.encrypted or not secure)
        )
