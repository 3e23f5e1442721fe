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
        await self.administer(f'CREATE DATABASE "{name}"')
        database = Database(create_engine(self._at(name), application="benchmarks", pool_size=10))
        await schema.migrate(database.engine)
        try:
            yield database
        finally:
            await database.aclose()
            await self.administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def version(self) -> str:
        """Return the version of PostgreSQL."""
        return str(await self.administer("SHOW server_version"))

    def _at(self, name: str) -> str:
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)

    async def administer(self, statement: str) -> object:
        """Run a statement outside any of its databases; returns what it answers, if anything."""
        engine = create_async_engine(make_url(self._url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            done = await connection.execute(text(statement))
            answer = done.scalar() if done.returns_rows else None
        await engine.dispose()
        return answer


@asynccontextmanager
async def temporary_server(connections: int | None = None) -> AsyncIterator[Server]:
    """Start a server that lets in so many connections, as many as by default if None; its folder is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="watch766-bench-"))
    embedded = EmbeddedServer(folder)
    try:
        server = Server(embedded.url)
        if connections:
            await server.administer(f"ALTER SYSTEM SET max_connections = {connections}")
            embedded.release()
            embedded = EmbeddedServer(folder)
        yield server
    finally:
        embedded.release()
        shutil.rmtree(folder, ignore_errors=True)
