"""A PostgreSQL that a test looks into from outside, and stops."""

from pathlib import Path

import psutil
from sqlalchemy import text

from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine


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
