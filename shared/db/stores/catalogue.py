"""Agencies and procedures: from the portal's lists, and those that only a record names."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import and_, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import agencies, catalogue_counts, procedures
from shared.domain.catalogue import Agency, Procedure
from shared.domain.offers import Catalogue

T = TypeVar("T", Agency, Procedure)

_UNTOLD = (procedures.c.in_catalogue.is_(False), procedures.c.sector.is_(None))


class Listed(msgspec.Struct, frozen=True):
    """A procedure of the portal's list, and when its facts last changed."""

    procedure: Procedure
    changed_at: datetime


async def store_agencies(connection: AsyncConnection, province: str, listed: Sequence[Agency]) -> None:
    """Write the portal's agencies over what is known of them."""
    for some in _in_parts(sorted(listed, key=lambda agency: agency.code)):
        statement = upsert(agencies).values([_agency(province, agency, in_catalogue=True) for agency in some])
        new = statement.excluded
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["province_code", "code"],
                set_={"name": new.name, "parent": new.parent, "level": new.level, "in_catalogue": True},
                where=or_(
                    agencies.c.name != new.name,
                    agencies.c.parent.is_distinct_from(new.parent),
                    agencies.c.level.is_distinct_from(new.level),
                    agencies.c.in_catalogue.is_(False),
                ),
            )
        )


async def store_procedures(connection: AsyncConnection, province: str, listed: Sequence[Procedure], *, now: datetime) -> int:
    """Write the portal's procedures, those whose facts are news with their moment; returns how many those are."""
    changed = 0
    for some in _in_parts(sorted(listed, key=lambda procedure: procedure.code)):
        rows = [{**_procedure(province, procedure, in_catalogue=True), "changed_at": now} for procedure in some]
        statement = upsert(procedures).values(rows)
        new = statement.excluded
        news = statement.on_conflict_do_update(
            index_elements=["province_code", "code"],
            set_={"name": new.name, "sector": new.sector, "facts": new.facts, "in_catalogue": True, "changed_at": new.changed_at},
            where=or_(procedures.c.facts != new.facts, procedures.c.in_catalogue.is_(False)),
        ).returning(procedures.c.code)
        changed += len((await connection.execute(news)).all())
    return changed


async def listed(connection: AsyncConnection, province: str) -> list[Listed]:
    """Return every procedure the portal lists, in the order of their codes."""
    query = (
        select(procedures.c.facts, procedures.c.changed_at)
        .where(procedures.c.province_code == province, procedures.c.in_catalogue, procedures.c.changed_at.is_not(None))
        .order_by(procedures.c.code)
    )
    return [Listed(*row) for row in await connection.execute(query)]


async def store_counts(connection: AsyncConnection, province: str, counts: Catalogue, *, now: datetime) -> None:
    """Write what was counted of the portal's procedures."""
    row = {"counted_at": now, "counts": counts}
    await connection.execute(
        upsert(catalogue_counts)
        .values(province_code=province, **row)
        .on_conflict_do_update(index_elements=["province_code"], set_=row)
    )


async def mention(
    connection: AsyncConnection, province: str, named_agencies: Collection[Agency], named_procedures: Collection[Procedure]
) -> None:
    """Keep the names of agencies and procedures that a record mentions and nobody listed yet; sectors are told apart from it."""
    if named_agencies:
        by_code = {agency.code: agency for agency in named_agencies}
        rows = [_agency(province, agency, in_catalogue=False) for _, agency in sorted(by_code.items())]
        await connection.execute(upsert(agencies).values(rows).on_conflict_do_nothing())
    if named_procedures:
        named = {procedure.code: procedure for procedure in named_procedures}
        rows = [_procedure(province, _without_sector(named[code]), in_catalogue=False) for code in sorted(named)]
        await connection.execute(upsert(procedures).values(rows).on_conflict_do_nothing())


async def lack_sector(connection: AsyncConnection, province: str, codes: Collection[str]) -> bool:
    """Return whether one of these procedures is not kept yet, or only named by records and without its sector."""
    if not codes:
        return False
    kept = select(func.count()).where(procedures.c.province_code == province, procedures.c.code.in_(codes), not_(and_(*_UNTOLD)))
    return bool(await connection.scalar(kept) != len(set(codes)))


async def tell_sectors(connection: AsyncConnection, province: str, named: Sequence[Procedure], *, now: datetime) -> list[str]:
    """Write the sector of procedures that only records name and none had named with it; returns the codes of those."""
    told = []
    for code, procedure in sorted({procedure.code: procedure for procedure in named}.items()):
        row = {"name": procedure.name, "sector": procedure.sector, "facts": procedure, "changed_at": now}
        statement = update(procedures).where(procedures.c.province_code == province, procedures.c.code == code, *_UNTOLD)
        told += (await connection.execute(statement.values(row).returning(procedures.c.code))).scalars()
    return told


def _without_sector(procedure: Procedure) -> Procedure:
    return msgspec.structs.replace(procedure, sector=None, sector_name=None)


def _in_parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    """A statement takes no more than 32,767 parameters; of a code that is listed twice the last counts."""
    distinct = list({item.code: item for item in listed}.values())
    for start in range(0, len(distinct), 1000):
        yield distinct[start : start + 1000]


def _agency(province: str, agency: Agency, *, in_catalogue: bool) -> dict[str, object]:
    return {
        "province_code": province,
        "code": agency.code,
        "name": agency.name,
        "parent": agency.parent,
        "level": agency.level,
        "in_catalogue": in_catalogue,
    }


def _procedure(province: str, procedure: Procedure, *, in_catalogue: bool) -> dict[str, object]:
    return {
        "province_code": province,
        "code": procedure.code,
        "name": procedure.name,
        "sector": procedure.sector,
        "facts": procedure,
        "in_catalogue": in_catalogue,
    }
