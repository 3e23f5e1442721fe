"""Looking after alerts nobody has acknowledged: reminders, and what is passed on to the agency above."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from shared.db.engine import Connection, Database, clock, retried
from shared.db.stores import unacknowledged
from shared.domain.escalation import Escalation, morning, open_before
from shared.domain.working_time import WorkingTime

_Batch = Callable[[Connection, datetime], Awaitable[int]]


class Unacknowledged:
    """For one province. Several monitors may run it at once."""

    def __init__(self, database: Database, province: str, escalation: Escalation, calendar: WorkingTime) -> None:
        self._database = database
        self._province = province
        self._escalation = escalation
        self._calendar = calendar

    async def run(self, *, now: datetime | None = None) -> int:
        """Do all that is due; returns how many alerts were changed. `now`: the database's clock unless a test says otherwise."""
        changed = 0
        for batch in (self._pass_on, self._remind):
            while done := await self._in_one(batch, now):
                changed += done
        return changed

    async def _in_one(self, batch: _Batch, now: datetime | None) -> int:
        async def step() -> int:
            async with self._database.begin() as connection:
                return await batch(connection, now or await clock(connection))

        return await retried(step)

    async def _pass_on(self, connection: Connection, now: datetime) -> int:
        before = open_before(self._escalation, self._calendar, now=now)
        return await unacknowledged.pass_on(connection, self._province, before, now=now)

    async def _remind(self, connection: Connection, now: datetime) -> int:
        begun = morning(self._calendar, now=now)
        if begun is None or not self._escalation.reminded:
            return 0
        return await unacknowledged.remind(connection, self._province, self._escalation.reminded, begun, now=now)
