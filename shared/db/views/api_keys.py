"""Keys to the API, as they are looked up and listed; and what somebody bound to an agency may see."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import ask
from shared.db.tables import agencies, api_keys
from shared.db.views.rows import Row, all_rows, columns
from shared.db.views.seen import STATE, Seen
from shared.domain.access import Key
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree

_FIND = (
    f"SELECT clock_timestamp() AS now, {STATE} AS state, {', '.join(f'found.{name}' for name in Key.__struct_fields__)}"  # noqa: S608 - our own names
    " FROM (SELECT 1) AS one LEFT JOIN api_keys AS found ON found.province_code = $1 AND found.prefix = $2"
)
"""Written once: every request asks it, and to put it together each time costs more than the question."""


async def find_key(connection: AsyncConnection, province: str, prefix: str) -> tuple[Key | None, Seen]:
    """Return the key with a prefix, None where there is none, and what was seen: its clock and state. Both cost the same."""
    (found,) = await ask(connection, _FIND, province, prefix)
    seen = Seen(found["now"], found["state"])
    if found["prefix"] is None:
        return None, seen
    facts = {name: found[name] for name in Key.__struct_fields__}
    return Key(**{**facts, "scopes": tuple(found["scopes"])}), seen


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
