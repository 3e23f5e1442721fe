"""Keeping what is counted of every unit, so that scores can be compared with those of earlier days."""

from datetime import date

from shared.db.engine import Database
from shared.db.stores import score_days
from shared.db.views.agencies import scored_units
from shared.db.views.counted import counted
from shared.db.views.snapshot import open_snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.counters import View
from shared.domain.periods import Period, local_day, periods_of
from shared.domain.units import Offices


class ScoreDays:
    """For one province."""

    def __init__(self, database: Database, province: str, offices: Offices) -> None:
        self._database = database
        self._province = province
        self._offices = offices

    async def keep(self) -> int:
        """Keep today's figures of every unit, view and period that may still move; returns how many changed."""
        async with open_snapshot(self._database, self._province) as snapshot:
            today = local_day(snapshot.now)
            kept = await scored_units(snapshot, self._offices, within=WHOLE_PROVINCE)
            found = {
                (view, period): await counted(snapshot, view, period, kept, within=WHOLE_PROVINCE)
                for view in View
                for period in moving_periods(today)
            }
        changed = 0
        for (view, period), of_units in found.items():
            async with self._database.begin() as connection:
                changed += await score_days.keep(connection, self._province, view, period, of_units, day=today)
        return changed


def moving_periods(today: date) -> list[Period]:
    """Return the periods of this year that have begun and, in its first quarter, those of the last quarter's year."""
    years = [today.year, today.year - 1] if today.month <= 3 else [today.year]
    return [period for year in years for period in periods_of(year) if period.first_day <= today]
