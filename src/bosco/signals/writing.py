"""`/api/v1/write`: remote-write as Prometheus and its like send it; 204 means that every sample is on disk."""

import logging
from collections.abc import Mapping
from typing import Any

import cramjam
from litestar import Response, post

from bosco.accounts.service import Accounts
from bosco.kit.clock import Clock
from bosco.kit.refusal import HTTP_STATUS, Code, Refusal
from bosco.signals.batch import Batch
from bosco.signals.gate import Gate
from bosco.signals.reading import Read
from bosco.signals.remote_write import read_v1
from bosco.signals.remote_write_2 import read_v2
from bosco.signals.samples import Samples
from bosco.signals.senders import must_keep, sender_of
from bosco.signals.wire import Broken, varint
from bosco.store.helm import Helm
from bosco.web.visitor import MACHINE, AnyRequest

log = logging.getLogger(__name__)
LARGEST = 32 * 1024 * 1024
PATHS = ["/api/v1/write", "/api/v1/push", "/prometheus/api/v1/write"]
_V2 = "io.prometheus.write.v2.request"
_V1 = "prometheus.writerequest"
_WRITTEN = "X-Prometheus-Remote-Write-{}-Written"


class Unwelcome(Exception):  # noqa: N818 - an answer
    """A request in a form that is not taken: its status and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def write_routes(samples: Samples, accounts: Accounts, clock: Clock, gate: Gate, helm: Helm) -> list[Any]:
    """Return the route of remote-write."""
    known = samples.register.cache()

    async def keep(proto: str, body: bytes, batch: Batch) -> int:
        size = unpacked_size(body)
        with gate.room(len(body) + size):
            forgotten = samples.register.forgotten
            read = await gate.read(size, lambda: read_body(proto, body, known))
            if samples.register.forgotten != forgotten:
                # A series that was recognised may have been let go of meanwhile.
                read = read_body(proto, body, {})
            await batch.take(read, known)
            return await batch.keep()

    @post(PATHS, opt=MACHINE, status_code=200, request_max_body_size=LARGEST, include_in_schema=False)
    async def write(request: AnyRequest) -> Response[Any]:
        written, histograms = 0, 0
        try:
            sender = await sender_of(request, accounts)
            must_keep(helm)
            proto = form_of(request.headers.get("content-type", ""), request.headers.get("content-encoding", ""))
            batch = Batch(samples, clock, f"remote-write {sender.name or sender.id}")
            written = await keep(proto, await request.body(), batch)
            histograms = batch.histograms
        except Unwelcome as unwelcome:
            return _answer(unwelcome.status, str(unwelcome))
        except Broken as broken:
            return _answer(400, str(broken))
        except Refusal as refusal:
            return refused(refusal)
        if batch.refused:
            log.warning("samples of %s: %s", batch.source, batch.told())
            return _answer(400, batch.told(), written, histograms)
        return _answer(204, "", written, histograms)

    return [write]


def read_body(proto: str, body: bytes, known: Mapping[bytes, int]) -> Read:
    """Return what a packed request says."""
    data = unpacked(body)
    return (read_v2 if proto == _V2 else read_v1)(data, known)


def form_of(content_type: str, encoding: str) -> str:
    """Return which message is sent; what is not said is taken for the oldest."""
    media, _, parameters = content_type.casefold().partition(";")
    if media.strip() not in ("", "application/x-protobuf"):
        raise Unwelcome(415, f"{media.strip()[:100]} is not understood here, only application/x-protobuf")
    if encoding.strip().casefold() not in ("", "snappy"):
        raise Unwelcome(415, f"{encoding[:100]} is not understood here, only snappy")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip() == "proto" and (proto := value.strip().strip('"')) != _V1:
            if proto != _V2:
                raise Unwelcome(415, f"the message {proto[:100]} is not understood here")
            return _V2
    return _V1


def unpacked_size(body: bytes) -> int:
    """Return how large the body will be; that stands in front, and is believed before anything is made."""
    try:
        size, _ = varint(body, 0, min(len(body), 10))
    except Broken:
        raise Unwelcome(400, "the body is not packed by snappy") from None
    if size > LARGEST:
        raise Unwelcome(413, f"the body unpacks to {size} bytes, {LARGEST} are allowed")
    return size


def unpacked(body: bytes) -> bytes:
    """Return what was packed by snappy."""
    unpacked_size(body)
    try:
        return bytes(cramjam.snappy.decompress_raw(body))
    except (cramjam.DecompressionError, ValueError, OverflowError):
        raise Unwelcome(400, "the body is not packed by snappy") from None


def refused(refusal: Refusal) -> Response[Any]:
    """Answer a refusal in the words of remote-write."""
    # Senders drop for ever what is answered with 4xx, and send again what is answered with 503.
    overload = refusal.code in (Code.TOO_MANY, Code.UNAVAILABLE)
    status = 503 if overload else HTTP_STATUS[refusal.code]
    answer = _answer(status, str(refusal))
    if overload:
        answer.headers["Retry-After"] = "1"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Bosco", charset="UTF-8"'
    return answer


def _answer(status: int, text: str, samples: int = 0, histograms: int = 0) -> Response[Any]:
    headers = {
        _WRITTEN.format("Samples"): str(samples - 2 * histograms if samples >= 2 * histograms else samples),
        _WRITTEN.format("Histograms"): str(histograms),
        _WRITTEN.format("Exemplars"): "0",
    }
    return Response(text or b"", status_code=status, media_type="text/plain", headers=headers)
