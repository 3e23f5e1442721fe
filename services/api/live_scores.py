"""Score cards of the dossiers the monitor watches, as they are now or were at the end of an earlier day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.api.problems import ParameterError, invalid_parameters, not_found
from services.api.scoring import Scoring
from shared.db.views import agencies
from shared.db.views.counted import counted, counted_at
from shared.db.views.score_days import counted_on, days_of
from shared.db.views.snapshot import Snapshot
from shared.db.views.stock import kept_stock, live_stock
from shared.domain.agencies import AgencyTree
from shared.domain.counters import View
from shared.domain.figures import Counted
from shared.domain.indicators import AgencyKind, Policy
from shared.domain.periods import NoPolicy, Period, local_day, policy_for
from shared.domain.ranking import Of
from shared.domain.scoring import ScoreCard
from shared.domain.stock import Stock
from shared.domain.units import Offices, Unit, ranked
from shared.domain.working_time import WorkingTime


@dataclass(frozen=True)
class LiveScores:
    """Makes the cards of one request: one snapshot, one view, one period."""

    snapshot: Snapshot
    scoring: Scoring
    offices: Offices
    calendar: WorkingTime
    view: View
    period: Period
    within: AgencyTree
    found: dict[bool, dict[str, Unit]] = field(default_factory=dict)
    """The units that may be seen, once somebody asked for them, and all there are, by whether they are all."""

    @property
    def today(self) -> date:
        return local_day(self.snapshot.now)

    async def units(self, of: Of | None) -> list[Unit]:
        """Return the units that are ranked with each other: of some kinds, or all but the province.

        Raises the problem of provinces: of the others no dossier is known.
        """
        if of is Of.PROVINCES:
            raise invalid_parameters([ParameterError("of", "provinces are ranked with view=official")])
        return ranked((await self._units()).values(), of)

    async def unit(self, code: str) -> Unit:
        """Return one agency as a unit; raises the problem of one that is not there or may not be seen.

        The province is there before anybody listed it.
        """
        found = await self._units()
        if code in found:
            return found[code]
        if code == self.snapshot.province and self.within.is_whole:
            return Unit(code=code, name=code, kind=AgencyKind.PROVINCE, agencies=frozenset(found))
        raise not_found("agency with this code")

    async def _units(self) -> dict[str, Unit]:
        if self.within.is_whole not in self.found:
            self.found[self.within.is_whole] = await agencies.units(self.snapshot, self.offices, within=self.within)
        return self.found[self.within.is_whole]

    async def cards(self, units: Sequence[Unit], as_of: date | None = None) -> dict[str, ScoreCard]:
        """Return the card of each unit by its code; at the end of an earlier day, of those of which something was kept."""
        found = await self.counted(units, as_of)
        policy = self.policy(as_of or self.today)
        return {unit.code: self.card(found[unit.code], policy, unit.kind) for unit in units if unit.code in found}

    async def counted(self, units: Sequence[Unit], as_of: date | None = None) -> Mapping[str, Counted]:
        """Return what is counted of each unit now, or was at the end of an earlier day."""
        if as_of is None or as_of >= self.today:
            return await counted(self.snapshot, self.view, self.period, units, within=self.within)
        codes = [unit.code for unit in units]
        return await counted_on(self.snapshot, self.view, self.period, codes, as_of, within=self.within)

    async def counted_at(self, view: View, unit: Unit, known: Counted) -> Counted:
        """Return what is counted of a unit now in another view, from what is known of it in this one."""
        return await counted_at(self.snapshot, view, self.period, unit, known, within=self.within)

    async def stock(self, unit: Unit, as_of: date | None = None) -> Stock | None:
        """Return what is open at a unit now, or was at the end of an earlier day.

        None where nothing was kept of that day, and for a period that day is not in: what is open is of a moment.
        """
        day = min(as_of or self.today, self.today)
        if not self.period.contains(day):
            return None
        if day == self.today:
            found = await live_stock(self.snapshot, self.calendar, {unit.code: unit.agencies}, within=self.within)
            return found[unit.code]
        branch = AgencyTree({code: None for code in unit.agencies if self.within.is_whole or code in self.within})
        kept = await kept_stock(self.snapshot, day, day, within=branch)
        return kept[0].stock if kept else None

    def card(self, found: Counted, policy: Policy, kind: AgencyKind | None) -> ScoreCard:
        """Return what the figures of a unit are worth."""
        minutes = round(self.calendar.day_length.total_seconds() / 60)
        return self.scoring.card(found, self.view, policy, kind, day_minutes=minutes)

    def policy(self, today: date) -> Policy:
        """Return the version of the policy for the period as of a day; raises the problem of a day that has none."""
        try:
            return policy_for(self.scoring.policies, self.period, today)
        except NoPolicy as error:
            raise invalid_parameters([ParameterError("period", str(error))]) from None

    async def history(self, unit: Unit) -> list[tuple[date, ScoreCard]]:
        """Return what a unit had on each day on which its figures changed, the earliest first, scored as of that day."""
        days = await days_of(self.snapshot, self.view, self.period, unit.code, within=self.within)
        return [(day, self.card(found, self.policy(day), unit.kind)) for day, found in days]
