"""Alerts counted by what they have in common."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from shared.db.tables import alerts
from shared.db.views.alert_filters import AlertFilters, conditions
from shared.db.views.paging import Ranking
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.findings import Severity

MOST_ALERTS = Ranking("count")


class AlertsBy(StrEnum):
    """What alerts may have in common."""

    RULE = "rule"
    AGENCY = "agency"
    SEVERITY = "severity"
    SECTOR = "sector"
    STAGE = "stage"
    OFFICER = "officer"
    RESPONSIBLE = "responsible"
    CAUSE = "cause"
    RESOLUTION = "resolution"


_COLUMNS: dict[AlertsBy, ColumnElement[Any]] = {
    AlertsBy.RULE: alerts.c.rule,
    AlertsBy.AGENCY: alerts.c.agency,
    AlertsBy.SEVERITY: alerts.c.severity,
    AlertsBy.SECTOR: alerts.c.sector,
    AlertsBy.STAGE: alerts.c.stage,
    AlertsBy.OFFICER: alerts.c.officer_id,
    AlertsBy.RESPONSIBLE: alerts.c.responsible,
    AlertsBy.CAUSE: alerts.c.cause,
    AlertsBy.RESOLUTION: alerts.c.resolution,
}


async def alert_groups(snapshot: Snapshot, filters: AlertFilters, by: AlertsBy, *, within: AgencyTree) -> Sequence[Row]:
    """Return the alerts wanted, counted by what they have in common; `key` is null where they have none of it."""
    key = _COLUMNS[by]
    query = (
        select(
            key.label("key"),
            func.count().label("count"),
            _of(Severity.CRITICAL).label("critical"),
            _of(Severity.WARNING).label("warning"),
            func.min(alerts.c.since).label("oldest_since"),
            func.min(alerts.c.due_at).label("earliest_due"),
        )
        .where(*conditions(filters, snapshot.province), at_agency(alerts.c.agency, within))
        .group_by(key)
    )
    return await all_rows(snapshot.connection, query)


def _of(severity: Severity) -> ColumnElement[int]:
    return func.count().filter(alerts.c.severity == severity.value)
