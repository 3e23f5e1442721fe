"""Where a dossier stands, for lists, and where its lateness arises. Both follow from the records alone."""

from datetime import datetime, timedelta

import msgspec

from shared.domain.case import Case, due_of, still_since
from shared.domain.dossiers import Seen
from shared.domain.records import Stage
from shared.domain.statuses import Status
from shared.domain.working_time import WorkingTime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The facts a list shows of a dossier.

    `status` is home's, else the portal's; `due_at` the effective due date there. `portal_overdue_at`: from when the portal counts
    it as overdue, by its due date or, untouched, by the window; None once it has ended there. `source`: the home system.
    """

    agency: str | None = None
    procedure: str | None = None
    sector: str | None = None
    source: str | None = None
    status: int | None = None
    portal_status: int | None = None
    online: bool = False
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    portal_overdue_at: datetime | None = None
    stage: str | None = None
    officer_id: str | None = None


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """Time one stage took past its due date, else past the dossier's effective one: from `since` to `until` (None: it goes on).

    `minutes` are working minutes, None while it goes on: then they are counted on reading. While the dossier stands still, as
    `deadline.overdue` reads it, nothing goes on: what was late before keeps what it had.
    """

    stage: str
    agency: str | None
    officer_id: str | None
    since: datetime
    until: datetime | None
    minutes: int | None


def standing(case: Case) -> Standing:
    """Return where a dossier stands."""
    seen = case.home or case.portal
    place = case.place
    if seen is None:
        return Standing(agency=place.agency, procedure=place.procedure, sector=place.sector)
    stage = next(iter(seen.record.open_stages), None)
    return Standing(
        agency=place.agency,
        procedure=place.procedure,
        sector=place.sector,
        source=case.home.record.source if case.home else None,
        status=seen.record.status,
        portal_status=case.portal.record.status if case.portal else None,
        online=case.is_online,
        submitted_at=case.entry.submitted_at if case.entry else None,
        due_at=due_of(seen),
        ended_at=seen.ended_at,
        portal_overdue_at=_portal_overdue_at(case),
        stage=stage.name if stage else None,
        officer_id=stage.officer_id if stage else None,
    )


def delays(case: Case) -> tuple[Delay, ...]:
    """Return the delays of home's stages, those to come of open stages included (their `since` is then still ahead)."""
    if case.home is None:
        return ()
    due = due_of(case.home)
    found = (_delay(stage, stage.due_at or due, case.home, case.calendar) for stage in case.home.record.stages)
    return tuple(delay for delay in found if delay)


def working_minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))


def _delay(stage: Stage, due: datetime | None, home: Seen, calendar: WorkingTime) -> Delay | None:
    """A stage that began after the due date answers only for its own time; an open one of an ended dossier ended with it.

    A stage's own due date is taken as home names it, as `stage.overdue` does: once the dossier goes on or ends, a wait counts
    unless home moved that date.
    """
    if due is None:
        return None
    since = max(due, stage.started_at or due)
    until = _until(stage, home)
    if until is not None and until <= since:
        return None
    return Delay(
        stage=stage.name,
        agency=stage.agency or home.record.agency,
        officer_id=stage.officer_id,
        since=since,
        until=until,
        minutes=working_minutes(calendar.between(since, until)) if until else None,
    )


def _until(stage: Stage, home: Seen) -> datetime | None:
    """Return when a stage's time stopped counting, None while it counts: it was done, the dossier ended or stands still."""
    return min((moment for moment in (stage.completed_at or home.ended_at, still_since(home)) if moment), default=None)


def _portal_overdue_at(case: Case) -> datetime | None:
    portal = case.portal
    if portal is None or portal.record.has_ended:
        return None
    if portal.record.status is Status.NEW:
        submitted = portal.record.submitted_at if portal.record.is_online else None
        return submitted + case.rules.intake_window if submitted else None
    return due_of(portal)
