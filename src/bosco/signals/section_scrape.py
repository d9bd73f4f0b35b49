"""What Bosco scrapes: addresses that tell figures as Prometheus reads them, as the plan writes them."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, model_validator

from bosco.kit.units import say_duration
from bosco.kit.words import msg
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names
from bosco.plan.section import Section, Table, cell, together
from bosco.plan.words import Name, OneOrMany, SecretText, Size, Span
from bosco.probes.http_call import Auth, Trust, WebAddress

LONGEST = timedelta(hours=1)


def instance_of(url: str) -> str:
    """Return host and port of a target, as its label `instance` tells them."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0]
    return host if ":" in host.rpartition("]")[2] else f"{host}:{443 if scheme.casefold() == 'https' else 80}"


class Job(Trust):
    """Addresses that are scraped alike; the job's name becomes the label `job`."""

    targets: OneOrMany[WebAddress]
    every: Span = timedelta(minutes=1)
    timeout: Span = timedelta(seconds=10)
    service: Annotated[str, Names("services")] | None = None
    # Labels that every series gets besides `job` and `instance`.
    labels: Mapping[str, str] = Field(default_factory=dict)
    auth: Auth | None = None
    headers: dict[str, SecretText] = Field(default_factory=dict)
    # Whether a target's own labels and instants count more than Bosco's.
    honor_labels: bool = False
    honor_timestamps: bool = True
    # What is larger than this is not taken at all.
    body_limit: Size = 10_000_000
    samples: Annotated[int, Field(ge=1, le=400_000)] = 50_000

    @model_validator(mode="after")
    def _often_enough(self) -> "Job":
        if not self.targets:
            raise Misplaced(
                msg("this job has no target"),
                "targets",
                msg("an address such as {example}", example="http://host:9100/metrics"),
            )
        places = [instance_of(url) for url in self.targets]
        if twice := next((place for place in places if places.count(place) > 1), None):
            raise Misplaced(
                msg("two targets of this job are at {place}: nothing would tell their figures apart", place=twice),
                "targets",
                msg("a job for each of them"),
            )
        if self.every > LONGEST:
            raise Misplaced(
                msg("between two scrapes there is at most an hour"),
                "every",
                msg("at most {limit}", limit=say_duration(LONGEST)),
            )
        return self


def _table(jobs: Mapping[str, Job], plan: Plan) -> Table:
    rows = [
        (cell(key, tone="strong"), cell(together(job.targets)), cell(say_duration(job.every)))
        for key, job in jobs.items()
    ]
    return Table((msg("Job"), msg("Targets"), msg("Every")), tuple(rows))


SCRAPE: Section[Mapping[str, Job]] = Section(
    "scrape",
    Mapping[Name, Job],
    default=lambda: MappingProxyType({}),
    title=msg("Scraped addresses"),
    order=305,
    named=True,
    table=_table,
)
