"""Style, scripts, fonts and icons: read once, named by their content, kept ready and compressed."""

import gzip
import hashlib
import logging
import mimetypes
import re
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from markupsafe import Markup

_TYPES = {
    ".woff2": "font/woff2",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
_COMPRESSIBLE = (".js", ".css", ".svg", ".txt", ".json")


STYLE = "bosco.css"

log = logging.getLogger(__name__)


class Asset:
    """One file that pages refer to."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content
        self.mark = hashlib.sha256(content).hexdigest()[:12]
        suffix = name[name.rfind(".") :]
        self.type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._worth = suffix in _COMPRESSIBLE

    @property
    def url(self) -> str:
        """Return an address that changes with the content, so that browsers may keep it for ever."""
        return f"/static/{self.mark}/{self.name}"

    @cached_property
    def squeezed(self) -> bytes | None:
        """Return the content compressed, if that is worth it."""
        return gzip.compress(self.content, 9, mtime=0) if self._worth else None


class Assets:
    """Every file of `web/static`, by its path below it."""

    def __init__(self) -> None:
        root = resources.files("bosco.web").joinpath("static")
        self._icons: dict[str, Markup] = {}
        files: dict[str, bytes] = {}
        for name, content in _walk(root):
            if "/icons/" in name:
                self._icons[name.rsplit("/", 1)[1].removesuffix(".svg")] = _inlined(content.decode())
            else:
                files[name] = content
        self._assets = {name: Asset(name, content) for name, content in files.items() if not name.endswith(".css")}
        # One style sheet out of its parts, in the order of their names; last, for it names fonts by their addresses.
        parts = [content.decode() for name, content in sorted(files.items()) if name.endswith(".css")]
        self._assets[STYLE] = Asset(STYLE, self._with_addresses(_tightened("\n".join(parts))).encode())

    def _with_addresses(self, css: str) -> str:
        return re.sub(r"asset\(([\w./-]+)\)", lambda found: f'url("{self.url(found[1])}")', css)

    def find(self, name: str) -> Asset | None:
        """Return the file of that path, or None."""
        return self._assets.get(name)

    def url(self, name: str) -> str:
        """Return the address of a file; a name that does not exist is a mistake of ours and stops the page."""
        if name not in self._assets:
            raise LookupError(f"no asset is called {name}; `make` brings vendor/ from npm")
        return self._assets[name].url

    def icon(self, name: str) -> Markup:
        """Return an icon as inline SVG, hidden from screen readers: a word always stands beside it."""
        if name not in self._icons:
            # A page without a drawing still tells what it has to tell.
            log.warning('no icon is called %s: write icon("%s") and run scripts/assets.py', name, name)
            self._icons[name] = _inlined("<svg><circle cx='12' cy='12' r='4'/></svg>")
        return self._icons[name]


def _walk(folder: Traversable, above: str = "") -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{above}{entry.name}"
        if entry.is_dir():
            found.extend(_walk(entry, f"{name}/"))
        elif not entry.name.startswith("."):
            found.append((name, entry.read_bytes()))
    return found


def _tightened(css: str) -> str:
    bare = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    # A space before a colon means something in a selector; one after it never does.
    return re.sub(r"([:,;])\s", r"\1", re.sub(r"\s*([{};])\s*", r"\1", bare)).replace(";}", "}").strip()


def _inlined(svg: str) -> Markup:
    inner = re.sub(r"\s+", " ", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]).strip()
    return Markup(  # noqa: S704 - the text comes from our own package
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        + inner.replace("> <", "><")
        + "</svg>"
    )
