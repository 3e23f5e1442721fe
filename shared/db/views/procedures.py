"""The procedures of the province, from the portal's list and from records."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, cast, exists, func, literal, or_, select, true

from shared.db.tables import dossiers, procedures
from shared.db.views.folding import holds
from shared.db.views.paging import Cut, Order, Page, Word, page
from shared.db.views.rows import columns
from shared.db.views.scope import one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

BY_CODE = Order((procedures.c.code,), tuple[Word])


class ProcedureFilters(msgspec.Struct, frozen=True, kw_only=True):
    """`q` is searched in code and name; several sectors mean any of them."""

    q: str | None = None
    sectors: tuple[str, ...] = ()


async def procedure_page(snapshot: Snapshot, filters: ProcedureFilters, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the procedures that agencies handle, by code."""
    query = select(*columns(procedures, "code", "name", "sector", "in_catalogue", "facts"))
    query = query.where(procedures.c.province_code == snapshot.province, handled(snapshot.province, within))
    if filters.sectors:
        query = query.where(one_of(procedures.c.sector, filters.sectors))
    if filters.q:
        query = query.where(or_(holds(procedures.c.code, filters.q), holds(procedures.c.name, filters.q)))
    return await page(snapshot.connection, query, BY_CODE, cut)


async def unknown_procedures(snapshot: Snapshot, wanted: Collection[str], *, within: AgencyTree) -> list[str]:
    """Return those of these codes that neither a list nor a dossier names."""
    listed = select(procedures.c.code).where(
        procedures.c.province_code == snapshot.province, one_of(procedures.c.code, wanted), handled(snapshot.province, within)
    )
    named = set((await snapshot.connection.execute(listed)).scalars())
    if missing := set(wanted) - named:
        named |= set((await snapshot.connection.execute(_of_dossiers(snapshot.province, missing, within))).scalars())
    return sorted(set(wanted) - named)


async def procedure_names(snapshot: Snapshot, codes: Collection[str], *, within: AgencyTree) -> Mapping[str, str]:
    """Return the names of these procedures, of those that agencies handle."""
    query = select(procedures.c.code, procedures.c.name).where(
        procedures.c.province_code == snapshot.province, one_of(procedures.c.code, codes), handled(snapshot.province, within)
    )
    return {row.code: row.name for row in await snapshot.connection.execute(query)}


async def sector_names(snapshot: Snapshot, sectors: Collection[str], *, within: AgencyTree) -> Mapping[str, str]:
    """Return the names of these sectors, as the procedures that agencies handle give them."""
    name = procedures.c.facts.op("->>", return_type=Text())(literal("sector_name", Text))
    query = (
        select(procedures.c.sector, func.max(name))
        .where(procedures.c.province_code == snapshot.province, one_of(procedures.c.sector, sectors), name.is_not(None))
        .where(handled(snapshot.province, within))
        .group_by(procedures.c.sector)
    )
    return {sector: found for sector, found in await snapshot.connection.execute(query)}  # noqa: C416


def handled(province: str, within: AgencyTree) -> ColumnElement[bool]:
    """Return whether one of the agencies handles a procedure: as its list says, and where it says nothing, by its dossiers."""
    if within.is_whole:
        return true()
    stated = procedures.c.facts.op("->")(literal("agencies", Text))
    by_dossier = exists().where(
        dossiers.c.province_code == province,
        dossiers.c.procedure == procedures.c.code,
        one_of(dossiers.c.agency, within.codes),
    )
    says_nothing = func.coalesce(func.jsonb_array_length(stated), 0) == 0
    return or_(stated.bool_op("?|")(_texts(within.codes)), and_(says_nothing, by_dossier))


def _of_dossiers(province: str, wanted: Collection[str], within: AgencyTree) -> Select[Any]:
    """One probe of the index for each code."""
    codes = func.unnest(_texts(wanted)).column_valued("wanted")
    used = exists().where(dossiers.c.province_code == province, dossiers.c.procedure == codes)
    return select(codes).where(used if within.is_whole else used.where(one_of(dossiers.c.agency, within.codes)))


def _texts(values: Collection[str]) -> ColumnElement[Any]:
    return cast(literal(sorted(values), ARRAY(Text)), ARRAY(Text))
