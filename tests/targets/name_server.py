"""A name server on 127.0.0.1 with a zone given by the test, over UDP and TCP on one port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[tuple[str, str], list[str]]


class NameServer:
    """Answers from the zone; every other question gets the code, and each answer waits."""

    def __init__(
        self, zone: Zone, otherwise: str = "NXDOMAIN", *, delay: float = 0, lose: int = 0, ttl: int = 60
    ) -> None:
        self.zone = zone
        self.otherwise = otherwise
        self.delay = delay
        self.lose = lose
        self.ttl = ttl
        self.truncates = False
        self.asked: list[str] = []
        self.port = 0

    def answer(self, wire: bytes, over_udp: bool) -> bytes:
        asked = dns.message.from_wire(wire)
        question = asked.question[0]
        record = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{question.name} {record}")
        answer = dns.message.make_response(asked)
        found = self.zone.get((str(question.name).lower(), record))
        if self.truncates and over_udp:
            answer.flags |= dns.flags.TC
        elif found is not None:
            answer.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", record, *found))
        elif not any(name == str(question.name).lower() for name, _ in self.zone):
            answer.set_rcode(dns.rcode.from_text(self.otherwise))
        return answer.to_wire()

    @contextlib.asynccontextmanager
    async def serving(self, host: str = "127.0.0.1") -> AsyncIterator[int]:
        """Serve on a free port until the block ends."""
        server = self
        late: set[asyncio.TimerHandle] = set()

        class OverUdp(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                if server.lose:
                    server.lose -= 1
                    return
                send = asyncio.get_running_loop().call_later
                late.add(send(server.delay, self.transport.sendto, server.answer(data, True), addr))

        async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                answer = server.answer(await reader.readexactly(int.from_bytes(await reader.readexactly(2))), False)
                writer.write(len(answer).to_bytes(2) + answer)
            writer.close()

        tcp = await asyncio.start_server(over_tcp, host, 0)
        self.port = int(tcp.sockets[0].getsockname()[1])
        udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(OverUdp, (host, self.port))
        try:
            yield self.port
        finally:
            for handle in late:
                handle.cancel()
            udp.close()
            tcp.close()
