"""Puts values into a template of the plan, each written as the kind of body wants it: nobody breaks out of a field."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

_PLACE = re.compile(r"\{(\w+)\}")


def filled(template: str, values: Mapping[str, str], content_type: str) -> str:
    """Return the template with `{name}` replaced; what it does not know stays, what a value holds is not looked at."""
    write = _writer(content_type)
    return _PLACE.sub(lambda found: write(values[found[1]]) if found[1] in values else found[0], template)


def _writer(content_type: str) -> Callable[[str], str]:
    sort = content_type.partition(";")[0].strip().casefold()
    if sort == "application/x-www-form-urlencoded":
        return quote_plus
    if sort.endswith(("/json", "+json")):
        return lambda value: json.dumps(value)[1:-1]
    if sort.endswith(("/xml", "+xml")):
        return lambda value: escape(value, {'"': "&quot;", "'": "&apos;"})
    return str
