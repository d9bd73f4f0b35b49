"""Numbers as Prometheus writes them: the shortest text that reads back as the same number."""

import math
from decimal import Decimal


def _odd(value: float) -> str | None:
    if math.isnan(value):
        return "NaN"
    return ("+Inf" if value > 0 else "-Inf") if math.isinf(value) else None


def plain(value: float) -> str:
    """Write a number without an exponent, as in labels."""
    if odd := _odd(value):
        return odd
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def shown(value: float) -> str:
    """Write a number as in answers: with an exponent only when it is very small or very large."""
    if odd := _odd(value):
        return odd
    size = abs(value)
    if size and (size < 1e-6 or size >= 1e21):
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa.removesuffix('.0')}e{exponent}"
    return plain(value)
