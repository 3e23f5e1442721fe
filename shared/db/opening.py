"""Which database a process uses: the server it was told, else the embedded one of its data directory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shared.config import Settings
from shared.db.engine import Database, create_engine
from shared.errors import ConfigError

if TYPE_CHECKING:
    from shared.db.embedded import EmbeddedServer


@asynccontextmanager
async def open_database(settings: Settings, application: str, *, pool_size: int = 5) -> AsyncIterator[Database]:
    """Open the database for the length of the block; the embedded server stops with the last process that uses it."""
    embedded = None if settings.database_url else _embedded(settings.data_dir)
    url = embedded.url if embedded else settings.database_url.get_secret_value() if settings.database_url else ""
    try:
        engine = create_engine(url, application=application, pool_size=pool_size)
        database = Database(engine, embedded.revive if embedded else None)
        try:
            yield database
        finally:
            await database.aclose()
    finally:
        if embedded:
            embedded.release()


def _embedded(data_dir: Path) -> "EmbeddedServer":
    """Start or join the server of a data directory; an installation may do without one."""
    try:
        from shared.db.embedded import EmbeddedServer
    except ImportError:
        raise ConfigError("WATCH766_DATABASE_URL: is not set, and there is no embedded PostgreSQL in this installation") from None
    return EmbeddedServer(data_dir)
