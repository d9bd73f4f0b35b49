"""gRPC's health question (`grpc.health.v1.Health/Check`) over HTTP/2, with its small messages read by hand."""

from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from bosco.kit.net import Connection, NetFailed
from bosco.kit.words import msg

SERVING = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}
_LONGEST_ANSWER = 256 * 1024
_FRAME_HEAD = 9
_LONGEST_FRAME = 16384
_SETTINGS = 4
_STATUS_NAMES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


@dataclass
class GrpcAnswer:
    """What came back: HTTP status, gRPC status with its message, and the health that was told."""

    http: int = 0
    status: str = ""
    message: str = ""
    data: bytearray = field(default_factory=bytearray)
    # How much the other side has said in all.
    heard: int = 0

    @property
    def serving(self) -> str | None:
        """Return the health that was told, as the protocol names it."""
        return read_serving(bytes(self.data))


async def check(
    connection: Connection, authority: str, of: str, headers: dict[str, str], encrypted: bool
) -> GrpcAnswer:
    """Ask once how a service is; an empty name asks about the whole server."""
    talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    talk.initiate_connection()
    stream = talk.get_next_available_stream_id()
    asked = [
        (":method", "POST"),
        (":scheme", "https" if encrypted else "http"),
        (":path", "/grpc.health.v1.Health/Check"),
        (":authority", authority),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        *((name.lower(), value) for name, value in headers.items()),
    ]
    answer = GrpcAnswer()
    try:
        talk.send_headers(stream, asked)
        talk.send_data(stream, written(of), end_stream=True)
        await connection.write(talk.data_to_send())
        start = await connection.read_exactly(_FRAME_HEAD)
        if int.from_bytes(start[:3]) > _LONGEST_FRAME or start[3] != _SETTINGS:
            # The library would wait for the whole of whatever this is.
            raise ValueError(repr(start.decode("latin-1")))
        talk.receive_data(start)
        while not await _heard(connection, talk, answer, authority):
            pass
    except (h2.exceptions.ProtocolError, ValueError, UnicodeError) as error:
        says = msg("{where} does not speak HTTP/2: {what}", where=authority, what=str(error)[:120])
        raise NetFailed(says, "protocol") from error
    return answer


async def _heard(connection: Connection, talk: h2.connection.H2Connection, answer: GrpcAnswer, authority: str) -> bool:
    """Take what comes into the answer; say whether it is complete."""
    data = await connection.read()
    if not data:
        raise NetFailed(msg("{where} broke the connection off", where=authority), "reset")
    answer.heard += len(data)
    if answer.heard > _LONGEST_ANSWER:
        raise NetFailed(msg("{where} does not stop to talk", where=authority), "protocol")
    ended = False
    for event in talk.receive_data(data):
        if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
            _take_headers({str(name): str(value) for name, value in event.headers or ()}, answer)
        elif isinstance(event, h2.events.DataReceived) and event.data:
            answer.data += event.data
            talk.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 1)
        elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
            raise NetFailed(msg("{where} broke the connection off", where=authority), "reset")
        ended = ended or isinstance(event, h2.events.StreamEnded)
    if rest := talk.data_to_send():
        await connection.write(rest)
    return ended


def _take_headers(headers: dict[str, str], answer: GrpcAnswer) -> None:
    if ":status" in headers:
        answer.http = int(headers[":status"])
    if "grpc-status" in headers:
        code = headers["grpc-status"]
        known = code.isdigit() and len(code) < 4 and int(code) < len(_STATUS_NAMES)
        answer.status = _STATUS_NAMES[int(code)] if known else code[:20]
        answer.message = headers.get("grpc-message", "")[:200]


def written(of: str) -> bytes:
    """Return the question as it travels: HealthCheckRequest{service = 1}, with gRPC's five bytes in front."""
    name = of.encode()
    size = len(name)
    length = bytes([size]) if size < 128 else bytes([0x80 | (size & 127), size >> 7])
    message = b"\x0a" + length + name if name else b""
    return b"\0" + len(message).to_bytes(4) + message


def read_serving(data: bytes) -> str | None:
    """Return what HealthCheckResponse{status = 1} says, None if it is none."""
    if len(data) < 5 or data[0] != 0 or int.from_bytes(data[1:5]) != len(data) - 5:
        return None
    message = data[5:]
    if not message:
        return SERVING[0]
    return SERVING.get(message[1]) if len(message) == 2 and message[0] == 0x08 else None
