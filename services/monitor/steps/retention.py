"""Letting go of what was kept long enough. Scores, tallies, marks and dossiers stay."""

from datetime import timedelta

import structlog

from shared.config import KeepConfig
from shared.db.engine import Database, clock
from shared.db.stores import retention

log = structlog.get_logger()


class Retention:
    """For one province; the months of the histories hold all provinces of a database and are dropped for all of them."""

    def __init__(self, database: Database, province: str, keep: KeepConfig) -> None:
        self._database = database
        self._province = province
        self._months = keep.history
        self._rows: dict[str, timedelta | None] = {
            "alerts": keep.resolved_alerts,
            "outbox": keep.events,
            "deliveries": keep.deliveries,
            "poll_runs": keep.poll_runs,
            "refusals": keep.mended_refusals,
        }

    async def run(self) -> dict[str, int]:
        """Let go of what is older than is configured; returns how many rows of each table, and months under `history`."""
        gone = {"history": await self._drop_months()}
        for table, length in self._rows.items():
            gone[table] = await self._let_go(table, length) if length else 0
        log.info("retention_finished", **gone)
        return gone

    async def _drop_months(self) -> int:
        if self._months is None:
            return 0
        async with self._database.begin() as connection:
            before = (await clock(connection) - self._months).date()
            return len(await retention.drop_months(connection, before))

    async def _let_go(self, table: str, length: timedelta) -> int:
        gone, batch = 0, retention.BATCH
        while batch == retention.BATCH:
            async with self._database.begin() as connection:
                before = await clock(connection) - length
                batch = await retention.let_go(connection, self._province, table, before=before)
            gone += batch
        return gone
