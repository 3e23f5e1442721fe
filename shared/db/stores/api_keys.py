"""Keys to the API: made, revoked, and when each was last used."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores import audit_log
from shared.db.tables import api_keys
from shared.domain.access import Actor, NewKey, Scope

USE_TOLD_EVERY = timedelta(minutes=1)


async def create(
    connection: AsyncConnection,
    province: str,
    key: NewKey,
    *,
    name: str,
    scopes: Collection[Scope],
    agency: str | None,
    expires_at: datetime | None,
    by: Actor,
    now: datetime,
) -> None:
    """Keep a new key's digest, and who made it."""
    facts = {"name": name, "scopes": sorted(scopes), "agency": agency, "expires_at": expires_at}
    row = {"prefix": key.prefix, "digest": key.digest, "created_at": now, **facts}
    await connection.execute(insert(api_keys).values(province_code=province, **row))
    await audit_log.record(connection, province, by, "key.created", f"key:{key.prefix}", facts, agency=agency, now=now)


async def revoke(connection: AsyncConnection, province: str, prefix: str, *, by: Actor, now: datetime) -> bool:
    """Let a key be good no longer, and tell who did it; one that was revoked before stays as it is.

    Returns whether there is such a key.
    """
    this = (api_keys.c.province_code == province, api_keys.c.prefix == prefix)
    found = (await connection.execute(select(api_keys.c.agency, api_keys.c.revoked_at).where(*this).with_for_update())).first()
    if found and found.revoked_at is None:
        await connection.execute(update(api_keys).where(*this).values(revoked_at=now))
        await audit_log.record(connection, province, by, "key.revoked", f"key:{prefix}", {}, agency=found.agency, now=now)
    return found is not None


async def used(connection: AsyncConnection, province: str, prefix: str, *, now: datetime) -> None:
    """Note that a key was used, unless that was noted less than a minute ago."""
    before = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at <= now - USE_TOLD_EVERY)
    this = update(api_keys).where(api_keys.c.province_code == province, api_keys.c.prefix == prefix, before)
    await connection.execute(this.values(last_used_at=now))
