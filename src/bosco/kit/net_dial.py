"""Connecting: names are resolved, the guard is asked about each address, the first address that answers is taken."""

import asyncio

from bosco.kit.clock import Clock
from bosco.kit.net_model import Guard, IpFamily, NetFailed, TlsWish
from bosco.kit.net_names import Names, is_address
from bosco.kit.net_stream import Stream
from bosco.kit.net_trouble import Steps, failed
from bosco.kit.net_url import ascii_host
from bosco.kit.words import msg

# RFC 8305: how long one address may keep the next one waiting.
_STAGGER = 0.25
_ADDRESSES_TRIED = 8


class Dialer:
    """Opens connections for one door to the network."""

    def __init__(self, clock: Clock, names: Names, guard: Guard | None) -> None:
        self._clock = clock
        self._names = names
        self._guard = guard

    async def addresses(self, host: str, family: IpFamily | None) -> tuple[str, ...]:
        """Return the addresses of a host that may be reached."""
        try:
            name = ascii_host(host)
        except (ValueError, UnicodeError) as error:
            raise NetFailed(msg("{host} cannot be the name of a host", host=host[:80]), "dns") from error
        found = await self._names.resolve(name, family)
        allowed = tuple(one for one in found if not (self._guard and self._guard.refuses(one)))
        if not allowed:
            raise NetFailed(msg("{host} leads to an address that may not be reached from here", host=host), "guarded")
        return allowed

    async def dial(self, host: str, port: int, tls: TlsWish | None, family: IpFamily | None, steps: Steps) -> Stream:
        """Return an open connection; the steps tell what took how long."""
        steps.begin("dns")
        addresses = await self.addresses(host, family)
        steps.begin("connect")
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        name = host.rstrip(".") if is_address(host) else ascii_host(host).rstrip(".")
        streams = [Stream(self._clock, where, name, steps) for _ in addresses[:_ADDRESSES_TRIED]]
        if len(streams) == 1:
            stream = await _open(streams[0], addresses[0], port, where)
        else:
            stream = await _first_open(dict(zip(addresses, streams, strict=False)), port, where)
        if tls is None:
            steps.end()
            return stream
        try:
            await stream.start_tls(tls)
        except BaseException:
            stream.close()
            raise
        return stream


async def _open(stream: Stream, address: str, port: int, where: str) -> Stream:
    try:
        await asyncio.get_running_loop().create_connection(lambda: stream, address, port)
    except (OSError, ValueError) as error:
        raise failed(error, where) from error
    return stream


async def _first_open(streams: dict[str, Stream], port: int, where: str) -> Stream:
    """Try the addresses one after the other, without waiting for long for any of them."""
    tries: set[asyncio.Task[Stream]] = set()
    failures: list[NetFailed] = []
    waiting = list(streams.items())
    won: Stream | None = None
    try:
        while waiting or tries:
            if waiting:
                address, stream = waiting.pop(0)
                tries.add(asyncio.ensure_future(_open(stream, address, port, where)))
            done, tries = await asyncio.wait(
                tries, timeout=_STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for one in done:
                error = one.exception()
                if error is None:
                    won = one.result()
                    return won
                assert isinstance(error, NetFailed)
                failures.append(error)
    finally:
        for one in tries:
            one.cancel()
        if tries:
            await asyncio.gather(*tries, return_exceptions=True)
        for stream in streams.values():
            if stream is not won:
                stream.close()
    # One address that told something about the other side outweighs those that could not be tried.
    raise next((failure for failure in failures if not failure.is_ours), failures[0])
