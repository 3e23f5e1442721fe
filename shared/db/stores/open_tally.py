"""What each agency has open, as far as that does not depend on the moment: moved by reviews, in their transaction, as the other
tallies are.

A version that knows fewer of these figures may still be at work on this schema. In rows it makes the others are null, until one
that knows them counts all anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.statuses import Status

_OPEN = "dossiers.ended_at IS NULL AND dossiers.status IS NOT NULL"
_WAITS = f"{_OPEN} AND dossiers.paused_since IS NOT NULL"
_WAITS_IN = f"coalesce(nullif(dossiers.status, {Status.UNKNOWN.value}), dossiers.portal_status)"
"""Home's status, the portal's where home's is one no table maps."""

COUNTED: Mapping[str, str] = {
    "dossiers": "dossiers.open_on_portal",
    "open": _OPEN,
    **{
        name: f"{_WAITS} AND {_WAITS_IN} IS NOT DISTINCT FROM {status.value}"
        for name, status in (
            ("supplement", Status.SUPPLEMENT),
            ("payment", Status.PAYMENT),
            ("stopped", Status.STOPPED),
            ("paused", Status.PAUSED),
        )
    },
}
"""Which dossiers each column counts, never null."""

STANDS = f"dossiers.agency, ARRAY[{', '.join(f'({condition})' for condition in COUNTED.values())}]"
"""The columns of `Stands`, of a row of dossiers."""

COUNT = (
    "SELECT dossiers.agency AS agency, "  # noqa: S608 - names of ours
    + ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in COUNTED.items())
    + f" FROM dossiers WHERE province_code = :province AND agency IS NOT NULL AND (open_on_portal OR ({_OPEN}))"
    " GROUP BY dossiers.agency"
)
"""The statement that counts every column of each agency from the dossiers."""

_COLUMNS = ", ".join(COUNTED)
_MOVE = text(
    f"INSERT INTO open_tally (province_code, agency, {_COLUMNS}) SELECT :province, agency, {_COLUMNS}"  # noqa: S608 - likewise
    f" FROM unnest(CAST(:agencies AS text[]), {', '.join(f'CAST(:{name} AS bigint[])' for name in COUNTED)})"
    f" AS new (agency, {_COLUMNS}) ORDER BY agency ON CONFLICT (province_code, agency) DO UPDATE SET "
    + ", ".join(f"{name} = open_tally.{name} + excluded.{name}" for name in COUNTED)
)
_UNCOUNTED = text(
    "SELECT EXISTS (SELECT FROM open_tally WHERE province_code = :province"  # noqa: S608 - likewise
    f" AND ({' OR '.join(f'{name} IS NULL' for name in COUNTED)}))"
)
_CLEAR = text("DELETE FROM open_tally WHERE province_code = :province")
_FILL = text(
    f"INSERT INTO open_tally (province_code, agency, {_COLUMNS})"  # noqa: S608 - likewise
    f" SELECT :province, agency, {_COLUMNS} FROM ({COUNT}) AS counted"
)


class Stands(msgspec.Struct, frozen=True):
    """What one dossier counts for: at which agency, None for nowhere, and whether in each of the columns `COUNTED`."""

    agency: str | None
    counts: tuple[bool, ...]


async def move(connection: AsyncConnection, province: str, before: Iterable[Stands], after: Iterable[Stands]) -> None:
    """Count dossiers for what they are now and no longer for what they were; they are locked by the caller."""
    changed = Counter(after)
    changed.subtract(before)
    moves: dict[str, Counter[str]] = defaultdict(Counter)
    for stands, times in changed.items():
        if stands.agency is not None:
            moves[stands.agency].update({name: times for name, counts in zip(COUNTED, stands.counts, strict=True) if counts})
    moved = {agency: by_column for agency, by_column in moves.items() if any(by_column.values())}
    if moved:
        columns = {name: [by_column[name] for by_column in moved.values()] for name in COUNTED}
        await connection.execute(_MOVE, {"province": province, "agencies": list(moved), **columns})


async def is_uncounted(connection: AsyncConnection, province: str) -> bool:
    """Return whether another version left something uncounted."""
    return bool(await connection.scalar(_UNCOUNTED, {"province": province}))


async def count_anew(connection: AsyncConnection, province: str) -> None:
    """Count all that is open; no review may be under way (`fence`, alone)."""
    for statement in (_CLEAR, _FILL):
        await connection.execute(statement, {"province": province})
