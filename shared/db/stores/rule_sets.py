"""Which rules the province is judged by: the latest row. A monitor with other rules than the latest does not review."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import fence
from shared.db.tables import rule_sets


async def register(connection: AsyncConnection, province: str, fingerprint: str, version: int, *, now: datetime) -> int | None:
    """Make these rules the latest and return their id; None when a newer version of the review is at work already.

    Whoever starts at the same moment waits, and finds the same rules there.
    """
    await fence(connection, province, alone=True)
    latest = await _latest(connection, province)
    if latest and latest.review_version > version:
        return None
    if latest and latest.fingerprint == fingerprint:
        return int(latest.id)
    row = {"province_code": province, "fingerprint": fingerprint, "review_version": version, "since": now}
    return int(await connection.scalar(insert(rule_sets).values(row).returning(rule_sets.c.id)) or 0)


async def is_latest(connection: AsyncConnection, province: str, rule_set: int) -> bool:
    """Return whether nobody registered other rules since."""
    latest = await _latest(connection, province)
    return latest is not None and latest.id == rule_set


async def fingerprint(connection: AsyncConnection, province: str) -> str | None:
    """Return the fingerprint of the rules at work, None before there are any."""
    latest = await _latest(connection, province)
    return None if latest is None else str(latest.fingerprint)


async def since(connection: AsyncConnection, province: str) -> datetime | None:
    """Return since when the rules at work are at work, None before there are any."""
    latest = await _latest(connection, province)
    return None if latest is None else latest.since


async def _latest(connection: AsyncConnection, province: str):  # type: ignore[no-untyped-def]  # a row
    query = select(rule_sets).where(rule_sets.c.province_code == province).order_by(rule_sets.c.id.desc()).limit(1)
    return (await connection.execute(query)).one_or_none()
