"""Many more dossiers than were read: PostgreSQL copies what is stored of each under other codes, and the tallies are made to fit.

For dossiers of which nothing is wrong: findings, alerts and histories are not copied.
"""

from collections.abc import Mapping

from sqlalchemy import Table, text

from benchmarks.province import PROVINCE
from shared.db import tables
from shared.db.engine import Database
from shared.db.stores import open_tally
from shared.domain.counters import COUNTERS

_CODED = (tables.dossiers, tables.marks, tables.repairs, tables.delays)
_INDEXES = """
    SELECT i.indexrelid::regclass::text, c.conname IS NOT NULL,
        CASE WHEN c.conname IS NULL THEN pg_get_indexdef(i.indexrelid)
            ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = CAST(:table AS regclass)
"""
"""The indexes of a table: their names, whether each is a constraint's, and the statement that makes it."""

_TALLIES = (tables.agency_tally, tables.procedure_tally)


async def multiply(database: Database, times: int, *, before: str = "") -> None:
    """Make the dossiers stored so many times as many, at most ten.

    Each copy's keys are its original's, then `before`, then one digit, from 1 on. It is stored as if it had been read:
    `items.both` lists the same dossier when it is given what was added.
    """
    if not 1 < times <= 10:
        raise ValueError("a copy is told by one digit")
    added = f" || '{before}' || copy"
    record = {key: f"{key}{added}" for key in ("source_id", "code")} | {"record": _record(added)}
    for table, changed in (*((table, {"code": f"code{added}"}) for table in _CODED), (tables.records, record)):
        await copy(database, table, changed, times - 1)
    async with database.begin() as connection:
        for table in _TALLIES:
            await connection.execute(text(times_as_many(table, times)))
        await open_tally.count_anew(connection, PROVINCE)


def _record(added: str) -> str:
    keys = f"'source_id', source_id{added}, 'code', code{added}, 'spelling', (record ->> 'spelling'){added}"
    return f"record || jsonb_build_object({keys})"


async def tidy_up(database: Database) -> None:
    """Let PostgreSQL see what there is, as it does by itself within minutes."""
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM (ANALYZE)"))


async def copy(database: Database, table: Table, changed: Mapping[str, str], times: int, where: str = "true") -> None:
    """Copy every row of a table so many times; `changed`: columns by expressions over the row and `copy`, the number of the copy.

    The indexes are made anew afterwards: a row for each of ten million dossiers into fifteen of them takes hours.
    """
    async with database.begin() as connection:
        await connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        made = (await connection.execute(text(_INDEXES), {"table": table.name})).tuples().all()
        for name, is_constraint, _ in made:
            drop = f"ALTER TABLE {table.name} DROP CONSTRAINT {name}" if is_constraint else f"DROP INDEX {name}"
            await connection.execute(text(drop))
        await connection.execute(text(_copies(table, changed, times, where)))
        for _, __, make in made:
            await connection.execute(text(make))


def _copies(table: Table, changed: Mapping[str, str], times: int, where: str) -> str:
    names = [column.name for column in table.columns]
    values = ", ".join(changed.get(name, name) for name in names)
    overriding = " OVERRIDING SYSTEM VALUE" if "id" in names else ""
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}){overriding}"
        f" SELECT {values} FROM {table.name}, generate_series(1, {times}) AS copy WHERE {where}"
    )


def times_as_many(table: Table, times: int) -> str:
    """Return the statement that makes the counters of a tally so many times as large."""
    return f"UPDATE {table.name} SET " + ", ".join(f"{name} = {name} * {times}" for name in COUNTERS)
