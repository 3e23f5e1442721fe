"""The sums behind score cards and rankings: per unit, which is an agency with everything below it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import catalogue_counts
from shared.db.views.offered import LISTED, SERVICE, at
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.counters import COUNTERS, Counters, View
from shared.domain.figures import Services
from shared.domain.offers import Catalogue
from shared.domain.periods import Period
from shared.domain.units import Unit

Units = Mapping[str, Collection[str]]
"""The agencies each unit consists of, itself included, by the unit's code."""

ROWS_OF_UNITS = "unnest(CAST(:units AS text[]), CAST(:agencies AS text[])) AS unit (code, agency)"
_SUMS = text(
    f"SELECT unit.code, {', '.join(f'sum({name})::bigint AS {name}' for name in COUNTERS)}"  # noqa: S608 - names of ours
    f" FROM agency_tally AS tally JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency"
    " WHERE province_code = :province AND view = :view AND month BETWEEN :first AND :last GROUP BY unit.code"
)
_SERVICES = text(
    " UNION ALL ".join(
        f"(WITH used AS MATERIALIZED (SELECT DISTINCT unit.code AS unit, tally.procedure"  # noqa: S608 - likewise
        f" FROM procedure_tally AS tally JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency"
        " WHERE province_code = :province AND view = :view AND span = :span AND starts_on = :first"
        f" AND {counter} > 0) SELECT '{counter}', used.unit, count(*)"
        f" FROM used JOIN procedures ON procedures.code = used.procedure"
        f" WHERE {LISTED} AND {offers} AND {at('used.unit')} GROUP BY used.unit)"
        for counter, offers in SERVICE.items()
    )
)
_ALONE = text(
    f"SELECT {', '.join(f'coalesce(sum({name}), 0)::bigint' for name in COUNTERS)} FROM procedure_tally AS tally"  # noqa: S608
    f" JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency WHERE province_code = :province AND view = 'portal' AND span = :span"
    " AND starts_on = :first AND NOT EXISTS (SELECT FROM procedure_tally AS home WHERE home.province_code = :province"
    " AND home.view = 'home' AND home.span = :span AND home.starts_on = :first AND home.agency = tally.agency"
    " AND home.procedure = tally.procedure AND home.received > 0)"
)


async def sums(
    snapshot: Snapshot, view: View, first: date, last: date, units: Units, *, within: AgencyTree
) -> dict[str, Counters]:
    """Return the counters of each unit from one month to another, both named by any of their days; none of those without."""
    parameters = {**_of(snapshot, view, units, within), "first": first.replace(day=1), "last": last}
    rows = await snapshot.connection.execute(_SUMS, parameters)
    return {row[0]: Counters(**dict(zip(COUNTERS, row[1:], strict=True))) for row in rows}


async def services(snapshot: Snapshot, view: View, period: Period, units: Units, *, within: AgencyTree) -> dict[str, Services]:
    """Return of each unit how many of the procedures it offers were used online and paid online, each once over its agencies."""
    parameters = {**_of(snapshot, view, units, within), "span": period.kind.value, "first": period.first_day}
    found: dict[str, dict[str, int]] = {counter: {} for counter in SERVICE}
    for counter, code, count in await snapshot.connection.execute(_SERVICES, parameters):
        found[counter][code] = count
    used, paid = found.values()
    return {code: Services(used.get(code, 0), paid.get(code, 0)) for code in used.keys() | paid.keys()}


async def alone(snapshot: Snapshot, period: Period, unit: Unit, *, within: AgencyTree) -> Counters:
    """Return the portal's counters of a unit's procedures of which home counts no dossier, agency by agency."""
    parameters = {**_of(snapshot, View.PORTAL, {unit.code: unit.agencies}, within), "span": period.kind.value}
    row = (await snapshot.connection.execute(_ALONE, {**parameters, "first": period.first_day})).one()
    return Counters(**dict(zip(COUNTERS, row, strict=True)))


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
