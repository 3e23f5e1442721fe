"""Up to where every alert is settled."""

from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import sources

_OWED = text(
    "SELECT (SELECT min(next_review_at) FROM dossiers WHERE province_code = :province) <= :now"
    " OR (SELECT min(rule_set) FROM dossiers WHERE province_code = :province AND rule_set > 0)"
    " < (SELECT max(id) FROM rule_sets WHERE province_code = :province)"
    " OR EXISTS (SELECT FROM look_ups JOIN sources ON sources.province_code = look_ups.province_code"
    " AND sources.name = look_ups.source AND sources.active"
    " WHERE look_ups.province_code = :province AND wanted_at <= :now)"
)
"""The least of a column is the first entry of its index; whether any row is below a bound may be asked of every row in turn."""

_HELD = text(
    "SELECT DISTINCT unnest(held) FROM dossiers"
    " WHERE province_code = :province AND held <> '{}' AND held && CAST(:sources AS text[])"
)


async def is_owed(connection: AsyncConnection, province: str, *, now: datetime) -> bool:
    """Return whether a review or look-up due by `now` is still to be done."""
    return bool(await connection.scalar(_OWED, {"province": province, "now": now}))


async def settle(connection: AsyncConnection, province: str, read_to: dict[str, datetime], *, now: datetime) -> bool:
    """Note that every alert is settled up to `read_to`, unless a review or look-up due by `now` is still to be done.

    A source of which some news could not be judged yet, because another side was last read before it, stays where it was.
    """
    if await is_owed(connection, province, now=now):
        return False
    held = set((await connection.execute(_HELD, {"province": province, "sources": sorted(read_to)})).scalars())
    for source, moment in sorted(item for item in read_to.items() if item[0] not in held):
        await connection.execute(
            update(sources)
            .where(sources.c.province_code == province, sources.c.name == source)
            .where(sources.c.settled_to.is_(None) | (sources.c.settled_to < moment))
            .values(settled_to=moment)
        )
    return True
