"""What could be done about dossiers, kept as reviews leave it, and what alerts are told to be worth by it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import msgspec
from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import repairs
from shared.db.types import to_json
from shared.db.views.scope import one_of
from shared.domain.moves import Repair, RepairKind

_COLUMNS = {
    "code": "text",
    "repair": "text",
    "agency": "text",
    "procedure": "text",
    "month": "date",
    "due_at": "timestamptz",
    "moves": "text",
}
_PUT = text(
    f"INSERT INTO repairs (province_code, {', '.join(_COLUMNS)})"  # noqa: S608 - names of this module's own
    " SELECT :province, code, repair, agency, procedure, month, due_at, CAST(moves AS jsonb)"
    f" FROM unnest({', '.join(f'CAST(:{name} AS {type_}[])' for name, type_ in _COLUMNS.items())})"
    f" AS new ({', '.join(_COLUMNS)}) ON CONFLICT (province_code, code, repair) DO UPDATE SET agency = excluded.agency,"
    " procedure = excluded.procedure, month = excluded.month, due_at = excluded.due_at, moves = excluded.moves"
)
_TELL = text(
    """
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:points AS numeric[]), CAST(:province_points AS numeric[]))
            AS wanted (id, points, province_points)
    ), chosen AS MATERIALIZED (
        SELECT id FROM alerts WHERE province_code = :province AND id = ANY(CAST(:ids AS bigint[])) AND state <> 'resolved'
        ORDER BY id FOR UPDATE
    )
    UPDATE alerts SET points = wanted.points, province_points = wanted.province_points FROM chosen JOIN wanted USING (id)
    WHERE alerts.province_code = :province AND alerts.id = chosen.id
        AND (alerts.points, alerts.province_points) IS DISTINCT FROM (wanted.points, wanted.province_points)
    """
)
"""Alerts are locked in the order of their ids, as reviews do."""


class Told(msgspec.Struct, frozen=True):
    """What an alert is worth on its agency's card and the province's, in points; None: nobody knows."""

    alert_id: int
    points: Decimal | None
    province_points: Decimal | None


async def load(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, tuple[Repair, ...]]:
    """Return what could be done about these dossiers, in the order of the kinds, by code; those without are missing."""
    query = select(repairs).where(repairs.c.province_code == province, one_of(repairs.c.code, codes))
    found: dict[str, list[Repair]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        found[row["code"]].append(
            Repair(
                kind=RepairKind(row["repair"]),
                agency=row["agency"],
                procedure=row["procedure"],
                month=row["month"],
                moves=row["moves"],
                due_at=row["due_at"],
            )
        )
    order = list(RepairKind)
    return {code: tuple(sorted(of, key=lambda repair: order.index(repair.kind))) for code, of in found.items()}


async def write(
    connection: AsyncConnection, province: str, before: Mapping[str, Sequence[Repair]], after: Mapping[str, Sequence[Repair]]
) -> None:
    """Write the repairs that changed, by code; the dossiers are locked by the caller."""
    gone = [
        (code, repair.kind)
        for code, stood in before.items()
        for repair in stood
        if repair.kind not in {found.kind for found in after[code]}
    ]
    if gone:
        keys = tuple_(repairs.c.code, repairs.c.repair)
        await connection.execute(delete(repairs).where(repairs.c.province_code == province, keys.in_(gone)))
    news = [(code, *_facts(repair)) for code, found in after.items() for repair in found if repair not in before[code]]
    if news:
        columns = dict(zip(_COLUMNS, map(list, zip(*news, strict=True)), strict=True))
        await connection.execute(_PUT, {"province": province, **columns})


async def tell(connection: AsyncConnection, province: str, worths: Sequence[Told]) -> int:
    """Write what unresolved alerts are worth where it changed; returns how many did."""
    columns = {
        "ids": [worth.alert_id for worth in worths],
        "points": [worth.points for worth in worths],
        "province_points": [worth.province_points for worth in worths],
    }
    return int((await connection.execute(_TELL, {"province": province, **columns})).rowcount) if worths else 0


def _facts(repair: Repair) -> tuple[object, ...]:
    """Return a repair as the columns after its dossier's code."""
    return repair.kind.value, repair.agency, repair.procedure, repair.month, repair.due_at, to_json(repair.moves)
