"""How OpenTelemetry's names become Prometheus's, as both projects have agreed on it."""

import re
from functools import lru_cache

_UNITS = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tibibytes",
    "KBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters",
    "V": "volts",
    "A": "amperes",
    "J": "joules",
    "W": "watts",
    "g": "grams",
    "Cel": "celsius",
    "Hz": "hertz",
    "%": "percent",
}
_PER = {"s": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
# The same names come again with each request.
_REMEMBERED = 10_000
_ODD = re.compile(r"[^a-zA-Z0-9_:]")
_ODD_LABEL = re.compile(r"[^a-zA-Z0-9_]")


@lru_cache(_REMEMBERED)
def metric_name(name: str, unit: str, *, counts: bool, is_gauge: bool) -> str:
    """Return a metric's name: signs that Prometheus does not know become `_`, its unit and `_total` stand behind."""
    parts = [part for part in _ODD.sub("_", name).split("_") if part]
    for suffix in _suffixes(unit, is_gauge=is_gauge):
        if suffix not in parts:
            parts.append(suffix)
    if counts:
        parts = [*(part for part in parts if part != "total"), "total"]
    made = "_".join(parts)
    return f"_{made}" if made[:1].isdigit() else made


def _suffixes(unit: str, *, is_gauge: bool) -> list[str]:
    # What stands in braces is a remark: {request}.
    plain = re.sub(r"\{[^}]*\}", "", unit).strip()
    if plain == "1":
        return ["ratio"] if is_gauge else []
    whole, slash, per = plain.partition("/")
    found = [_ODD.sub("_", _UNITS.get(whole.strip(), whole.strip())).strip("_")]
    if slash and per.strip():
        found += ["per", _ODD.sub("_", _PER.get(per.strip(), per.strip())).strip("_")]
    return [suffix for suffix in found if suffix]


@lru_cache(_REMEMBERED)
def label_name(name: str) -> str:
    """Return the name of an attribute as a label."""
    made = _ODD_LABEL.sub("_", name)
    return f"key_{made}" if made[:1].isdigit() else made
