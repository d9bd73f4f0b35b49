"""One question to one name server, asked past every cache: over UDP, again when lost, over TCP when too long."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import timedelta

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename

from bosco.kit.clock import Clock
from bosco.kit.net_model import Connection, DnsAnswer, NetFailed
from bosco.kit.net_trouble import failed
from bosco.kit.words import msg

# UDP loses packets: that is no news about the server, so the question is put again.
_ASK_AGAIN = timedelta(seconds=2)
_TIMES = 3
_LONGEST_ANSWER = 65535


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.come: asyncio.Queue[bytes | Exception] = asyncio.Queue(maxsize=64)

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._put(data)

    def error_received(self, exc: Exception) -> None:
        self._put(exc)

    def _put(self, what: bytes | Exception) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.come.put_nowait(what)


def question(name: str, record: str) -> dns.message.QueryMessage:
    """Return the question, an address turned into the name that its PTR stands under."""
    try:
        if record.upper() == "PTR" and not name.lower().rstrip(".").endswith(".arpa"):
            asked = dns.reversename.from_address(str(ipaddress.ip_address(name)))
        else:
            asked = dns.name.from_text(name.lower())
        return dns.message.make_query(asked, record.upper(), want_dnssec=False, use_edns=0, payload=1232)
    except (dns.exception.DNSException, ValueError, UnicodeError) as error:
        raise NetFailed(
            msg("{name} cannot be asked for with {record}", name=name[:80], record=record[:20]), "dns"
        ) from error


async def ask(
    asked: dns.message.QueryMessage, address: str, port: int, clock: Clock, connect: Callable[[], Awaitable[Connection]]
) -> DnsAnswer:
    """Ask that server and return what it said, whatever the code."""
    began = clock.monotonic()
    where = f"{address}:{port}" if ":" not in address else f"[{address}]:{port}"
    answer = await _over_udp(asked, address, port, clock, where)
    if answer.flags & dns.flags.TC:
        answer = await _over_tcp(asked, connect, where)
    wanted = asked.question[0].rdtype
    sets = [one for one in answer.answer if one.rdtype == wanted]
    return DnsAnswer(
        rcode=dns.rcode.to_text(answer.rcode()),
        records=tuple(sorted(record.to_text() for one in sets for record in one)),
        server=where,
        took=timedelta(seconds=clock.monotonic() - began),
        keeps=timedelta(seconds=min((one.ttl for one in sets), default=0)),
        authentic=bool(answer.flags & dns.flags.AD),
    )


async def _over_udp(
    asked: dns.message.QueryMessage, address: str, port: int, clock: Clock, where: str
) -> dns.message.Message:
    wire = asked.to_wire()
    with clock.busy():
        try:
            transport, answers = await asyncio.get_running_loop().create_datagram_endpoint(
                _Answers, remote_addr=(address, port)
            )
        except OSError as error:
            raise failed(error, where) from error
        try:
            for _ in range(_TIMES):
                transport.sendto(wire)
                with contextlib.suppress(TimeoutError):
                    async with clock.limit(_ASK_AGAIN):
                        return await _fitting(asked, answers, where)
        finally:
            transport.abort()
    raise NetFailed(msg("the name server {where} does not answer", where=where), "timeout")


async def _fitting(asked: dns.message.QueryMessage, answers: _Answers, where: str) -> dns.message.Message:
    """Return the first packet that answers our question; anybody may send others."""
    while True:
        come = await answers.come.get()
        if isinstance(come, Exception):
            raise failed(come, where)
        with contextlib.suppress(dns.exception.DNSException, ValueError):
            read = dns.message.from_wire(come, ignore_trailing=True, raise_on_truncation=False)
            if asked.is_response(read):
                return read


async def _over_tcp(
    asked: dns.message.QueryMessage, connect: Callable[[], Awaitable[Connection]], where: str
) -> dns.message.Message:
    wire = asked.to_wire()
    connection = await connect()
    try:
        await connection.write(len(wire).to_bytes(2) + wire)
        size = int.from_bytes(await connection.read_exactly(2))
        read = dns.message.from_wire(await connection.read_exactly(size), ignore_trailing=True)
    except (dns.exception.DNSException, ValueError) as error:
        raise NetFailed(msg("{where} does not answer as a name server does", where=where), "protocol") from error
    finally:
        connection.close()
    if not asked.is_response(read):
        raise NetFailed(msg("{where} does not answer as a name server does", where=where), "protocol")
    return read
