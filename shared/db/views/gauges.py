"""What operations watches, counted when it is asked for."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Integer, Text, cast, func, literal, select

from shared.db.tables import alerts, dossiers, look_ups, refusals, rule_sets
from shared.db.views.alert_filters import unresolved
from shared.db.views.scope import at_agency, of_dossier
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree


class Backlog(msgspec.Struct, frozen=True):
    """Dossiers due for review now, whose review failed, and judged by other rules than the present; single questions owed now;
    what the last audit found different.
    """

    due: int
    parked: int
    outdated: int
    owed: int
    differences: int


async def backlog(snapshot: Snapshot, *, within: AgencyTree) -> Backlog:
    """Return how much work waits."""
    of_province = (
        select(func.count())
        .select_from(dossiers)
        .where(dossiers.c.province_code == snapshot.province, at_agency(dossiers.c.agency, within))
    )
    owed = (
        select(func.count())
        .select_from(look_ups)
        .where(
            look_ups.c.province_code == snapshot.province,
            look_ups.c.wanted_at <= snapshot.now,
            of_dossier(snapshot.province, look_ups.c.code, within),
        )
    )
    latest = select(func.max(rule_sets.c.id)).where(rule_sets.c.province_code == snapshot.province).scalar_subquery()
    told = alerts.c.details.op("->>", return_type=Text())(literal("differences", Text))
    differences = select(func.coalesce(func.sum(cast(told, Integer)), 0)).where(
        alerts.c.province_code == snapshot.province,
        unresolved(),
        alerts.c.rule == "audit.differs",
        at_agency(alerts.c.agency, within),
    )
    query = select(
        of_province.where(dossiers.c.next_review_at <= snapshot.now).scalar_subquery(),
        of_province.where(dossiers.c.parked_at.is_not(None)).scalar_subquery(),
        of_province.where(dossiers.c.judged_at.is_not(None), dossiers.c.rule_set < latest).scalar_subquery(),
        owed.scalar_subquery(),
        differences.scalar_subquery(),
    )
    return Backlog(*(await snapshot.connection.execute(query)).one())


async def unresolved_alerts(snapshot: Snapshot, *, within: AgencyTree) -> Sequence[tuple[str, str, int]]:
    """Return how many alerts are not resolved, by rule and severity."""
    query = (
        select(alerts.c.rule, alerts.c.severity, func.count())
        .where(alerts.c.province_code == snapshot.province, unresolved(), at_agency(alerts.c.agency, within))
        .group_by(alerts.c.rule, alerts.c.severity)
    )
    return [(rule, severity, number) for rule, severity, number in await snapshot.connection.execute(query)]


async def refused_by_source(snapshot: Snapshot, *, within: AgencyTree) -> dict[str, int]:
    """Return how many items of each source are refused and not mended."""
    query = (
        select(refusals.c.source, func.count())
        .where(refusals.c.province_code == snapshot.province, refusals.c.mended_at.is_(None))
        .where(of_dossier(snapshot.province, refusals.c.code, within))
        .group_by(refusals.c.source)
    )
    return {source: number for source, number in await snapshot.connection.execute(query)}  # noqa: C416
