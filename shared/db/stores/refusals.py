"""Items that could not be used: which field and why, never the value."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import ask
from shared.db.stores.sources import Lease
from shared.db.tables import refusals
from shared.db.views.scope import one_of

_MEND = text(
    "UPDATE refusals SET mended_at = :now WHERE province_code = :province AND source = :source AND mended_at IS NULL"
    " AND (code = ANY(CAST(:codes AS text[])) OR source_id = ANY(CAST(:ids AS text[]))) RETURNING code"
)
"""With arrays, not a parameter for each key: it is asked with every page, and a list of parameters is written anew each time."""


_MOMENT = "SELECT clock_timestamp(), EXISTS (SELECT FROM refusals WHERE province_code = $1 AND source = $2 AND mended_at IS NULL)"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is the dossier code in normal form where one could be read."""

    item_hash: bytes
    field: str
    reason: str
    code: str | None = None
    source_id: str | None = None


async def moment(connection: AsyncConnection, lease: Lease) -> tuple[datetime, bool]:
    """Return the database's clock, and whether items of the source are refused and not mended: nearly always there are none."""
    now, has_refusals = (await ask(connection, _MOMENT, lease.province, lease.source))[0]
    return now, has_refusals


async def refuse(connection: AsyncConnection, lease: Lease, refused: Sequence[Refusal], *, now: datetime) -> list[Refusal]:
    """Write refusals; returns those that are news: an item refused before and not mended since is written once."""
    if not refused:
        return []
    by_hash = {refusal.item_hash: refusal for refusal in refused}
    rows = [
        {"province_code": lease.province, "source": lease.source, "refused_at": now, **msgspec.structs.asdict(refusal)}
        for _, refusal in sorted(by_hash.items())
    ]
    statement = upsert(refusals).values(rows)
    again = statement.on_conflict_do_update(
        index_elements=["province_code", "source", "item_hash"],
        set_={"refused_at": now, "mended_at": None, "field": statement.excluded.field, "reason": statement.excluded.reason},
        where=refusals.c.mended_at.is_not(None),
    ).returning(refusals.c.item_hash)
    return [by_hash[item_hash] for item_hash in (await connection.execute(again)).scalars()]


async def mend(
    connection: AsyncConnection, lease: Lease, codes: Collection[str], source_ids: Collection[str], *, now: datetime
) -> list[str]:
    """Close the refusals of items that can be read now; returns the dossier codes that were unreadable."""
    mended = await connection.execute(
        _MEND,
        {"province": lease.province, "source": lease.source, "codes": list(codes), "ids": list(source_ids), "now": now},
    )
    return [code for code in mended.scalars() if code is not None]


async def unreadable(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[tuple[str, str], datetime]:
    """Return when the sides of these dossiers that cannot be read now were refused, by (code, source)."""
    query = select(refusals.c.code, refusals.c.source, refusals.c.refused_at).where(
        refusals.c.province_code == province, one_of(refusals.c.code, codes), refusals.c.mended_at.is_(None)
    )
    return {(row.code, row.source): row.refused_at for row in await connection.execute(query)}
