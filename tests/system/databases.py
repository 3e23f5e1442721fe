"""A PostgreSQL that a test looks into from outside, and stops."""

import asyncio
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy import text

from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine
from tests.system.running import until
from tests.system.small_disk import SmallDisk

LOST = {
    "an alert is doubled": (
        "SELECT subject FROM alerts WHERE state <> 'resolved' GROUP BY province_code, family, subject HAVING count(*) > 1"
    ),
    "what was told of an alert is not told once each time it changed": (
        "SELECT a.id FROM alerts a WHERE a.sequence <> (SELECT count(*) FROM outbox o WHERE o.alert_id = a.id)"
        " OR a.sequence <> (SELECT count(DISTINCT o.sequence) FROM outbox o WHERE o.alert_id = a.id)"
    ),
    "records are counted wrongly": (
        "SELECT s.name FROM sources s WHERE s.role IN ('portal', 'home')"
        " AND s.records <> (SELECT count(*) FROM records r WHERE r.source = s.name)"
    ),
}
"""What no row may be found for: an alert lost or doubled, of which something else was told, or a record counted wrongly."""

_NEXT_SEGMENT = "SELECT pg_switch_wal() FROM pg_logical_emit_message(false, 'tests', '')"
_SEGMENTS = 100
"""More than a server keeps ready."""


async def rows(server: EmbeddedServer, query: str) -> list[tuple[object, ...]]:
    """Return what a query finds, over a connection of its own."""
    database = Database(create_engine(server.url, application="tests"))
    try:
        async with database.begin() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]
    finally:
        await database.aclose()


async def fill(server: EmbeddedServer, disk: SmallDisk, *, for_the_log: bool) -> None:
    """Fill a server's disk, when its tables grow next or when its write-ahead log does: the latter stops the server."""
    await until(lambda: is_started(server))
    connection = await asyncpg.connect(server.url)  # which a server whose disk is full may refuse
    try:
        await asyncio.to_thread(disk.fill)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            for _ in range(_SEGMENTS if for_the_log else 0):
                await connection.execute(_NEXT_SEGMENT, timeout=5)
    finally:
        connection.terminate()


async def is_started(server: EmbeddedServer) -> bool:
    """Start the server; one that was still stopping is joined by that and has to be started again."""
    await asyncio.to_thread(server.start)
    return not await is_down(server)


async def is_down(server: EmbeddedServer) -> bool:
    try:
        await rows(server, "SELECT 1")
    except Exception:  # noqa: BLE001 - whatever it says, it does not answer
        return True
    return False


def postmaster(server: EmbeddedServer) -> psutil.Process:
    return psutil.Process(int((Path(server.data_dir) / "postmaster.pid").read_text().split()[0]))
