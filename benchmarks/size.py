"""What a dossier takes on the disk: read from both sides, judged, counted, one of twenty late and told.

The whole database is measured before and after, indexes and histories included, once PostgreSQL has tidied up after itself.
"""

from sqlalchemy import text

from benchmarks import items
from benchmarks.figures import Figure, Settings
from benchmarks.province import watched_province
from benchmarks.temporary import Server
from shared.db.engine import Database

_DOSSIERS = 20_000
_LATE = 20


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure the database empty and full."""
    dossiers = min(_DOSSIERS, settings.dossiers)
    async with server.database() as database:
        empty = await _bytes(database)
        async with watched_province(database) as province:
            for number in range(dossiers):
                late = items.LATE if number % _LATE == 0 else None
                province.change(number, due=late, finished=number % 4 == 1)
            await province.load()
            await province.monitor.settle()
        taken = await _bytes(database) - empty
    return [
        Figure(
            benchmark="size", what=f"a dossier, of {dossiers:,}", value=taken / dossiers / 1024, unit="KiB", small_is_good=True
        )
    ]


async def _bytes(database: Database) -> int:
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM FULL"))
        return int(await outside.scalar(text("SELECT pg_database_size(current_database())")) or 0)
