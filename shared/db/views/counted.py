"""All that is counted of units in a period: the one place where a card's figures come from."""

from collections.abc import Sequence

from msgspec.structs import replace

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
    counters, services = await _of_view(snapshot, view, period, agencies, within=within)
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


async def counted_at(
    snapshot: Snapshot, view: View, period: Period, unit: Unit, known: Counted, *, within: AgencyTree
) -> Counted:
    """Return what is counted of one unit in another view than what is `known` of it: only dossiers differ between views."""
    counters, services = await _of_view(snapshot, view, period, {unit.code: unit.agencies}, within=within)
    return replace(known, counters=counters.get(unit.code, Counters()), services=services.get(unit.code, Services()))


async def _of_view(
    snapshot: Snapshot, view: View, period: Period, units: tallies.Units, *, within: AgencyTree
) -> tuple[dict[str, Counters], dict[str, Services]]:
    counters = await tallies.sums(snapshot, view, period.first_day, period.last_day, units, within=within)
    return counters, await tallies.services(snapshot, view, period, units, within=within)
