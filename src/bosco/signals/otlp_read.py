"""Reads OTLP's metrics: resources, scopes and points become series with labels, as Prometheus has them."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from bosco.promql.source import NAME, STALE, Metadata
from bosco.signals.labels import MOST_LABELS
from bosco.signals.otlp_names import label_name, metric_name
from bosco.signals.reading import Loose, Read
from bosco.signals.remote_write import LONGEST_KEY

_DELTA, _CUMULATIVE = 1, 2
_NO_VALUE = 1
_MILLISECOND = 1_000_000
MOST_BUCKETS = 1000
# No series of remote-write begins so.
_MARK = b"\x03"
_KINDS = {
    "gauge": "gauge",
    "histogram": "histogram",
    "exponential_histogram": "histogram",
    "summary": "summary",
}
Labels = dict[str, str]


class Reader:
    """Walks over one request."""

    def __init__(self) -> None:
        self.read = Read()
        self.points = 0
        self._latest = 0

    def walk(self, request: Any) -> Read:
        """Return what a request says."""
        for resource in request.resource_metrics:
            base, others = _of_resource(resource.resource.attributes)
            self._latest = 0
            for scope in resource.scope_metrics:
                named = {**base}
                if scope.scope.name:
                    named["otel_scope_name"] = scope.scope.name
                if scope.scope.version:
                    named["otel_scope_version"] = scope.scope.version
                for metric in scope.metrics:
                    self._metric(metric, named)
            if others and self._latest:
                told = [*(base | others).items(), (NAME, "target_info")]
                self.read.loose.append(Loose(told, [(self._latest, 1.0)], part=True))
        return self.read

    def _metric(self, metric: Any, base: Labels) -> None:
        kind = metric.WhichOneof("data")
        if kind is None:
            return None
        data = getattr(metric, kind)
        counts = kind == "sum" and data.is_monotonic
        name = metric_name(metric.name, metric.unit, counts=counts, is_gauge=kind == "gauge")
        temporality = getattr(data, "aggregation_temporality", _CUMULATIVE)
        self.points += len(data.data_points)
        if not name:
            return self.read.refuse("a metric has no name", len(data.data_points))
        if temporality not in (_DELTA, _CUMULATIVE):
            return self.read.refuse("a metric does not say what its figures add up to", len(data.data_points))
        self.read.metadata[name] = Metadata(
            _KINDS.get(kind, "counter" if counts else "gauge"), metric.description[:1000], metric.unit[:100]
        )
        for point in data.data_points:
            if len(point.attributes) > MOST_LABELS:
                self.read.refuse(f"a point has more than {MOST_LABELS} attributes")
                continue
            self._point(point, kind, name, base | labels_in(point.attributes), temporality == _DELTA)
        return None

    def _point(self, point: Any, kind: str, name: str, labels: Labels, grows: bool) -> None:
        time = point.time_unix_nano // _MILLISECOND
        self._latest = max(self._latest, time)
        if len(getattr(point, "bucket_counts", ())) > MOST_BUCKETS:
            return self.read.refuse(f"a histogram has more than {MOST_BUCKETS} buckets")
        for place, (ending, more, value) in enumerate(_parts(point, kind)):
            told = [*labels.items(), *more, (NAME, name + ending)]
            if point.flags & _NO_VALUE:
                self.read.loose.append(Loose(told, [(time, float(STALE))], _raw(told), part=place > 0))
            else:
                self.read.loose.append(Loose(told, [(time, value)], _raw(told), part=place > 0, grows=grows))
        return None


def _parts(point: Any, kind: str) -> Iterator[tuple[str, list[tuple[str, str]], float]]:
    """Return what one point becomes: the ending of its name, more labels, its value."""
    if kind in ("gauge", "sum"):
        as_int = point.WhichOneof("value") == "as_int"
        yield "", [], float(point.as_int if as_int else point.as_double)
        return
    yield "_count", [], float(point.count)
    yield "_sum", [], float(point.sum)
    if kind == "summary":
        for one in point.quantile_values:
            yield "", [("quantile", f"{one.quantile:g}")], float(one.value)
    elif kind == "histogram" and point.bucket_counts:
        # Each bucket holds what lies between its bounds; Prometheus's hold everything up to theirs.
        held = 0
        bounds = [*(f"{bound:.15g}" for bound in point.explicit_bounds), "+Inf"]
        for bound, count in zip(bounds, point.bucket_counts, strict=False):
            held += count
            yield "_bucket", [("le", bound)], float(held)


def _raw(labels: list[tuple[str, str]]) -> bytes:
    """Return the bytes that tell a series from all others, or none where the sign that parts texts stands in one."""
    text = "\0".join([text for pair in labels for text in pair])
    return _MARK + text.encode() if text.count("\0") == 2 * len(labels) - 1 and len(text) <= LONGEST_KEY else b""


def _of_resource(attributes: Any) -> tuple[Labels, Labels]:
    """Return what every series of a resource has: its job and instance; and what is only told of the target."""
    held = {one.key: one.value for one in attributes[:MOST_LABELS]}
    service, space = text_of(held.pop("service.name", None)), text_of(held.pop("service.namespace", None))
    instance = text_of(held.pop("service.instance.id", None))
    base = {"job": f"{space}/{service}" if space and service else service, "instance": instance}
    return {name: value for name, value in base.items() if value}, _labelled(held)


def labels_in(attributes: Any) -> Labels:
    """Return attributes as labels."""
    return _labelled({one.key: one.value for one in attributes})


def _labelled(held: Mapping[str, Any]) -> Labels:
    found: Labels = {}
    for key, value in sorted(held.items()):
        name, text = label_name(key), text_of(value)
        # Two attributes may become one label.
        found[name] = f"{found[name]};{text}" if name in found else text
    return found


def text_of(value: Any) -> str:
    """Return an attribute's value as text."""
    kind = value.WhichOneof("value") if value is not None else None
    if kind is None:
        return ""
    held = getattr(value, kind)
    if kind == "string_value":
        return str(held)
    if kind == "bytes_value":
        return base64.b64encode(held).decode()
    if kind in ("array_value", "kvlist_value"):
        return json.dumps(_plain(value, 0), ensure_ascii=False)
    return json.dumps(held)


def _plain(value: Any, depth: int) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value" and depth < 10:
        return [_plain(one, depth + 1) for one in value.array_value.values]
    if kind == "kvlist_value" and depth < 10:
        return {one.key: _plain(one.value, depth + 1) for one in value.kvlist_value.values}
    if kind is None or kind in ("array_value", "kvlist_value"):
        return None
    held = getattr(value, kind)
    return base64.b64encode(held).decode() if kind == "bytes_value" else held
