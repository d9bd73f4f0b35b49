"""ICMP echo: whether an address is there, and how far away."""

import asyncio
import itertools
import os
import socket
from datetime import timedelta
from ipaddress import ip_address

from bosco.kit.clock import Clock
from bosco.kit.net_model import NetFailed
from bosco.kit.net_trouble import failed
from bosco.kit.words import msg

_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}
_turns = itertools.count(1)


async def echo(address: str, patience: timedelta, clock: Clock) -> timedelta | None:
    """Send one echo and return how long its answer took, or None if none came in time."""
    version = ip_address(address.split("%", maxsplit=1)[0]).version
    # Sixteen bytes that nobody else sends are how the answer is known: the system may rewrite the identifier.
    token = os.urandom(16)
    loop = asyncio.get_running_loop()
    with clock.busy(), _socket(version) as door:
        try:
            target = (await loop.getaddrinfo(address, 0, flags=socket.AI_NUMERICHOST))[0][4]
            door.connect(target)
            began = clock.monotonic()
            door.send(packet(version, next(_turns) & 0xFFFF, token))
            async with clock.limit(patience):
                while True:
                    said = await loop.sock_recv(door, 2048)
                    if is_answer(version, said, token):
                        return timedelta(seconds=clock.monotonic() - began)
        except TimeoutError:
            return None
        except OSError as error:
            raise failed(error, address) from error


def packet(version: int, turn: int, token: bytes) -> bytes:
    """Return an echo request."""
    head = bytes((_REQUEST[version], 0))
    rest = (os.getpid() & 0xFFFF).to_bytes(2) + turn.to_bytes(2) + token
    # The system fills the checksum of IPv6 in, for it covers addresses too.
    return head + (checksum(head + b"\0\0" + rest) if version == 4 else b"\0\0") + rest


def checksum(data: bytes) -> bytes:
    """Return the Internet checksum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2)


def is_answer(version: int, said: bytes, token: bytes) -> bool:
    """Say whether a packet answers our echo; a raw socket shows it with its IPv4 header in front."""
    if version == 4 and said[:1] and said[0] >> 4 == 4:
        said = said[(said[0] & 15) * 4 :]
    return len(said) >= 8 and said[0] == _REPLY[version] and said[8:].startswith(token)


def _socket(version: int) -> socket.socket:
    family, protocol = (
        (socket.AF_INET, socket.IPPROTO_ICMP) if version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    )
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            door = socket.socket(family, kind, protocol)
        except PermissionError:
            continue
        except OSError as error:
            raise failed(error, f"ICMPv{version}") from error
        door.setblocking(False)
        return door
    raise NetFailed(msg("this machine does not let Bosco send ICMP echoes"), "local")
