"""Who did what, written in the transaction of the change itself: neither is there without the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import audit_log
from shared.domain.access import Actor


async def record(
    connection: AsyncConnection,
    province: str,
    actor: Actor,
    action: str,
    subject: str,
    details: Mapping[str, Any],
    *,
    agency: str | None = None,
    now: datetime,
) -> None:
    """Append one line: who did what (`webhook.created`) to what (`webhook:12`).

    `details` is what changed, never a secret; `agency` whose the subject is, None: the whole province's. A caller bound to
    an agency reads only the lines of the agencies he may see.
    """
    row = {"at": now, "actor": actor.name, "action": action, "subject": subject, "agency": agency}
    told = {"request_id": actor.request_id, "details": dict(details)}
    await connection.execute(insert(audit_log).values(province_code=province, **row, **told))


async def latest(connection: AsyncConnection, province: str, subject: str) -> dict[str, Any] | None:
    """Return the details of the last line about a subject, None where there is none."""
    query = select(audit_log.c.details).where(audit_log.c.province_code == province, audit_log.c.subject == subject)
    found: dict[str, Any] | None = await connection.scalar(query.order_by(audit_log.c.id.desc()).limit(1))
    return found
