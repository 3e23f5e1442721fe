"""The pool of connections survives what happens to a server."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.typing import EventDict

from shared.db.engine import Database, create_engine, translated
from shared.errors import DatabaseUnavailable, SchemaError


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


async def test_an_embedded_server_that_does_not_start_is_told_and_tried_again(log_lines: list[EventDict]) -> None:
    """A step that finds no database goes on: who raised there would never deliver again."""

    def start() -> None:
        raise SchemaError("the disk is full")

    database = Database(create_engine("postgresql://nobody@127.0.0.1:1/none", application="tests"), start)
    await database.revive()
    await database.revive()
    assert [(line["event"], line["reason"]) for line in log_lines] == [("database_not_started", "the disk is full")] * 2


@pytest.mark.parametrize("told", [asyncpg.DiskFullError("x"), DBAPIError("INSERT", {}, asyncpg.DiskFullError("x"))])
def test_a_full_disk_is_named(told: Exception) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"^the disk of the database is full$"), translated(", see the address"):
        raise told


def test_a_server_that_goes_away_between_two_words_of_the_driver_is_away() -> None:
    with pytest.raises(DatabaseUnavailable), translated():
        raise asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")
