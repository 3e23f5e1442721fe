"""What is let go when it has been kept long enough: whole months of history, and finished rows in small batches."""

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.schema import HISTORIES

BATCH = 5_000
"""Rows a transaction removes at most: nobody waits long for its locks."""

_PARTITIONS = text(
    "SELECT parent.relname, part.relname FROM pg_inherits"
    " JOIN pg_class AS part ON part.oid = inhrelid JOIN pg_class AS parent ON parent.oid = inhparent"
    " WHERE parent.relname = ANY(:histories) ORDER BY part.relname"
)
_READ = (
    "NOT EXISTS (SELECT 1 FROM outbox_readers AS reader WHERE reader.province_code = outbox.province_code"
    " AND (outbox.xid, outbox.id) > (reader.xid, reader.id))"
    " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.province_code = outbox.province_code"
    " AND deliveries.outbox_id = outbox.id AND deliveries.state = 'waiting')"
)


def _delete(table: str, finished: str, and_: str = "true") -> str:
    old = f"province_code = :province AND {finished} < :before AND {and_}"
    return f"DELETE FROM {table} WHERE province_code = :province AND id IN (SELECT id FROM {table} WHERE {old} ORDER BY id LIMIT :most)"  # noqa: S608, E501 - names of ours


_STATEMENTS = {
    "alerts": text(_delete("alerts", "resolved_at", "state = 'resolved'")),
    "outbox": text(_delete("outbox", "at", _READ)),
    "deliveries": text(
        f"WITH gone AS ({_delete('deliveries', 'finished_at')} RETURNING id),"  # noqa: S608 - likewise
        " tried AS (DELETE FROM delivery_attempts WHERE province_code = :province AND delivery_id IN (SELECT id FROM gone))"
        " SELECT id FROM gone"
    ),
    "poll_runs": text(_delete("poll_runs", "finished_at")),
    "refusals": text(_delete("refusals", "mended_at")),
}
FINISHED = tuple(_STATEMENTS)
"""Tables whose finished rows can be let go: resolved alerts, events every reader has passed and nobody waits for, deliveries that
ended with their attempts, polls that ended, refusals that were mended.
"""


async def drop_months(connection: AsyncConnection, before: date) -> list[str]:
    """Drop the partitions of the histories whose months end on or before a day (UTC); returns their names."""
    found = (await connection.execute(_PARTITIONS, {"histories": list(HISTORIES)})).all()
    old = [part for history, part in found if _ends_on(part.removeprefix(f"{history}_p")) <= before]
    for name in old:
        await connection.execute(text(f'DROP TABLE "{name}"'))
    return old


async def let_go(connection: AsyncConnection, province: str, table: str, *, before: datetime) -> int:
    """Remove at most `BATCH` rows of a table of `FINISHED` that ended before a moment, the oldest first; returns how many."""
    result = await connection.execute(_STATEMENTS[table], {"province": province, "before": before, "most": BATCH})
    return len(result.all()) if result.returns_rows else result.rowcount


def _ends_on(month: str) -> date:
    """Return the first day after a month written as `202611`."""
    year, number = int(month[:4]), int(month[4:])
    return date(year + number // 12, number % 12 + 1, 1)
