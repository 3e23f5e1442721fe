"""What decides the cards of units in the portal's view: all that is counted, and how often procedures were used."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import text

from shared.db.views.counted import counted
from shared.db.views.snapshot import Snapshot
from shared.db.views.tallies import ROWS_OF_UNITS, Units, pairs
from shared.domain.agencies import AgencyTree
from shared.domain.counters import View
from shared.domain.indicators import Policy
from shared.domain.periods import Period
from shared.domain.units import Unit
from shared.domain.worth import Ground, Uses

_USES = text(
    "SELECT unit.code, tally.procedure, sum(service_used)::bigint AS used, sum(service_paid)::bigint AS paid"  # noqa: S608
    f" FROM procedure_tally AS tally JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency"
    " WHERE province_code = :province AND view = :view AND span = :span AND starts_on = :first"
    " AND tally.procedure = ANY(CAST(:procedures AS text[])) GROUP BY unit.code, tally.procedure"
)


async def grounds(
    snapshot: Snapshot, period: Period, policy: Policy, units: Sequence[Unit], procedures: Collection[str], *, within: AgencyTree
) -> dict[str, Ground]:
    """Return the ground of each unit, by its code; `procedures`: those whose services somebody asks about."""
    found = await counted(snapshot, View.PORTAL, period, units, within=within)
    used = await uses(snapshot, period, {unit.code: unit.agencies for unit in units}, procedures, within=within)
    return {
        unit.code: Ground(unit=unit, period=period, policy=policy, counted=found[unit.code], uses=used.get(unit.code, {}))
        for unit in units
    }


async def uses(
    snapshot: Snapshot, period: Period, units: Units, procedures: Collection[str], *, within: AgencyTree
) -> dict[str, dict[str, Uses]]:
    """Return of each unit how many of its dossiers used these procedures' services, by procedure; none of those without."""
    found: dict[str, dict[str, Uses]] = defaultdict(dict)
    if procedures:
        parameters = {
            "province": snapshot.province,
            "view": View.PORTAL.value,
            "span": period.kind.value,
            "first": period.first_day,
            "procedures": sorted(procedures),
            **pairs(units, within),
        }
        for row in await snapshot.connection.execute(_USES, parameters):
            found[row.code][row.procedure] = Uses(row.used, row.paid)
    return dict(found)
