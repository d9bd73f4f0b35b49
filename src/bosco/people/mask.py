"""Addresses of people as others may see them: enough to recognise one's own, not enough to use."""

HIDDEN = "…"


def masked(address: str) -> str:
    """Return an address with its telling part hidden."""
    name, at, domain = address.rpartition("@")
    if at and name:
        return f"{name[0]}{HIDDEN}@{domain}"
    if address.startswith("+") and len(address) > 7:
        return f"{address[:3]}{HIDDEN}{address[-2:]}"
    return f"{address[:1]}{HIDDEN}"
