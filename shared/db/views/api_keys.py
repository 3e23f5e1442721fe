"""Keys to the API, as they are looked up and listed; and what somebody bound to an agency may see."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import agencies, api_keys
from shared.db.views.rows import Row, all_rows, columns
from shared.domain.access import Key
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree

_FACTS = columns(api_keys, *Key.__struct_fields__)


async def find_key(connection: AsyncConnection, province: str, prefix: str) -> tuple[Key | None, datetime]:
    """Return the key with a prefix, None where there is none, and the database's clock. Both cost the same."""
    one = select(literal(1).label("one")).subquery()
    this = (api_keys.c.province_code == province) & (api_keys.c.prefix == prefix)
    query = select(func.clock_timestamp().label("now"), *_FACTS).select_from(one.outerjoin(api_keys, this))
    row = (await connection.execute(query)).mappings().one()
    if row["prefix"] is None:
        return None, row["now"]
    facts = {name: row[name] for name in Key.__struct_fields__}
    return Key(**{**facts, "scopes": tuple(row["scopes"])}), row["now"]


async def reach(connection: AsyncConnection, province: str, agency: str | None) -> AgencyTree:
    """Return what somebody bound to an agency may see: it and those below it; None and the province itself: everything.

    Nothing for an agency nobody has named yet.
    """
    if agency is None or agency == province:
        return WHOLE_PROVINCE
    query = select(agencies.c.code, agencies.c.parent).where(agencies.c.province_code == province)
    return AgencyTree({row.code: row.parent for row in await connection.execute(query)}).below(agency)


async def all_keys(connection: AsyncConnection, province: str) -> Sequence[Row]:
    """Return every key without its digest, the latest first."""
    facts = columns(api_keys, "prefix", "name", "scopes", "agency", "created_at", "expires_at", "revoked_at", "last_used_at")
    query = select(*facts).where(api_keys.c.province_code == province).order_by(api_keys.c.created_at.desc(), api_keys.c.prefix)
    return await all_rows(connection, query)
