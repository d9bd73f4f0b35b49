"""Which addresses are nobody's business: those of this machine, of its networks and of its cloud."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# RFC 6890 and the registries behind it, written out: what the standard library calls private varies with its version.
_FORBIDDEN = tuple(
    ip_network(written)
    for written in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own service, on a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/9",
        "ff00::/8",
    )
)
_NAT64 = ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ip_network("2002::/16")
_ISATAP = (0x00005EFE, 0x02005EFE)


class PublicOnly:
    """Refuses every address that is not on the public Internet."""

    def refuses(self, address: str) -> bool:
        """Say whether an address is not on the public Internet."""
        try:
            read = ip_address(address.split("%", 1)[0])
        except ValueError:
            return True
        return _is_forbidden(read)


def _is_forbidden(address: IPv4Address | IPv6Address) -> bool:
    if any(address in network for network in _FORBIDDEN if network.version == address.version):
        return True
    return isinstance(address, IPv6Address) and any(map(_is_forbidden, _inside(address)))


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that a gateway would make of an IPv6 one."""
    number = int(address)
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(number & 0xFFFFFFFF)]
    if address in _SIX_TO_FOUR:
        return [IPv4Address((number >> 80) & 0xFFFFFFFF)]
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return [IPv4Address(number & 0xFFFFFFFF)]
    return []


PUBLIC_ONLY = PublicOnly()
