"""The agencies of the province."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from sqlalchemy import or_, select

from shared.db.tables import agencies
from shared.db.views.folding import holds
from shared.db.views.paging import Cut, Order, Page, Word, page
from shared.db.views.rows import Row, columns, one_row
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Agency
from shared.domain.units import Offices, Unit, units_of

BY_CODE = Order((agencies.c.code,), tuple[Word])

_COLUMNS = columns(agencies, "code", "name", "parent", "level", "in_catalogue")


async def agency_tree(snapshot: Snapshot, *, within: AgencyTree) -> AgencyTree:
    """Return the agencies that may be seen, as a tree; the whole province stays whole."""
    query = select(*columns(agencies, "code", "parent")).where(
        agencies.c.province_code == snapshot.province, at_agency(agencies.c.code, within)
    )
    rows = await snapshot.connection.execute(query)
    return AgencyTree({row.code: row.parent for row in rows}, is_whole=within.is_whole)


async def units(snapshot: Snapshot, offices: Offices, *, within: AgencyTree) -> dict[str, Unit]:
    """Return the agencies that may be seen as units, by code and in that order, also those only a record names."""
    query = select(*columns(agencies, "code", "name", "parent", "level")).where(
        agencies.c.province_code == snapshot.province, at_agency(agencies.c.code, within)
    )
    rows = await snapshot.connection.execute(query.order_by(agencies.c.code))
    return dict(_units(tuple(Agency(code=row.code, name=row.name, parent=row.parent, level=row.level) for row in rows), offices))


@lru_cache(maxsize=16)
def _units(found: tuple[Agency, ...], offices: Offices) -> Mapping[str, Unit]:
    """Agencies are asked for with every card and hardly ever change: which are below which is found once."""
    return units_of(found, offices)


async def scored_units(snapshot: Snapshot, offices: Offices, *, within: AgencyTree) -> list[Unit]:
    """Return the units whose scores are kept and watched: the province, and every agency listed with a level."""
    found = await units(snapshot, offices, within=within)
    return [unit for unit in found.values() if unit.is_listed or unit.code == snapshot.province]


async def agency_page(snapshot: Snapshot, q: str | None, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the agencies, by code; `q` is searched in code and name."""
    query = select(*_COLUMNS).where(agencies.c.province_code == snapshot.province, at_agency(agencies.c.code, within))
    if q:
        query = query.where(or_(holds(agencies.c.code, q), holds(agencies.c.name, q)))
    return await page(snapshot.connection, query, BY_CODE, cut)


async def find_agency(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Row | None:
    """Return one agency, None for one that nobody named or that may not be seen."""
    query = select(*_COLUMNS).where(
        agencies.c.province_code == snapshot.province, agencies.c.code == code, at_agency(agencies.c.code, within)
    )
    return await one_row(snapshot.connection, query)


async def agency_names(snapshot: Snapshot, codes: Collection[str], *, within: AgencyTree) -> Mapping[str, str]:
    """Return the names of these agencies, of those that may be seen."""
    query = select(agencies.c.code, agencies.c.name).where(
        agencies.c.province_code == snapshot.province, one_of(agencies.c.code, codes), at_agency(agencies.c.code, within)
    )
    return {row.code: row.name for row in await snapshot.connection.execute(query)}
