"""What others send to the demonstration: figures of the pipeline and of the business, once a day for a month."""

from datetime import datetime, timedelta

import numpy as np

from bosco.signals.measures import Measures, Told
from bosco.signals.samples import Samples

DAYS = 30
# Where each figure was a month ago, where it is now, and how much it moves from day to day; in the plan's own units.
FIGURES = {
    "test_coverage": (83.2, 87.4, 0.3),
    "lighthouse_performance": (88, 93, 1),
    "accessibility": (95.4, 97.1, 0.2),
    "seo_score": (92, 94, 0.5),
    "build_time": (96, 84, 3),
    "bundle_size": (842, 811, 4),
    "first_contentful_paint": (1.4, 1.2, 0.05),
    "time_to_interactive": (2.9, 2.5, 0.1),
    "critical_vulnerabilities": (0, 0, 0),
    "active_users_day": (3010, 3420, 60),
    "active_users_month": (9800, 11200, 90),
    "nps": (74, 78, 0.5),
    "deployments_per_week": (6, 7, 0.4),
}
SOURCE = "pushed by pipeline"


async def remember_figures(samples: Samples, measures: Measures, now: datetime) -> None:
    """Write the past month."""
    await samples.load()
    chance = np.random.default_rng(11)
    told = []
    for name, (before, today, moves) in FIGURES.items():
        line = np.linspace(before, today, DAYS) + chance.normal(0, 1, DAYS) * moves
        for day, value in enumerate(line.tolist()):
            at = now - timedelta(days=DAYS - 1 - day, minutes=20)
            told.append(Told(name, round(value, 2), {}, at=at))
    await measures.push(told, SOURCE)
