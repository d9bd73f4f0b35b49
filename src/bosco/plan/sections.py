"""Every section of the plan language: each room brings its own, nothing lists them by hand."""

import importlib
import pkgutil
from functools import cache

import bosco
from bosco.plan.section import AnySection, Section

# The toolkit's own sections stand beside its parts, for `section.py` is where a section itself is described.
_HEADER = "bosco.plan.header"


@cache
def discover() -> tuple[AnySection, ...]:
    """Return every section of every room, in the order of the document."""
    found: dict[str, AnySection] = {}
    modules = [_HEADER]
    for room in pkgutil.iter_modules(bosco.__path__):
        if room.ispkg and room.name != "plan":
            package = importlib.import_module(f"bosco.{room.name}")
            if any(file.name == "section" for file in pkgutil.iter_modules(package.__path__)):
                modules.append(f"bosco.{room.name}.section")
    for name in modules:
        module = importlib.import_module(name)
        held = [getattr(module, "SECTION", None), *getattr(module, "SECTIONS", ())]
        for section in held:
            if isinstance(section, Section):
                if section.key in found:
                    raise ImportError(f"{name}: the section {section.key} exists already")
                found[section.key] = section
    return tuple(sorted(found.values(), key=lambda section: (section.order, section.key)))
