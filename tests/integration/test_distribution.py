"""Provinces can be spread over servers by `province_code`: nothing the database keeps ties two of them together.

Held to what Citus asks of a distributed table. Citus itself is not run here;
docs/operations/scale-out.md says what that leaves open.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Table, UniqueConstraint, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import schema
from shared.db.engine import Database
from shared.db.tables import metadata
from tests.system.documents import ROOT, blocks

BY = "province_code"

LOCAL = {"alembic_version": "one row for the whole database: it stays on the coordinator, where `watch766 migrate` runs"}
"""Tables of no province, and why."""

NARROW_IDENTITIES = {
    "rule_sets.id": "an integer since the first schema, and no migration changes a type: the coordinator numbers alone"
}
"""Citus gives each server its own span of a bigint identity; of a narrower one only the coordinator can give numbers."""

TRIGGERS = {
    "audit_log.audit_log_append_only_row": "refuses, reads no other row",
    "audit_log.audit_log_append_only_all": "refuses, reads no other row",
    "outbox.outbox_announced": "tells who listens on the server the row is written on",
}
"""Citus keeps triggers only with citus.enable_unsafe_triggers: each must be harmless on the server of its rows."""

_TABLES = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
)
_UNIQUE = text(
    "SELECT indrelid::regclass::text AS of, indexrelid::regclass::text AS name,"
    " pg_get_indexdef(indexrelid, 1, false) AS first, indisprimary AS is_key"
    " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relnamespace = 'public'::regnamespace AND (indisunique OR indisexclusion)"
)
_REFERENCES = text(
    "SELECT conname AS name, pg_get_constraintdef(oid) AS definition"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'"
)
_COLUMNS = text(
    "SELECT table_name, column_name, data_type, is_nullable, is_identity FROM information_schema.columns"
    " WHERE table_schema = 'public'"
)
_TRIGGERS = text(
    "SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal"
)
_SEQUENCES = text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND NOT EXISTS"
    " (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'i')"
)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_a_tables_keys_begin_with_the_province(table: Table) -> None:
    assert table.name not in LOCAL
    keys = [[*table.primary_key.columns]]
    keys += [[*index.expressions] for index in table.indexes if index.unique]
    keys += [[*one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
    assert {key[0] is table.c[BY] for key in keys} == {True}
    for reference in table.foreign_key_constraints:
        assert (BY, BY) in {(key.parent.name, key.column.name) for key in reference.elements}


async def test_every_table_is_of_a_province_or_named_here(database: Database) -> None:
    async with database.begin() as connection:
        tables = set((await connection.execute(_TABLES)).scalars())
        columns = (await connection.execute(_COLUMNS)).all()
    assert tables == metadata.tables.keys() | LOCAL.keys()
    assert {table for table, column, *_ in columns if column == BY} == tables - LOCAL.keys()
    assert {(kind, null) for _, column, kind, null, _ in columns if column == BY} == {("text", "NO")}


async def _ties(connection: AsyncConnection) -> set[str]:
    """Return the keys and references that look across provinces."""
    keys, references = [(await connection.execute(question)).all() for question in (_UNIQUE, _REFERENCES)]
    across = {one.name for one in keys if one.of not in LOCAL and one.first != BY}
    return across | {one.name for one in references if one.definition.count(BY) != 2}


async def test_no_key_and_no_reference_in_the_database_looks_across_provinces(database: Database) -> None:
    async with database.begin() as connection:
        await schema.ensure_partitions(connection, datetime(2026, 11, 29, tzinfo=UTC))
        assert await _ties(connection) == set()
        keyed = {one.of for one in (await connection.execute(_UNIQUE)).all() if one.is_key}
    assert metadata.tables.keys() <= keyed


async def test_what_would_look_across_provinces_is_seen(database: Database) -> None:
    async with database.begin() as connection:
        for statement in (
            "CREATE UNIQUE INDEX one_code ON dossiers (code)",
            "CREATE UNIQUE INDEX one_name ON sources (name, province_code)",
            "CREATE TABLE notes (province_code text, id int PRIMARY KEY REFERENCES notes)",
        ):
            await connection.execute(text(statement))
        assert await _ties(connection) == {"one_code", "one_name", "notes_pkey", "notes_id_fkey"}


async def test_numbers_can_be_given_by_every_server(database: Database) -> None:
    async with database.begin() as connection:
        columns = (await connection.execute(_COLUMNS)).all()
        loose = await connection.scalar(_SEQUENCES)
    identities = {f"{table}.{column}": kind for table, column, kind, _, identity in columns if identity == "YES"}
    assert {name for name, kind in identities.items() if kind != "bigint"} == NARROW_IDENTITIES.keys()
    assert loose == 0, "a sequence of no column is given by one server only"


async def test_what_runs_beside_a_write_is_known(database: Database) -> None:
    async with database.begin() as connection:
        assert set((await connection.execute(_TRIGGERS)).scalars()) == TRIGGERS.keys()


async def test_the_documented_statement_distributes_every_table_of_a_province(database: Database) -> None:
    first, _, chosen = blocks(ROOT / "docs" / "operations" / "scale-out.md", "sql")[0].partition("\nFROM ")
    async with database.begin() as connection:
        await schema.ensure_partitions(connection, datetime(2026, 11, 29, tzinfo=UTC))
        found = set((await connection.execute(text(f"SELECT relname FROM {chosen}"))).scalars())
    assert "create_distributed_table('sources', 'province_code')" in first
    assert found | {"sources"} == metadata.tables.keys()


async def test_histories_are_divided_once_and_by_time(database: Database) -> None:
    async with database.begin() as connection:
        found = await connection.execute(
            text("SELECT partrelid::regclass::text, partstrat::text, pg_get_partkeydef(partrelid) FROM pg_partitioned_table")
        )
        assert {tuple(row) for row in found} == {(history, "r", "RANGE (at)") for history in schema.HISTORIES}
