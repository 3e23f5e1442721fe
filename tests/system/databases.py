"""A PostgreSQL that a test looks into from outside, and stops."""

from pathlib import Path

import psutil
from sqlalchemy import text

from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine

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


async def rows(server: EmbeddedServer, query: str) -> list[tuple[object, ...]]:
    """Return what a query finds, over a connection of its own."""
    database = Database(create_engine(server.url, application="tests"))
    try:
        async with database.begin() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]
    finally:
        await database.aclose()


async def is_down(server: EmbeddedServer) -> bool:
    try:
        await rows(server, "SELECT 1")
    except Exception:  # noqa: BLE001 - whatever it says, it does not answer
        return True
    return False


def postmaster(server: EmbeddedServer) -> psutil.Process:
    return psutil.Process(int((Path(server.data_dir) / "postmaster.pid").read_text().split()[0]))
