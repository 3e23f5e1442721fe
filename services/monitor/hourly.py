"""What a monitor does once an hour."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from services.monitor.steps.poll import is_due

EVERY = timedelta(hours=1)


class Hourly:
    """A step that is due an hour after it last worked, and at once where it failed. It is asked more often than that."""

    def __init__(self, now: Callable[[], Awaitable[datetime]], step: Callable[[], Awaitable[None]]) -> None:
        self._now = now
        self._step = step
        self._done_at: datetime | None = None

    async def run(self) -> None:
        """Do the step if it is due; what it raises is raised."""
        now = await self._now()
        if not is_due(self._done_at, EVERY, now):
            return
        self._done_at = now  # noted before it works, so that what makes it due meanwhile stands
        try:
            await self._step()
        except Exception:
            self.make_due()
            raise

    def make_due(self) -> None:
        """Let the next run do the step, whenever it was done."""
        self._done_at = None
