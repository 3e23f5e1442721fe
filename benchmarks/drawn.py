"""Provinces as large as wanted: some thousand dossiers read and judged by the monitor, all others copied by PostgreSQL.

The real ones are late, so that each has an open alert. Their copies ended in time, one of twenty apart, which goes on and is due
in a month or later. Of every alert there are ten resolved copies, of one dossier in a hundred the records of both sides too; what
counts for scores is the real dossiers' times as many, spread over twelve times as many procedures at each agency.
"""

from collections.abc import Mapping

from sqlalchemy import text

from benchmarks import items
from benchmarks.multiply import copy, tidy_up, times_as_many
from benchmarks.province import PROVINCE, watched_province
from shared.db import tables
from shared.db.engine import Database
from shared.db.stores import open_tally

REAL = 10_000
_RESOLVED, _RECORDS, _PROCEDURES = 10, 100, 12
_COMMUNE = 3
_COPY = "code || '-' || copy"

_DOSSIERS = {
    "code": _COPY,
    "next_review_at": "NULL",
    "ended_at": "CASE WHEN copy % 20 > 0 THEN submitted_at + interval '1 day' END",
    "due_at": "due_at + CASE WHEN copy % 20 > 0 THEN -copy ELSE copy + 30 * 24 END * interval '1 hour'",
    "submitted_at": "submitted_at - copy * interval '1 hour'",
    "open_on_portal": "copy % 20 = 0",
    "late_from": "NULL",
    "portal_overdue_at": "NULL",
}
_ALERTS = {
    "id": "id + copy * 10000000",
    "dossier_code": f"dossier_{_COPY}",
    "subject": "subject || '-' || copy",
    "state": "'resolved'",
    "resolved_at": "opened_at + interval '1 hour'",
}
_RECORD = {"source_id": "source_id || '-' || copy", "code": _COPY}


async def draw(database: Database, dossiers: int, shares: Mapping[str, float] | None = None) -> int:
    """Fill an empty database with so many dossiers; returns how many alerts are open.

    `shares`: how much of them each province has; None: there is one.
    """
    shares = shares or {PROVINCE: 1.0}
    each = {province: round(share * min(REAL, dossiers)) for province, share in shares.items()}
    for province, count in each.items():
        await _watch(database, province, count)
    real = sum(each.values())
    times = dossiers // real - 1
    await copy(database, tables.dossiers, _DOSSIERS, times)
    await copy(database, tables.alerts, _ALERTS, min(_RESOLVED, times), "state = 'open' AND dossier_code IS NOT NULL")
    await copy(database, tables.records, _RECORD, times // _RECORDS)
    await copy(database, tables.procedure_tally, {"procedure": "procedure || '-' || copy"}, _PROCEDURES - 1)
    async with database.begin() as connection:
        for statement in (
            f"UPDATE agencies SET in_catalogue = true, level = {_COMMUNE} WHERE code <> province_code",
            times_as_many(tables.agency_tally, times + 1),
            times_as_many(tables.procedure_tally, (times + 1) // _PROCEDURES + 1),
        ):
            await connection.execute(text(statement))
        for province in each:
            await open_tally.count_anew(connection, province)
        found = await connection.scalar(text("SELECT count(*) FROM alerts WHERE state = 'open' AND dossier_code IS NOT NULL"))
    if not found or found < real:
        raise AssertionError(f"{found} alerts are open instead of {real}")
    await tidy_up(database)
    return int(found)


async def _watch(database: Database, code: str, count: int) -> None:
    """Let the monitor of a province find so many late dossiers."""
    async with watched_province(database, code) as province:
        province.fill(range(count), due=items.LATE)
        await province.load()
        await province.monitor.settle()
