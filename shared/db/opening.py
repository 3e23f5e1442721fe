"""Which database a process uses: the server it was told, else the embedded one of its data directory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.config import Settings
from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine


@asynccontextmanager
async def open_database(settings: Settings, application: str, *, pool_size: int = 5) -> AsyncIterator[Database]:
    """Open the database for the length of the block; the embedded server stops with the last process that uses it."""
    embedded = None if settings.database_url else EmbeddedServer(settings.data_dir)
    url = embedded.url if embedded else settings.database_url.get_secret_value() if settings.database_url else ""
    try:
        engine = create_engine(url, application=application, pool_size=pool_size)
        database = Database(engine, embedded.start if embedded else None)
        try:
            yield database
        finally:
            await database.aclose()
    finally:
        if embedded:
            embedded.release()
