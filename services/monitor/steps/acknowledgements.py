"""Acknowledgements whose time has passed: their alerts are open again."""

import structlog

from shared.db.engine import Database, clock, retried
from shared.db.stores.acknowledgements import lapse

log = structlog.get_logger()


class Lapsing:
    """Of one province. Any number of monitors may do this at once: what is open again is left alone."""

    def __init__(self, database: Database, province: str) -> None:
        self._database = database
        self._province = province

    async def run(self) -> int:
        """Open all that are due again, batch by batch; returns how many."""
        lapsed, batch = 0, -1
        while batch:
            batch = await retried(self._batch)
            lapsed += batch
        if lapsed:
            log.info("acknowledgements_lapsed", alerts=lapsed)
        return lapsed

    async def _batch(self) -> int:
        async with self._database.begin() as connection:
            return await lapse(connection, self._province, now=await clock(connection))
