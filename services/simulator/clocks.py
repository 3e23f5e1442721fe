"""The clocks by which the systems stamp their update times: right, or for a while ahead or behind."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.simulator.shelf import Row
from services.simulator.timeline import Plan

_ONE_SECOND = timedelta(seconds=1)


class SystemClock:
    """The clock of one system. It remembers what it stamped wrongly, to stamp that anew when it is right again."""

    def __init__(self) -> None:
        self.off = timedelta()
        self._astray: dict[str, Row] = {}
        self._right_at: datetime | None = None

    def stamp(self, row: Row, at: datetime) -> datetime:
        """Return the update time of a row that appears or changes at a moment.

        A row that was there before never goes back in time: where it would, it gets the right one.
        """
        stamped = at + self.off
        if not self.off or stamped <= row.updated < at:
            return at
        self._astray[row.key] = row
        return stamped

    def set_right(self, now: datetime) -> None:
        """Let the clock be right again; what it stamped wrongly has news in the next second."""
        self.off = timedelta()
        self._right_at = now.replace(microsecond=0) + _ONE_SECOND

    def stamped_anew(self, now: datetime) -> Iterator[tuple[Row, datetime]]:
        """Yield, once, the rows that get a right update time by now, and that time."""
        if self._right_at is None or now < self._right_at:
            return
        yield from ((row, self._right_at) for row in self._astray.values())
        self._astray, self._right_at = {}, None


def is_indifferent(plan: Plan) -> bool:
    """Return whether nothing that is true of a dossier could depend on when a system says that it changed.

    It carries no alert ever, is in step, and is over within hours, days before it is due: so not even a reader who misses a
    change for some hours is wrong about it.
    """
    return plan.brief and not plan.spans and plan.home is plan.portal
