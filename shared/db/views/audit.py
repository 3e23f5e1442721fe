"""What an audit reads, for operations and for no caller: what can be judged again, and tallies that differ from their marks."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.open_tally import COUNT, COUNTED
from shared.domain.counters import COUNTERS
from shared.domain.measured import Measured

BATCH = 1000

_MEASURED = ", ".join(f"d.{name}" for name in Measured.__struct_fields__)
_JUDGED = text(
    f"""
    SELECT d.code, d.judged_at, d.next_review_at, d.waits_for, {_MEASURED} FROM dossiers d
    LEFT JOIN procedures p ON p.province_code = d.province_code AND p.code = d.procedure
    WHERE d.province_code = :province AND d.code > :after AND d.judged_at IS NOT NULL AND d.parked_at IS NULL
        AND (d.next_review_at IS NULL OR d.next_review_at > :now)
        AND d.rule_set = (SELECT max(id) FROM rule_sets WHERE province_code = :province)
        AND (p.changed_at IS NULL OR p.changed_at <= d.judged_at)
        AND NOT d.waits_for && (SELECT coalesce(array_agg(name), '{{}}') FROM sources
            WHERE province_code = :province AND read_to IS DISTINCT FROM settled_to)
    ORDER BY d.code LIMIT :limit
    """  # noqa: S608 - names of ours
)
_COUNT = text("SELECT count(*) FROM dossiers WHERE province_code = :province")


def _differing(table: str, key: dict[str, str], where: str = "true") -> str:
    """Return the text that finds the keys of a tally whose counters are not the sum of the marks; no row counts as zeros."""
    names = ", ".join(key)
    sums = ", ".join(f"sum({name}) AS {name}" for name in COUNTERS)
    keys = ", ".join(f"{expression} AS {name}" for name, expression in key.items())
    return _unequal(
        names,
        COUNTERS,
        f"SELECT {keys}, {sums} FROM marks WHERE province_code = :province GROUP BY {names}",  # noqa: S608 - names of ours
        f"SELECT {names}, {', '.join(COUNTERS)} FROM {table} WHERE province_code = :province AND {where}",  # noqa: S608
    )


def _unequal(key: str, figures: Collection[str], counted: str, kept: str) -> str:
    """Return the text that finds the keys of which the one statement counts other figures than the other; no row: zeros."""
    here, there = (", ".join(f"coalesce({side}.{name}, 0)" for name in figures) for side in ("counted", "kept"))
    return (
        f"SELECT {key} FROM ({counted}) AS counted FULL JOIN ({kept}) AS kept USING ({key})"  # noqa: S608 - names of ours
        f" WHERE ({here}) IS DISTINCT FROM ({there}) ORDER BY {key}"
    )


_MONTH = "date_trunc('month', day::timestamp)::date"
_AGENCY = text(_differing("agency_tally", {"view": "view", "month": _MONTH, "agency": "agency"}))
_PROCEDURE = {
    span: text(
        _differing(
            "procedure_tally",
            {
                "view": "view",
                "starts_on": f"date_trunc('{span}', day::timestamp)::date",
                "agency": "agency",
                "procedure": "procedure",
            },
            where=f"span = '{span}'",
        )
    )
    for span in ("month", "quarter", "year")
}
_OPEN = text(_unequal("agency", COUNTED, COUNT, "SELECT * FROM open_tally WHERE province_code = :province"))


class Judged(msgspec.Struct, frozen=True):
    """A dossier whose stored answer must come out again when it is judged at `judged_at`."""

    code: str
    judged_at: datetime
    next_review_at: datetime | None
    waits_for: frozenset[str]
    measured: Measured


async def judged_after(connection: AsyncConnection, province: str, code: str, *, now: datetime) -> list[Judged]:
    """Return the next batch in the order of codes.

    Left out are dossiers that are due, parked, judged by other rules or before their procedure changed, or that wait for a source
    whose last reading is not settled: their next review is still owed.
    """
    parameters = {"province": province, "after": code, "now": now, "limit": BATCH}
    rows = await connection.execute(_JUDGED, parameters)
    return [
        Judged(
            row.code,
            row.judged_at,
            row.next_review_at,
            frozenset(row.waits_for),
            Measured(**{name: getattr(row, name) for name in Measured.__struct_fields__}),
        )
        for row in rows
    ]


async def count_dossiers(connection: AsyncConnection, province: str) -> int:
    """Return how many dossiers there are."""
    return int(await connection.scalar(_COUNT, {"province": province}) or 0)


async def differing_tallies(connection: AsyncConnection, province: str) -> list[str]:
    """Return the keys of the tallies that are not the sum of their marks, or of the dossiers that are open, as text."""
    of_province = {"province": province}
    found = [f"open_tally {_key(row)}" for row in await connection.execute(_OPEN, of_province)]
    found += [f"agency_tally {_key(row)}" for row in await connection.execute(_AGENCY, of_province)]
    for span, statement in _PROCEDURE.items():
        found += [f"procedure_tally {span} {_key(row)}" for row in await connection.execute(statement, of_province)]
    return found


def _key(row: Sequence[object]) -> str:
    return " ".join(map(str, row))
