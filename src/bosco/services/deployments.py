"""Deployments: which version went where, when, by whom; told by whatever deploys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Table, insert, select

from bosco.journal import write as write_line
from bosco.kit.words import msg
from bosco.services.marks import Mark
from bosco.services.spans import Span
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Serial

MOST_MARKS = 60
# Pipelines that are started anew, and the two ends of one, tell the same within so long.
AGAIN = timedelta(minutes=10)

deployments = Table(
    "services_deployments",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("service", CleanText),
    Column("environment", CleanText),
    Column("version", CleanText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("link", CleanText),
    Index("ix_services_deployments_service", "service", "at"),
    Index("ix_services_deployments_environment", "environment", "at"),
)


@dataclass(frozen=True)
class Deployment:
    """A version that went to a service, to an environment, or to a service of an environment."""

    version: str
    at: datetime
    by: str
    service: str | None = None
    environment: str | None = None
    link: str | None = None


def note(tx: Tx, deployed: Deployment) -> bool:
    """Write a deployment and the journal's line; the same one told again is not another. Say whether it was new."""
    if _told(tx, deployed):
        return False
    tx.run(insert(deployments), _row(deployed))
    subject = f"service:{deployed.service}" if deployed.service else f"environment:{deployed.environment}"
    data = {
        "version": deployed.version,
        "where": " · ".join(one for one in (deployed.service, deployed.environment) if one),
        "link": deployed.link,
    }
    write_line(tx, subject=subject, what="service.deployed", actor=deployed.by, data=data)
    return True


def _told(tx: Tx, deployed: Deployment) -> bool:
    row = _row(deployed)
    same = [deployments.c[name].is_not_distinct_from(row[name]) for name in ("service", "environment", "version")]
    near = deployments.c.at.between(deployed.at - AGAIN, deployed.at + AGAIN)
    return tx.run(select(deployments.c.id).where(*same, near)).first() is not None


def within(tx: Tx, span: Span, *, service: str, environment: str | None) -> list[Deployment]:
    """Return what was deployed to a service, or to all of its environment, in order."""
    mine = deployments.c.service == service
    if environment is not None:
        mine |= deployments.c.service.is_(None) & (deployments.c.environment == environment)
    found = select(deployments).where(mine, deployments.c.at >= span.start, deployments.c.at < span.end)
    return [_deployment(row) for row in tx.run(found.order_by(deployments.c.at.desc()).limit(MOST_MARKS)).all()][::-1]


def last_in(tx: Tx, environment: str, services: Sequence[str]) -> Deployment | None:
    """Return the last deployment to an environment, or to one of its services."""
    mine = (deployments.c.environment == environment) | (
        deployments.c.environment.is_(None) & deployments.c.service.in_(services)
    )
    row = tx.run(
        select(deployments).where(mine).order_by(deployments.c.at.desc(), deployments.c.id.desc()).limit(1)
    ).first()
    return None if row is None else _deployment(row)


def marks(found: Iterable[Deployment]) -> list[Mark]:
    """Return deployments as marks beside a line of time."""
    return [
        Mark("deployment", one.at, msg("{version} was deployed", version=one.version), None, one.link, one.version)
        for one in found
    ]


def _row(one: Deployment) -> dict[str, Any]:
    return {
        "service": one.service,
        "environment": one.environment,
        "version": one.version,
        "at": one.at,
        "by": one.by,
        "link": one.link,
    }


def _deployment(row: Any) -> Deployment:
    return Deployment(row.version, row.at, row.by, row.service, row.environment, row.link)
