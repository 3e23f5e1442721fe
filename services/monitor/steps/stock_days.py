"""Keeping the stock of every agency, so that it can be compared with that of earlier days."""

from services.monitor.steps.review import Reviewer
from shared.db.engine import Database
from shared.db.stores import stock_days
from shared.db.views.agencies import agency_tree
from shared.db.views.snapshot import open_snapshot
from shared.db.views.stock import own_stock
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.periods import local_day
from shared.domain.stock import Stock


class StockDays:
    """For the province of a reviewer, by its working time."""

    def __init__(self, database: Database, reviewer: Reviewer) -> None:
        self._database = database
        self._reviewer = reviewer

    async def keep(self) -> int:
        """Keep today's stock of every agency anybody named; returns of how many.

        Nothing while a source was never read to the end: what is open is not known then.
        """
        province = self._reviewer.rules.province
        async with open_snapshot(self._database, province) as snapshot:
            if snapshot.data_as_of is None:
                return 0
            known = await agency_tree(snapshot, within=WHOLE_PROVINCE)
            own = await own_stock(snapshot, self._reviewer.calendar, within=WHOLE_PROVINCE)
        found = {code: own.get(code, Stock()) for code in known.codes | own.keys()}
        async with self._database.begin() as connection:
            await stock_days.keep(connection, province, found, day=local_day(snapshot.now), now=snapshot.now)
        return len(found)
