"""What unresolved alerts ask for, those that ask for the same together: what values them, for operations and for no caller."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import text

from shared.db.types import Json
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.moves import Move, RepairKind
from shared.domain.repairs import OF_RULES

_ASKED = [(rule, kind.value, place) for rule, kinds in OF_RULES.items() for place, kind in enumerate(kinds)]
_WANTED = text(
    """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:rules AS text[]), CAST(:kinds AS text[]), CAST(:places AS int[]))
            AS asked (rule, repair, place)
    )
    SELECT alerts.rule = ANY(CAST(:rules AS text[])) AS asks, best.repair, best.agency, best.month, best.moves,
        alerts.points, alerts.province_points, array_agg(alerts.id ORDER BY alerts.id) AS ids
    FROM alerts
    JOIN dossiers ON dossiers.province_code = alerts.province_code AND dossiers.code = alerts.dossier_code
        AND dossiers.parked_at IS NULL
        AND dossiers.rule_set = (SELECT max(id) FROM rule_sets WHERE province_code = :province)
    LEFT JOIN LATERAL (
        SELECT repairs.repair, repairs.agency, repairs.month, repairs.moves FROM repairs JOIN asked USING (repair)
        WHERE repairs.province_code = alerts.province_code AND repairs.code = alerts.dossier_code AND asked.rule = alerts.rule
        ORDER BY asked.place LIMIT 1
    ) AS best ON true
    WHERE alerts.province_code = :province AND alerts.state <> 'resolved'
        AND (alerts.rule = ANY(CAST(:rules AS text[])) OR alerts.points IS NOT NULL)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    """
).columns(moves=Json(tuple[Move, ...]))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts that ask for the same, and what they are said to be worth. `kind` None: their dossiers have no such repair.

    `asks`: whether their rules ask for anything that brings points.
    """

    asks: bool
    kind: RepairKind | None
    agency: str | None
    month: date | None
    moves: tuple[Move, ...]
    points: Decimal | None
    province_points: Decimal | None
    alert_ids: tuple[int, ...]


async def asked_for(snapshot: Snapshot, *, within: AgencyTree) -> Sequence[Asked]:
    """Return what the unresolved alerts of dossiers ask for that were judged by the present rules; `within` is the province."""
    if not within.is_whole:
        raise ValueError("alerts are valued for the whole province")
    rules, kinds, places = (list(column) for column in zip(*_ASKED, strict=True))
    parameters = {"province": snapshot.province, "rules": rules, "kinds": kinds, "places": places}
    return [
        Asked(
            asks=row.asks,
            kind=RepairKind(row.repair) if row.repair else None,
            agency=row.agency,
            month=row.month,
            moves=row.moves or (),
            points=row.points,
            province_points=row.province_points,
            alert_ids=tuple(row.ids),
        )
        for row in await snapshot.connection.execute(_WANTED, parameters)
    ]
