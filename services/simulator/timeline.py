"""The plan of one dossier: what each system will say of it, and from which moment on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from shared.domain.catalogue import Procedure
from shared.domain.statuses import ENDED, RUNNING, STANDING_STILL, Status
from shared.domain.working_time import LOCAL

FOREVER = datetime(9999, 1, 1, tzinfo=LOCAL)
"""The end of what nobody mends."""

ONLINE, DIRECT, POSTAL = "online", "direct", "postal"
HOME, SPECIAL, PORTAL = "home", "special", "portal"


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request for more papers; `due_after` is None where it moved no due date."""

    asked: datetime
    answered: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None

    @property
    def waited(self) -> timedelta:
        """The time the citizen took, where the request moved no due date; nothing otherwise."""
        moved = self.due_after is not None and self.due_after != self.due_before
        return timedelta() if self.answered is None or moved else self.answered - self.asked


class Phase(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one system says from the moment `at` on, until its next phase. `since`: when it took up this status.

    `agency` and `procedure` are set only where a system says something else than the plan; `odd_status` is a status word outside
    every table, shown in place of `status`.
    """

    at: datetime
    status: Status
    since: datetime
    accepted: datetime | None = None
    due: datetime | None = None
    finished: datetime | None = None
    returned: datetime | None = None
    refused: datetime | None = None
    requests: tuple[Request, ...] = ()
    stage: int = 0
    stage_due: datetime | None = None
    apology: datetime | None = None
    paid_online: bool = False
    paid_at: datetime | None = None
    e_result: bool = False
    agency: str | None = None
    procedure: str | None = None
    odd_status: str | None = None

    @property
    def effective_due(self) -> datetime | None:
        """The due date that counts: moved by the waits that moved no written date."""
        if self.due is None or not self.requests:
            return self.due
        return self.due + sum((request.waited for request in self.requests), timedelta())

    @property
    def end(self) -> datetime | None:
        """When the dossier ended, or None while it has not."""
        if self.status in ENDED:
            return self.finished or self.returned or self.refused or self.since
        if self.status is Status.STOPPED:
            return self.finished or self.refused or self.returned
        return None

    @property
    def runs(self) -> bool:
        return self.status in RUNNING

    @property
    def stands_still(self) -> bool:
        return self.status in STANDING_STILL and self.end is None

    @property
    def pause_began(self) -> datetime:
        """When a wait began: the last unanswered request in status 5, the change of status otherwise."""
        open_requests = [request.asked for request in self.requests if request.answered is None]
        return open_requests[-1] if self.status is Status.SUPPLEMENT and open_requests else self.since


class Span(msgspec.Struct, frozen=True, gc=False):
    """An alert that should be open from `begins` until just before `ends`; critical from `worsens` on."""

    rule: str
    begins: datetime
    ends: datetime
    worsens: datetime = FOREVER


class Plan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything that will ever be said of one dossier, and the alerts it should carry.

    `mark` is a number of its own from which all decoration (spellings, names, missing values) is drawn.
    `rule` and `opens` are what a scenario planted on purpose. `own_code` is the code its home system gave it, where that is not
    the national one; a home record that stands under it until it learns the national code is a plan of its own, which ends at
    `left_at`. `brief`: served within hours, its due date days away.
    """

    code: str
    procedure: Procedure
    agency: str
    home_agency: str
    receiving: str
    channel: str
    submitted: datetime
    mark: int
    home: tuple[Phase, ...] = ()
    special: tuple[Phase, ...] = ()
    portal: tuple[Phase, ...] = ()
    scenario: str = "ordinary"
    rule: str | None = None
    opens: datetime | None = None
    brief: bool = False
    own_code: str | None = None
    left_at: datetime | None = None
    spans: tuple[Span, ...] = ()

    @property
    def at_home(self) -> tuple[Phase, ...]:
        """The home side; where both home systems have the dossier they are in step, and the special one had it first."""
        return self.special or self.home

    @property
    def is_online(self) -> bool:
        return self.channel == ONLINE

    def phases(self, system: str) -> tuple[Phase, ...]:
        """Return the timeline of one system: `home`, `special` or `portal`."""
        return {HOME: self.home, SPECIAL: self.special, PORTAL: self.portal}[system]

    def agency_at(self, moment: datetime) -> str:
        """Return who handles it at a moment: as home says, else the portal."""
        for phases, planned in ((self.at_home, self.home_agency), (self.portal, self.agency)):
            position = current(phases, moment)
            if position >= 0:
                return phases[position].agency or planned
        return self.agency

    @property
    def last_change(self) -> datetime:
        return max(side[-1].at for side in (self.home, self.special, self.portal) if side)


def current(phases: Sequence[Phase], now: datetime) -> int:
    """Return the position of the phase in force at `now`, or -1 while the system does not have the dossier."""
    position = len(phases) - 1
    while position >= 0 and phases[position].at > now:
        position -= 1
    return position
