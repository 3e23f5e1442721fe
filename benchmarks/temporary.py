"""A real PostgreSQL in a temporary folder, and migrated databases on it that are gone afterwards."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db import schema
from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine


class Server:
    """Makes databases, each at the newest schema and empty."""

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Open a database of its own for one benchmark."""
        name = f"bench_{uuid4().hex}"
        await self._administer(f'CREATE DATABASE "{name}"')
        database = Database(create_engine(self._at(name), application="benchmarks", pool_size=10))
        await schema.migrate(database.engine)
        try:
            yield database
        finally:
            await database.aclose()
            await self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def version(self) -> str:
        """Return the version of PostgreSQL."""
        return str(await self._administer("SHOW server_version"))

    def _at(self, name: str) -> str:
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)

    async def _administer(self, statement: str) -> object:
        engine = create_async_engine(make_url(self._url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            done = await connection.execute(text(statement))
            answer = done.scalar() if done.returns_rows else None
        await engine.dispose()
        return answer


@asynccontextmanager
async def temporary_server() -> AsyncIterator[Server]:
    """Start a server; its folder is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="watch766-bench-"))
    embedded = EmbeddedServer(folder)
    try:
        yield Server(embedded.url)
    finally:
        embedded.release()
        shutil.rmtree(folder, ignore_errors=True)
