"""What must hold of copies: otherwise a cycle is of other dossiers than it says, and its figures of something else.

Their keys are those under which the monitor looks for them when a system lists them, and a cycle adds none. And what they are
copies of is in memory again, as what was written last is in life.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Select, Table, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks import items
from benchmarks.multiply import CODED
from benchmarks.province import HOME, PORTAL, PROVINCE, Province
from shared.db import tables
from shared.db.engine import Database
from shared.domain.records import Record

_STAY = (tables.records, tables.dossiers, tables.marks, tables.findings)
"""What a changed due date adds no row to; repairs and delays may come with it."""

_BY_CODE = (tables.records, tables.findings, *CODED)
"""What a cycle reads by the codes of dossiers."""

_AT_ONCE = 1000

_SAMPLE = 25
"""So many dossiers are looked at, with every copy of each."""

Rows = Mapping[str, int]
"""How many rows there are, by table."""

_Keys = tuple[str, str, str, str]
"""Of a record: source, the system's own key, code, and the code as the system writes it."""


async def counted(database: Database) -> Rows:
    """Return how many rows there are of what no cycle adds to."""
    async with database.begin() as connection:
        counts = [select(func.count()).select_from(table) for table in _STAY]
        return {table.name: (await connection.execute(count)).scalar_one() for table, count in zip(_STAY, counts, strict=True)}


def check_rows(found: Rows, expected: Rows, when: str) -> None:
    """Raise `AssertionError` where there are not as many rows as expected; `when`: what was done before."""
    for table, rows in expected.items():
        if found[table] != rows:
            raise AssertionError(f"{when}: {found[table]:,} rows of {table} instead of {rows:,}")


async def check_keys(database: Database, province: Province, read: int, copied: Mapping[int, int]) -> None:
    """Raise `AssertionError` where a copy is not found by the keys that the monitor would look for.

    read: so many dossiers were read; copied: ages of their copies, by those the age of what each was made of (`items.code`).
    """
    numbers = range(0, read, read // _SAMPLE | 1)
    sides = [side for number in numbers for age in copied for side in _sides(province, number, age)]
    codes = {items.code(number, age): items.code(number, of) for number in numbers for age, of in copied.items()}
    async with database.begin() as connection:
        found = await _records(connection, [side.source_id for side in sides])
        _report("records", [_keys(side) for side in sides if _keys(side) not in found])
        for table in CODED:
            there = await _codes(connection, table, [*codes, *codes.values()])
            _report(table.name, [code for code, original in codes.items() if (code in there) != (original in there)])


async def read_once(database: Database, read: int) -> None:
    """Read the rows of the dossiers that were read, not copied, by the keys by which a cycle does; `read`: how many they are."""
    async with database.begin() as connection:
        for first in range(0, read, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, read))
            codes = [items.code(number) for number in numbers]
            for table in _BY_CODE:
                await connection.execute(_rows(table).where(table.c.code.in_(codes)))
            for source, keys in ((PORTAL, codes), (HOME, [items.home_id(number) for number in numbers])):
                records = tables.records.c
                await connection.execute(_rows(tables.records).where(records.source == source.name, records.source_id.in_(keys)))


def _rows(table: Table) -> Select[tuple[int]]:
    """Return a question that the index alone cannot answer: it counts whole rows."""
    return select(func.count(literal_column(table.name))).select_from(table).where(table.c.province_code == PROVINCE)


def _sides(province: Province, number: int, age: int) -> Iterator[Record]:
    """Return what the monitor makes of a copy when both systems list it."""
    for source, item in zip((province.portal, province.home), items.both(number, age=age), strict=True):
        yield source.reading(msgspec.Raw(msgspec.json.encode(item)), requested_at=items.NOW).record


def _keys(record: Record) -> _Keys:
    return record.source, record.source_id, record.code, record.spelling


async def _records(connection: AsyncConnection, source_ids: Sequence[str]) -> set[_Keys]:
    """Return the keys of what is stored: of rows that say the same in their columns and in their record."""
    table = tables.records
    columns = (table.c.source, table.c.source_id, table.c.code, table.c.record)
    asked = select(*columns).where(table.c.province_code == PROVINCE, table.c.source_id.in_(source_ids))
    rows = (await connection.execute(asked)).tuples()
    return {_keys(record) for *columns, record in rows if tuple(columns) == _keys(record)[:3]}


async def _codes(connection: AsyncConnection, table: Table, codes: Sequence[str]) -> set[str]:
    asked = select(table.c.code).where(table.c.province_code == PROVINCE, table.c.code.in_(codes))
    return set(await connection.scalars(asked))


def _report(table: str, wrong: Sequence[object]) -> None:
    if wrong:
        raise AssertionError(f"{table}: {len(wrong):,} copies are not where the monitor looks for them, as {wrong[0]}")
