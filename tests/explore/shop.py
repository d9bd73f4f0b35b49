"""A shop whose measures have arrived for a day, for the tests of pages."""

import contextlib
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.explore.past import Past, past
from tests.promql.memory import series
from tests.targets.prometheus_server import Prometheus

HOSTILE = "<script>alert(1)</script>"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PLAN = """\
plan: Shop
language: en
timezone: Europe/Paris
signals:
  basket: {name: {fr: Panier moyen, en: Average basket}, push: true, unit: €, target: "> 30"}
  slow: {name: Slow answers, promql: 'sum(rate(requests_total[5m]))'}
supervision:
  application:
    - queue_depth: {warning: "> 80", critical: "> 120"}
    - forgotten: {warning: "> 1"}
"""


@contextlib.contextmanager
def shop(folder: Path) -> Iterator[Past]:
    """Run Bosco with measures of a day, every five minutes."""
    with past(folder, PLAN, NOW) as house:
        now = int(NOW.timestamp())
        times = range(now - 86_400, now - 30, 60)
        told = [
            *(
                series("requests_total", [(at, float(at % 86_400 * n)) for at in times], job=f"job{n}", code="200")
                for n in range(1, 13)
            ),
            series("queue_depth", [(at, 60 + 40 * math.sin(at / 9000)) for at in times]),
            series("odd", [(at, 1.0) for at in times[-3:]], label=HOSTILE),
            series("weird/name é", [(at, 7.0) for at in times[-20:]]),
            *(series("many", [(now - 60, float(n))], n=f"{n:03}") for n in range(120)),
            *(series(f"single_{n:03}", [(now - 60, float(n))]) for n in range(60)),
            series("basket", [(now - 3600, 31.5)]),
        ]
        Prometheus(f"{house.address}/prometheus", f"Bearer {house.token('responder')}").write(told, 86_400_000)
        yield house
