"""What dossiers count for, and the tallies, which move by the difference in the same transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from operator import add, attrgetter, neg
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import copy_rows
from shared.db.tables import marks
from shared.db.views.scope import one_of
from shared.domain.counters import COUNTERS, Counters, Mark, View

_values = attrgetter(*COUNTERS)
_MARK = ("province_code", "code", "view", "position", "day", "agency", "procedure", *COUNTERS)
_AGENCY = {"view": "text", "month": "date", "agency": "text"}
_PROCEDURE = {"view": "text", "span": "text", "starts_on": "date", "agency": "text", "procedure": "text"}

AgencyKey = tuple[View, date, str]
ProcedureKey = tuple[View, str, date, str, str]
Sums = dict[Any, tuple[int, ...]]
"""Counters in the order of `COUNTERS`, by key."""


def _adding(table: str, key: Mapping[str, str]) -> str:
    """Return the text that adds rows, given as one array a column, to the counters that are there, in key order."""
    columns = {**key, **dict.fromkeys(COUNTERS, "bigint")}
    arrays = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in columns.items())
    names = ", ".join(columns)
    return (
        f"INSERT INTO {table} (province_code, {names})"  # noqa: S608 - names of this module's own
        f" SELECT :province, {names} FROM unnest({arrays}) AS new ({names}) ORDER BY {', '.join(key)}"
        f" ON CONFLICT (province_code, {', '.join(key)}) DO UPDATE SET "
        + ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in COUNTERS)
    )


_MOVE_AGENCY = text(_adding("agency_tally", _AGENCY))
_MOVE_PROCEDURE = text(_adding("procedure_tally", _PROCEDURE))


async def load(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, tuple[Mark, ...]]:
    """Return what these dossiers count for, in the order it was written, by code; those that count for nothing are missing."""
    of_dossiers = select(marks).where(marks.c.province_code == province, one_of(marks.c.code, codes))
    found: dict[str, list[Mark]] = defaultdict(list)
    for row in await connection.execute(of_dossiers.order_by(marks.c.code, marks.c.position)):
        counters = Counters(**{name: getattr(row, name) for name in COUNTERS})
        found[row.code].append(
            Mark(view=View(row.view), day=row.day, agency=row.agency, procedure=row.procedure, counters=counters)
        )
    return {code: tuple(of_dossier) for code, of_dossier in found.items()}


async def write(
    connection: AsyncConnection, province: str, before: Mapping[str, tuple[Mark, ...]], after: Mapping[str, tuple[Mark, ...]]
) -> None:
    """Write the marks that changed, by code, and move both tallies by the difference; the dossiers are locked by the caller."""
    changed = [code for code, now_counts in after.items() if before.get(code, ()) != now_counts]
    gone = [code for code in changed if before.get(code)]
    if gone:
        await connection.execute(delete(marks).where(marks.c.province_code == province, one_of(marks.c.code, gone)))
    rows = [
        (province, code, mark.view, position, mark.day, mark.agency, mark.procedure, *_values(mark.counters))
        for code in changed
        for position, mark in enumerate(after[code])
    ]
    await copy_rows(connection, "marks", _MARK, rows)
    moves = [(mark, _values(mark.counters)) for code in changed for mark in after[code]]
    moves += [(mark, tuple(map(neg, _values(mark.counters)))) for code in changed for mark in before.get(code, ())]
    await _write(connection, province, _MOVE_AGENCY, _AGENCY, _rows(_summed(moves, agency_keys)))
    await _write(connection, province, _MOVE_PROCEDURE, _PROCEDURE, _rows(_summed(moves, procedure_keys)))


def agency_keys(mark: Mark) -> Iterator[AgencyKey]:
    """Yield the rows of `agency_tally` that a mark counts in."""
    yield mark.view, mark.month, mark.agency


def procedure_keys(mark: Mark) -> Iterator[ProcedureKey]:
    """Yield the rows of `procedure_tally` that a mark counts in: those of its month, quarter and year."""
    month = mark.month
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    for span, starts_on in (("month", month), ("quarter", quarter), ("year", month.replace(month=1))):
        yield mark.view, span, starts_on, mark.agency, mark.procedure


def _summed(moves: Iterable[tuple[Mark, tuple[int, ...]]], keys: Any) -> Sums:
    sums: Sums = {}
    for mark, values in moves:
        for key in keys(mark):
            old = sums.get(key)
            sums[key] = values if old is None else tuple(map(add, old, values))
    return {key: counters for key, counters in sums.items() if any(counters)}


def _rows(sums: Sums) -> list[tuple[Any, ...]]:
    return [(*key, *counters) for key, counters in sums.items()]


async def _write(
    connection: AsyncConnection, province: str, statement: Any, key: Mapping[str, str], rows: list[tuple[Any, ...]]
) -> None:
    if rows:
        columns = dict(zip((*key, *COUNTERS), map(list, zip(*rows, strict=True)), strict=True))
        await connection.execute(statement, {"province": province, **columns})
