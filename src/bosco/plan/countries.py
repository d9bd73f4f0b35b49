"""Countries whose public holidays are known; each is loaded alone, and only when a plan names it."""

import importlib.util
import sys
from datetime import date
from functools import cache
from typing import Any


@cache
def country_codes() -> tuple[str, ...]:
    """Return the two-letter code of every country that is known."""
    _without_the_others()
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - slow to load, and most calendars have none

    return tuple(sorted({code for names in COUNTRIES.values() for code in names if len(code) == 2 and code.isupper()}))


@cache
def regions_of(country: str) -> tuple[str, ...]:
    """Return the regions of a country that have public holidays of their own, as they are spelled."""
    found = _country(country)
    return (*found.subdivisions, *found.subdivisions_aliases)


def days_off(country: str, region: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country, or of a region of it, in that year."""
    spelled = next((name for name in regions_of(country) if name.upper() == region), None)
    return frozenset(_country(country)(subdiv=spelled, years=year))


def _country(code: str) -> Any:
    _without_the_others()
    import holidays  # noqa: PLC0415

    return type(holidays.country_holidays(code))


@cache
def _without_the_others() -> None:
    """Put the package of all countries in place without its body, which would load 250 of them: 8 MB for one."""
    name = "holidays.countries"
    if name not in sys.modules:
        spec = importlib.util.find_spec(name)
        assert spec
        sys.modules[name] = importlib.util.module_from_spec(spec)
