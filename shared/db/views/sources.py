"""The outside systems: how far each is read, and what could not be used."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import poll_runs, records, refusals, sources
from shared.db.types import Json
from shared.db.views.paging import Cut, Number, Order, Page, Word, page
from shared.db.views.rows import Row, columns, one_row
from shared.db.views.scope import of_dossier, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

BY_POSITION = Order((sources.c.position, sources.c.name), tuple[Number, Word])
LATEST_FIRST = Order((refusals.c.id,), tuple[Number], falls=True)


async def source_page(snapshot: Snapshot, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the sources in the order of configuration, with counts of what may be seen of them."""
    return await page(snapshot.connection, _sources(snapshot, within), BY_POSITION, cut)


async def find_source(snapshot: Snapshot, name: str, *, within: AgencyTree) -> Row | None:
    """Return one source, None for a name that was never configured."""
    query = _sources(snapshot, within).where(sources.c.name == name)
    return await one_row(snapshot.connection, query)


async def notes_by_source(snapshot: Snapshot, *, within: AgencyTree) -> Mapping[str, Mapping[str, int]]:
    """Return how many records of each source carry each data-quality note."""
    noted = (
        select(records.c.source, func.unnest(records.c.notes).label("note"))
        .where(records.c.province_code == snapshot.province, records.c.notes != literal_column("'{}'"))
        .where(of_dossier(snapshot.province, records.c.code, within))
        .subquery()
    )
    query = select(noted.c.source, noted.c.note, func.count()).group_by(noted.c.source, noted.c.note).order_by(noted.c.note)
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for source, name, number in await snapshot.connection.execute(query):
        counted[source][name] = number
    return counted


async def refusal_page(snapshot: Snapshot, source: str, cut: Cut, *, is_open: bool | None, within: AgencyTree) -> Page:
    """Return one page of what a source sent and could not be used, latest first; only the open or only the mended if asked."""
    query = select(*columns(refusals, "id", "field", "reason", "code", "source_id", "refused_at", "mended_at")).where(
        refusals.c.province_code == snapshot.province,
        refusals.c.source == source,
        of_dossier(snapshot.province, refusals.c.code, within),
    )
    if is_open is not None:
        query = query.where(refusals.c.mended_at.is_(None) if is_open else refusals.c.mended_at.is_not(None))
    return await page(snapshot.connection, query, LATEST_FIRST, cut)


async def unknown_sources(connection: AsyncConnection, province: str, wanted: Collection[str]) -> list[str]:
    """Return those of these names that were never configured; sources have no agency, everyone may know them."""
    query = select(sources.c.name).where(sources.c.province_code == province, one_of(sources.c.name, wanted))
    return sorted(set(wanted) - set((await connection.execute(query)).scalars()))


def _sources(snapshot: Snapshot, within: AgencyTree) -> Select[Any]:
    """A source with what is counted of it and its last poll of dossiers or petitions."""
    province = snapshot.province
    refused = _count(refusals, province).where(refusals.c.mended_at.is_(None), of_dossier(province, refusals.c.code, within))
    skewed = _count(records, province).where(records.c.skewed, of_dossier(province, records.c.code, within))
    stored = _count(records, province).where(of_dossier(province, records.c.code, within))
    latest = (
        select(func.to_jsonb(literal_column("poll_runs"), type_=Json(dict[str, Any])).label("run"))
        .where(
            poll_runs.c.province_code == province,
            poll_runs.c.source == sources.c.name,
            poll_runs.c.kind.in_(["dossiers", "petitions", "evaluation"]),
        )
        .order_by(poll_runs.c.started_at.desc(), poll_runs.c.id.desc())
        .limit(1)
    )
    return select(
        sources,
        (sources.c.records if within.is_whole else stored.scalar_subquery()).label("stored"),
        refused.scalar_subquery().label("refused"),
        skewed.scalar_subquery().label("skewed"),
        latest.scalar_subquery().label("last_run"),
    ).where(sources.c.province_code == province)


def _count(table: Any, province: str) -> Select[Any]:
    return select(func.count()).select_from(table).where(table.c.province_code == province, table.c.source == sources.c.name)
