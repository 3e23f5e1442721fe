"""All that is counted of units in a period: the one place where a card's figures come from."""

from collections.abc import Sequence

from shared.db.views import tallies
from shared.db.views.petitions import petition_counts
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted, Petitions, Services
from shared.domain.periods import Period
from shared.domain.units import Unit


async def counted(
    snapshot: Snapshot, view: View, period: Period, units: Sequence[Unit], *, within: AgencyTree
) -> dict[str, Counted]:
    """Return what is counted of each unit, by its code."""
    agencies = {unit.code: unit.agencies for unit in units}
    counters = await tallies.sums(snapshot, view, period.first_day, period.last_day, agencies, within=within)
    services = await tallies.services(snapshot, view, period, agencies, within=within)
    petitions = await petition_counts(snapshot, period, agencies, within=within)
    catalogue = await tallies.catalogue(snapshot.connection, snapshot.province)
    decisions = catalogue.decided_between(period.first_day, period.last_day)
    return {
        unit.code: Counted(
            counters=counters.get(unit.code, Counters()),
            services=services.get(unit.code, Services()),
            offer=catalogue.of(unit.code, snapshot.province),
            province=catalogue.whole,
            decisions=decisions,
            petitions=petitions.get(unit.code, Petitions()),
        )
        for unit in units
    }
