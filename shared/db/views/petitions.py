"""What is counted of citizens' petitions: per unit, in the local month in which they were received."""

from datetime import datetime, time, timedelta

from sqlalchemy import text

from shared.db.views.snapshot import Snapshot
from shared.db.views.tallies import ROWS_OF_UNITS, Units, pairs
from shared.domain.agencies import AgencyTree
from shared.domain.figures import Petitions
from shared.domain.periods import Period
from shared.domain.working_time import LOCAL

_IN_TIME = "(late_from IS NULL OR late_from > :now)"
_COUNTS = text(
    f"SELECT unit.code, count(*), count(*) FILTER (WHERE {_IN_TIME}),"  # noqa: S608 - conditions of ours
    f" count(*) FILTER (WHERE {_IN_TIME} AND NOT complained_of)"
    f" FROM petitions JOIN {ROWS_OF_UNITS} ON unit.agency = petitions.agency"
    " WHERE province_code = :province AND received_at >= :start AND received_at < :end GROUP BY unit.code"
)


async def petition_counts(snapshot: Snapshot, period: Period, units: Units, *, within: AgencyTree) -> dict[str, Petitions]:
    """Return what is counted of the petitions each unit received in a period; none of those without.

    One that was not reviewed yet is in time. Every view counts the same: only the portal has petitions.
    """
    parameters = {
        "province": snapshot.province,
        "now": snapshot.now,
        "start": datetime.combine(period.first_day, time(), LOCAL),
        "end": datetime.combine(period.last_day + timedelta(days=1), time(), LOCAL),
        **pairs(units, within),
    }
    rows = await snapshot.connection.execute(_COUNTS, parameters)
    return {code: Petitions(received=received, in_time=in_time, content=content) for code, received, in_time, content in rows}
