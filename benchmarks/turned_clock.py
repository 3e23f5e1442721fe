"""A database whose clock is turned by hand: what asks PostgreSQL for the moment is told ours."""

from datetime import datetime

from sqlalchemy import text

from shared.db.engine import Database

_SETUP = (
    "CREATE SCHEMA turned",
    "CREATE TABLE turned.moment (at timestamptz NOT NULL)",
    "CREATE FUNCTION turned.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM turned.moment'",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = turned, pg_catalog, public', current_database()); END $$",
)


class TurnedClock:
    """The one moment at which everything happens until it is turned. It is found before PostgreSQL's own, by the search path."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database = database
        self.now = now

    async def set_up(self) -> None:
        """Put the clock in the place of PostgreSQL's, for every connection opened from now on."""
        async with self._database.begin() as connection:
            for statement in _SETUP:
                await connection.execute(text(statement))
            await connection.execute(text("INSERT INTO turned.moment VALUES (:now)"), {"now": self.now})
        await self._database.engine.dispose()

    async def turn(self, now: datetime) -> None:
        """Let it be another moment."""
        async with self._database.begin() as connection:
            await connection.execute(text("UPDATE turned.moment SET at = :now"), {"now": now})
        self.now = now
