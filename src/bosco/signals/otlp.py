"""`/v1/metrics`: metrics as OpenTelemetry sends them, in protobuf and JSON; 200 means that every point is on disk."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Response, post

from bosco.accounts.service import Accounts
from bosco.kit.clock import Clock
from bosco.kit.refusal import HTTP_STATUS, Code, Refusal
from bosco.signals.batch import Batch
from bosco.signals.gate import MEBIBYTE, Gate
from bosco.signals.reading import Read
from bosco.signals.samples import Samples
from bosco.signals.senders import must_keep, sender_of
from bosco.signals.unpack import NotUnderstood, TooLarge, unpack
from bosco.signals.wire import Broken, written
from bosco.store.helm import Helm
from bosco.web.visitor import MACHINE, AnyRequest

log = logging.getLogger(__name__)
LARGEST = 20 * MEBIBYTE
PATHS = ["/v1/metrics", "/otlp/v1/metrics"]
PROTOBUF, JSON = "application/x-protobuf", "application/json"
# A packed body is taken for so many times its size, until it shows otherwise.
_USUAL_RATIO = 8


@dataclass(frozen=True)
class Form:
    """How a request came, and so how it is answered."""

    media_type: str

    def done(self, rejected: int = 0, why: str = "") -> Response[Any]:
        """Answer that it was taken, and how much of it was not."""
        if self.media_type == JSON:
            told = {"partialSuccess": {"rejectedDataPoints": str(rejected), "errorMessage": why}} if rejected else {}
            return Response(msgspec.json.encode(told), status_code=200, media_type=JSON)
        return Response(_partial(rejected, why) if rejected else b"", status_code=200, media_type=PROTOBUF)

    def refused(self, refusal: Refusal) -> Response[Any]:
        """Answer a refusal."""
        overload = refusal.code in (Code.TOO_MANY, Code.UNAVAILABLE)
        return self.failed(503 if overload else HTTP_STATUS[refusal.code], str(refusal))

    def failed(self, status: int, why: str) -> Response[Any]:
        """Answer why nothing was taken; its clients send again what is answered with 503, and nothing else."""
        if self.media_type == JSON:
            content = msgspec.json.encode({"message": why})
        else:
            # google.rpc.Status: the message is its second field.
            content = b"\x12" + written(len(why.encode())) + why.encode()
        answer: Response[Any] = Response(content, status_code=status, media_type=self.media_type)
        if status == 503:
            # Longer than the few seconds that its clients have, and they would not wait at all.
            answer.headers["Retry-After"] = "1"
        if status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def otlp_routes(samples: Samples, accounts: Accounts, clock: Clock, gate: Gate, helm: Helm) -> list[Any]:
    """Return the route of OTLP's metrics."""
    known = samples.register.cache()
    # Differences are added to the sums so far: two requests must not read the same sum.
    adding = asyncio.Lock()

    async def keep(body: bytes, coding: str, media_type: str, batch: Batch) -> int:
        size = min(LARGEST, len(body) * (_USUAL_RATIO if coding.strip() else 1))
        with gate.room(len(body) + size):
            read, points = await gate.read(size, lambda: _read(body, coding, media_type))
            if any(one.grows for one in read.loose):
                async with adding:
                    await batch.take(read, known)
                    await batch.keep()
            else:
                await batch.take(read, known)
                await batch.keep()
        return points

    @post(PATHS, opt=MACHINE, status_code=200, request_max_body_size=LARGEST, include_in_schema=False)
    async def metrics(request: AnyRequest) -> Response[Any]:
        media_type = request.headers.get("content-type", PROTOBUF).partition(";")[0].strip().casefold()
        form = Form(JSON if media_type == JSON else PROTOBUF)
        try:
            sender = await sender_of(request, accounts)
            must_keep(helm)
            if media_type not in (PROTOBUF, JSON):
                return form.failed(415, f"{media_type[:100]} is not understood here, only {PROTOBUF} and {JSON}")
            batch = Batch(samples, clock, f"OTLP {sender.name or sender.id}")
            coding = request.headers.get("content-encoding", "")
            points = await keep(await request.body(), coding, form.media_type, batch)
        except NotUnderstood as unwelcome:
            return form.failed(415, str(unwelcome))
        except TooLarge as large:
            return form.failed(413, str(large))
        except Broken as broken:
            return form.failed(400, str(broken))
        except Refusal as refusal:
            return form.refused(refusal)
        if batch.refused:
            log.warning("points of %s: %s", batch.source, batch.told())
        return form.done(min(points, batch.refused.total()), batch.told())

    return [metrics]


def _read(body: bytes, coding: str, media_type: str) -> tuple[Read, int]:
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - only senders of OTLP need it
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (  # noqa: PLC0415
        ExportMetricsServiceRequest,
    )

    from bosco.signals.otlp_json import read_json  # noqa: PLC0415
    from bosco.signals.otlp_read import Reader  # noqa: PLC0415

    data = unpack(body, coding, LARGEST)
    try:
        if media_type == JSON:
            message = read_json(data, ExportMetricsServiceRequest())
        else:
            message = ExportMetricsServiceRequest.FromString(data)
    except DecodeError:
        raise Broken("the body is no request of OTLP's metrics") from None
    reader = Reader()
    return reader.walk(message), reader.points


def _partial(rejected: int, why: str) -> bytes:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (  # noqa: PLC0415
        ExportMetricsServiceResponse,
    )

    answer = ExportMetricsServiceResponse()
    answer.partial_success.rejected_data_points = rejected
    answer.partial_success.error_message = why
    return bytes(answer.SerializeToString())
