"""A snapshot sees one state, may write nothing, and leaves no transaction behind, whatever ends it."""

import asyncio

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from shared.db.engine import Database, create_engine
from shared.db.tables import sources
from shared.db.views.snapshot import open_snapshot
from shared.errors import DatabaseUnavailable

SETTINGS = ("transaction_isolation", "transaction_read_only", "statement_timeout", "plan_cache_mode")
SOURCE = {"province_code": "H20", "name": "portal", "kind": "dvcqg", "role": "portal", "position": 0, "interval_seconds": 60}


async def settings(database: Database) -> list[str]:
    """What stands in the only connection of a pool when nobody has it."""
    async with database.single() as connection:
        return [str(await connection.scalar(text(f"SHOW {name}"))) for name in SETTINGS]


@pytest.fixture
async def narrow(database_url: str):
    """A pool of one connection."""
    opened = Database(create_engine(database_url, application="tests", pool_size=1))
    yield opened
    await opened.aclose()


async def test_a_snapshot_sees_what_was_there_when_it_was_opened(database: Database) -> None:
    count = select(func.count()).select_from(sources)
    async with open_snapshot(database, "H20") as snapshot:
        assert snapshot.freshness.sources == ()
        async with database.begin() as connection:
            await connection.execute(insert(sources).values(**SOURCE, progress_at=func.now()))
        assert await snapshot.connection.scalar(count) == 0
    async with open_snapshot(database, "H20") as snapshot:
        assert [source.name for source in snapshot.freshness.sources] == ["portal"]


async def test_a_snapshot_writes_nothing(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with open_snapshot(database, "H20") as snapshot:
            await snapshot.connection.execute(text("DELETE FROM sources"))


async def test_its_settings_end_with_it(narrow: Database) -> None:
    before = await settings(narrow)
    async with open_snapshot(narrow, "H20") as snapshot:
        inside = [str(await snapshot.connection.scalar(text(f"SHOW {name}"))) for name in SETTINGS]
    assert inside == ["repeatable read", "on", "10s", "force_custom_plan"]
    assert await settings(narrow) == before


async def test_a_failed_question_leaves_nothing_behind(narrow: Database) -> None:
    before = await settings(narrow)
    with pytest.raises(DBAPIError, match="nothing_of_ours"):
        async with open_snapshot(narrow, "H20") as snapshot:
            await snapshot.connection.execute(text("SELECT * FROM nothing_of_ours"))
    assert await settings(narrow) == before


async def test_a_connection_that_breaks_meanwhile_is_told_as_the_database_away(
    narrow: Database, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def read() -> None:
        async with open_snapshot(narrow, "H20") as snapshot, database.begin() as connection:
            process = await snapshot.connection.scalar(select(func.pg_backend_pid()))
            assert await connection.scalar(select(func.pg_terminate_backend(process, 10_000)))

    before = await settings(narrow)
    with pytest.raises(DatabaseUnavailable):
        await read()
    assert not [record for record in caplog.records if record.name.startswith("sqlalchemy")]
    assert await settings(narrow) == before


async def test_a_snapshot_that_is_cancelled_at_any_moment_leaves_nothing_behind(narrow: Database) -> None:
    before = await settings(narrow)
    steps, is_done = 0, False

    async def read() -> None:
        async with open_snapshot(narrow, "H20") as snapshot:
            await snapshot.connection.scalar(text("SELECT 1"))

    while not is_done:
        reading = asyncio.create_task(read())
        for _ in range(steps):
            await asyncio.sleep(0)
        is_done = reading.done()
        reading.cancel()
        await asyncio.wait([reading])
        assert await settings(narrow) == before, steps
        steps += 1
    assert steps > 5
