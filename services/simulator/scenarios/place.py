"""Where in time a scenario is planted, and the starts that scenarios share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.simulator.draft import Desk, Draft
from services.simulator.timeline import DIRECT, ONLINE
from shared.domain.catalogue import Procedure
from shared.domain.statuses import Status

HOLD = timedelta(minutes=15)
ONE_DAY = timedelta(hours=8)
"""A working day, in working time."""


@dataclass(frozen=True)
class Place:
    """The alert opens at `opens` and ends at `mended`, or never (None)."""

    opens: datetime
    mended: datetime | None

    @property
    def lag_begins(self) -> datetime:
        """When two sides part, so that the alert opens at `opens`."""
        return self.opens - HOLD


Scenario = Callable[[Desk, Place], Draft]


def far_due(desk: Desk, moment: datetime) -> datetime:
    """Return a due date so far off that it plays no part for weeks."""
    return desk.office.after(moment, desk.office.days(desk.rng.randint(16, 40)) + desk.minutes(0, 400))


def at_work(desk: Desk, accepted: datetime, due: datetime | None, *, procedure: Procedure | None = None) -> Draft:
    """Draft a dossier accepted in step at a moment: handed in at the counter then, or online shortly before."""
    procedure = procedure or desk.procedure(days=3)
    online = desk.rng.random() < 0.5
    submitted = accepted - desk.minutes(10, 90) if online else accepted
    draft = desk.draft(submitted, procedure, ONLINE if online else DIRECT)
    draft.begin(submitted)
    if online:
        draft.accept(accepted, due)
    else:
        draft.sides.clear()
        draft.begin(accepted, status=Status.PROCESSING, accepted=accepted, due=due, stage_due=due)
    return draft


def some_days_before(desk: Desk, moment: datetime, low: float = 0.5, high: float = 3) -> datetime:
    """Return a moment some days earlier, in whole seconds."""
    return moment - desk.minutes(low * 1440, high * 1440)
