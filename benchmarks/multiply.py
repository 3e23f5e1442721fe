"""Many more dossiers than were read: PostgreSQL copies what is stored of each as older ones, and the tallies are made to fit.

For dossiers of which nothing is wrong: findings, alerts and histories are not copied.
"""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Table, text

from benchmarks.province import PORTAL, PROVINCE
from shared.db import tables
from shared.db.engine import Database
from shared.db.stores import open_tally
from shared.domain.counters import COUNTERS

CODED = (tables.dossiers, tables.marks, tables.repairs, tables.delays)
_INDEXES = """
    SELECT i.indexrelid::regclass::text, c.conname IS NOT NULL,
        CASE WHEN c.conname IS NULL THEN pg_get_indexdef(i.indexrelid)
            ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = CAST(:table AS regclass)
"""
"""The indexes of a table: their names, whether each is a constraint's, and the statement that makes it."""

_TALLIES = (tables.agency_tally, tables.procedure_tally)


class Older(msgspec.Struct, frozen=True):
    """How copies get older by one digit of `items.code`'s `age`: expressions over a row and `copy`, 1 to 9.

    `age`: what the first copy adds to the age of its original; the second adds twice that.
    """

    age: int
    code: str
    home_id: str
    time: str


YEARS = Older(
    10,
    "regexp_replace({}, '-26', '-' || (26 - copy))",
    "overlay({} PLACING copy::text FROM 1 FOR 1)",
    "{} - make_interval(years => copy)",
)
MONTHS = Older(
    1,
    r"regexp_replace({}, '-(\d\d)11', '-\1' || lpad((11 - copy)::text, 2, '0'))",
    "overlay({} PLACING copy::text FROM 2 FOR 1)",
    "{} - make_interval(months => copy)",
)
_COPIES = 9
_TIMES = ("submitted_at", "due_at", "ended_at", "intake_by", "taken_up_at")


async def ten_times(database: Database, older: Older) -> None:
    """Add nine copies of each dossier that is stored, as if they had been read: by `YEARS` first, then by `MONTHS`."""
    code = older.code.format("code")
    times = {name: older.time.format(name) for name in _TIMES} | {"counted_on": f"({older.time.format('counted_on')})::date"}
    changed = {table: {"code": code} for table in CODED} | {tables.records: _record(older)}
    changed[tables.dossiers] |= times
    for table, columns in changed.items():
        await copy(database, table, columns, _COPIES)
    async with database.begin() as connection:
        for table in _TALLIES:
            await connection.execute(text(times_as_many(table, _COPIES + 1)))
        await open_tally.count_anew(connection, PROVINCE)


def _record(older: Older) -> dict[str, str]:
    code, spelling = older.code.format("code"), older.code.format("record ->> 'spelling'")
    key = f"CASE source WHEN '{PORTAL.name}' THEN {older.code.format('source_id')} ELSE {older.home_id.format('source_id')} END"
    record = f"record || jsonb_build_object('source_id', {key}, 'code', {code}, 'spelling', {spelling})"
    return {"code": code, "source_id": key, "record": record}


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
