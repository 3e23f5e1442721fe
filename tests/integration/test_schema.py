"""Only Alembic changes the schema, and a service starts on none but its own."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from shared.db import schema
from shared.db.engine import Database, create_engine
from shared.db.tables import metadata
from shared.errors import ConfigError, DatabaseUnavailable, SchemaError
from tests.conftest import Postgres

pytestmark = pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")  # SQLAlchemy has no type of its own for it


def _differences(connection: Connection) -> list[object]:
    options = {"include_name": schema.belongs_to_schema, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_the_tables_in_the_code_are_those_the_migrations_make(database: Database) -> None:
    async with database.begin() as connection:
        await schema.ensure_partitions(connection, datetime(2026, 12, 31, tzinfo=UTC))
        assert await connection.run_sync(_differences) == []


async def test_down_and_up_again_gives_the_same_schema(database: Database) -> None:
    await schema.migrate(database.engine, "base")
    async with database.begin() as connection:
        left = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        assert left.scalars().all() == ["alembic_version"]
    await schema.migrate(database.engine)
    async with database.begin() as connection:
        assert await connection.run_sync(_differences) == []


async def test_it_goes_to_any_revision_up_and_down(database: Database) -> None:
    for revision in ("0003", "0005", "0005", "0002", "head", "base", "0001", "head"):
        await schema.migrate(database.engine, revision)
        async with database.begin() as connection:
            found = await connection.run_sync(schema.current_revision)
        assert found == {"head": schema.head_revision(), "base": None}.get(revision, revision)
    with pytest.raises(SchemaError, match="there is no schema 0000, known are 0001"):
        await schema.migrate(database.engine, "0000")


async def test_an_empty_database_is_refused_with_the_command_that_mends_it(postgres: Postgres) -> None:
    url = await postgres.create()
    empty = Database(create_engine(url, application="tests"))
    with pytest.raises(SchemaError, match=r"none.*run `watch766 migrate`"):
        await schema.check_schema(empty.engine)
    await empty.aclose()
    await postgres.drop(url)


async def test_an_empty_database_is_prepared_and_any_other_that_is_not_at_head_refused(postgres: Postgres) -> None:
    url = await postgres.create()
    prepared = Database(create_engine(url, application="tests"))
    for _ in range(2):
        await schema.prepare(prepared.engine)
        await schema.check_schema(prepared.engine)
    await schema.migrate(prepared.engine, "0001")
    with pytest.raises(SchemaError, match=r"0001.*run `watch766 migrate`"):
        await schema.prepare(prepared.engine)
    await prepared.aclose()
    await postgres.drop(url)


async def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer than this version"):
        await schema.migrate(database.engine)


async def test_a_server_that_does_not_answer_is_named() -> None:
    nowhere = create_engine("postgresql://nobody:secret@127.0.0.1:1/none", application="tests")
    with pytest.raises(DatabaseUnavailable, match="WATCH766_DATABASE_URL") as refused:
        await schema.check_schema(nowhere)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "nonsense secret", "sqlite:///secret.db"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="WATCH766_DATABASE_URL") as refused:
        create_engine(url, application="tests")
    assert "secret" not in str(refused.value)


async def test_partitions_are_made_ahead_and_only_once(database: Database) -> None:
    async with database.begin() as connection:
        for _ in range(2):
            await schema.ensure_partitions(connection, datetime(2026, 12, 15, tzinfo=UTC))
        found = await connection.execute(text("SELECT relname FROM pg_class WHERE relname ~ '_history_p[0-9]+$' ORDER BY 1"))
        assert found.scalars().all() == [
            "alert_history_p202612",
            "alert_history_p202701",
            "record_history_p202612",
            "record_history_p202701",
        ]
