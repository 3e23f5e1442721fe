"""The pool of connections survives what happens to a server."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from shared.db.engine import Database, create_engine, translated
from shared.errors import DatabaseUnavailable


async def test_a_connection_that_broke_while_idle_is_replaced_unnoticed(database: Database, database_url: str) -> None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
    other = Database(create_engine(database_url, application="another"))
    async with other.begin() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": driver.get_server_pid()})
    await other.aclose()
    while not driver.is_closed():
        await asyncio.sleep(0.01)
    assert await database.now()


async def test_a_pooled_connection_is_used_again(database: Database) -> None:
    pids = set()
    for _ in range(3):
        async with database.begin() as connection:
            pids.add(await connection.scalar(text("SELECT pg_backend_pid()")))
    assert len(pids) == 1


def test_a_server_that_goes_away_between_two_words_of_the_driver_is_away() -> None:
    with pytest.raises(DatabaseUnavailable), translated():
        raise asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")
