"""The sums behind score cards and rankings: per unit, which is an agency with everything below it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import catalogue_counts
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.counters import COUNTERS, Counters, View
from shared.domain.figures import Services
from shared.domain.offers import Catalogue
from shared.domain.periods import Period

Units = Mapping[str, Collection[str]]
"""The agencies each unit consists of, itself included, by the unit's code."""

ROWS_OF_UNITS = "unnest(CAST(:units AS text[]), CAST(:agencies AS text[])) AS unit (code, agency)"
_SUMS = text(
    f"SELECT unit.code, {', '.join(f'sum({name})::bigint AS {name}' for name in COUNTERS)}"  # noqa: S608 - names of ours
    f" FROM agency_tally AS tally JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency"
    " WHERE province_code = :province AND view = :view AND month BETWEEN :first AND :last GROUP BY unit.code"
)
_SERVICES = {
    counter: text(
        "SELECT used.code, count(*) FROM (SELECT DISTINCT unit.code, tally.procedure FROM procedure_tally AS tally"  # noqa: S608 - likewise
        f" JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency WHERE province_code = :province AND view = :view AND span = :span"
        f" AND starts_on = :first AND {counter} > 0) AS used GROUP BY used.code"
    )
    for counter in ("service_used", "service_paid")
}
"""`count(DISTINCT …)` would sort what this only hashes."""


async def sums(
    snapshot: Snapshot, view: View, first: date, last: date, units: Units, *, within: AgencyTree
) -> dict[str, Counters]:
    """Return the counters of each unit from one month to another, both named by any of their days; none of those without."""
    parameters = {**_of(snapshot, view, units, within), "first": first.replace(day=1), "last": last}
    rows = await snapshot.connection.execute(_SUMS, parameters)
    return {row[0]: Counters(**dict(zip(COUNTERS, row[1:], strict=True))) for row in rows}


async def services(snapshot: Snapshot, view: View, period: Period, units: Units, *, within: AgencyTree) -> dict[str, Services]:
    """Return of each unit how many procedures were used online and paid online, each counted once over its agencies."""
    parameters = {**_of(snapshot, view, units, within), "span": period.kind.value, "first": period.first_day}
    used, paid = [
        {row[0]: row[1] for row in await snapshot.connection.execute(statement, parameters)} for statement in _SERVICES.values()
    ]
    return {code: Services(used.get(code, 0), paid.get(code, 0)) for code in used.keys() | paid.keys()}


async def catalogue(connection: AsyncConnection, province: str) -> Catalogue:
    """Return what the catalogue says of each agency, which everyone may know; nothing before it was read."""
    query = select(catalogue_counts.c.counts).where(catalogue_counts.c.province_code == province)
    counts: Catalogue | None = (await connection.execute(query)).scalar_one_or_none()
    return counts or Catalogue()


def pairs(units: Units, within: AgencyTree) -> dict[str, list[str]]:
    """Return the parameters of `JOINROWS_OF_UNITS`: each unit with each of its agencies that may be seen."""
    found = [(code, agency) for code, agencies in units.items() for agency in agencies if within.is_whole or agency in within]
    return {"units": [code for code, _ in found], "agencies": [agency for _, agency in found]}


def _of(snapshot: Snapshot, view: View, units: Units, within: AgencyTree) -> dict[str, Any]:
    return {"province": snapshot.province, "view": view.value, **pairs(units, within)}
