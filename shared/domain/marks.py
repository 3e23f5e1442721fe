"""What one dossier counts for, seen from the portal and from home (`facts/scoring.md`, "What is counted").

As with the rules, nothing here sees the time: the marks of a view are told in phases, and `review` reads off what holds now.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from shared.domain import codes
from shared.domain.case import Case, due_of, passed, waiting_since
from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, Mark, View
from shared.domain.dossiers import Seen
from shared.domain.findings import WAITS, Waits
from shared.domain.records import Record
from shared.domain.statuses import FINISHED, Status
from shared.domain.working_time import LOCAL

_LEAST = timedelta(microseconds=1)


class MarkPhase(msgspec.Struct, frozen=True):
    """The marks of a view from a moment on (None: from ever) until the next phase, if no record changes."""

    starts_at: datetime | None
    marks: tuple[Mark, ...]


Course = tuple[MarkPhase, ...] | Waits
"""The phases of a view in the order of time; WAITS while a status is one the table does not map."""


class MarkedView(msgspec.Struct, frozen=True):
    """A view, the sources its marks depend on, and the pure function that tells them."""

    view: View
    needs: Callable[[Case], frozenset[str]]
    course: Callable[[Case], Course]


def on_the_portal(case: Case) -> Course:
    """What the portal counts, from its own record; 1.4 also where it has none.

    1.4 stands in the portal's own mark where it knows of the acceptance, else in the month and agency of home's.
    """
    missing = _missing_there(case)
    if case.portal is None:
        return (MarkPhase(None, missing),)
    return _course(case, case.portal, View.PORTAL, always=missing)


def at_home(case: Case) -> Course:
    """What the portal would count if everything were in step: from home's record, 1.4 full."""
    if case.home is None:
        return (MarkPhase(None, ()),)
    return _course(case, case.home, View.HOME)


VIEWS: tuple[MarkedView, ...] = (
    MarkedView(View.PORTAL, lambda case: case.portal_source, on_the_portal),
    MarkedView(View.HOME, lambda case: case.home_source | case.homes_to_come, at_home),
)


def late_from(case: Case, seen: Seen) -> datetime | None:
    """Return the first moment at which a side counts as late in 2.1, None for never.

    A second request makes it late. Otherwise the end (while papers are asked for the first time: the request) is compared with
    the effective due date; without one, working time less the citizen's with the procedure's legal maximum; without that one it
    is in time. What has not ended is late once its due date has passed.
    """
    if len(seen.record.requests) > 1:
        return seen.record.requests[1].asked_at
    due = due_of(seen)
    late = passed(due) if due else _past_legal_limit(case, seen.record)
    end = waiting_since(seen) if seen.record.status is Status.SUPPLEMENT else seen.ended_at
    return None if late is None or (end is not None and end < late) else late


def _past_legal_limit(case: Case, record: Record) -> datetime | None:
    limit = case.procedure.legal_limit_days if case.procedure else None
    if not limit or record.accepted_at is None:
        return None
    waited = sum(
        (
            max(case.calendar.between(request.asked_at, request.answered_at), timedelta())
            for request in record.supplements
            if request.answered_at
        ),
        timedelta(),
    )
    return case.calendar.after(record.accepted_at, case.calendar.days(limit) + waited + _LEAST)


def _missing_there(case: Case) -> tuple[Mark, ...]:
    """Return the mark in 1.4 of what home accepted and the portal does not know as accepted, if it is so."""
    home = case.home.record if case.home else None
    if home is None or home.accepted_at is None or (case.portal and case.portal.record.accepted_at):
        return ()
    return (_mark(View.PORTAL, home, home.accepted_at, Counters(to_sync=1, synced=int(case.portal is not None))),)


def _course(case: Case, seen: Seen, view: View, *, always: tuple[Mark, ...] = ()) -> Course:
    record = seen.record
    if record.status is Status.UNKNOWN:
        return WAITS
    if record.accepted_at is None:
        return _untouched(case, record, view, always)
    late = late_from(case, seen)
    phases = [MarkPhase(None, accepted_marks(case, seen, view, late=False))]
    if late is not None:
        phases.append(MarkPhase(late, accepted_marks(case, seen, view, late=True)))
    return tuple(phases)


def _untouched(case: Case, record: Record, view: View, always: tuple[Mark, ...]) -> Course:
    """Online, in nobody's hands past the window: it counts in 5.3 alone, in the month of its submission, until it is accepted."""
    phases = [MarkPhase(None, always)]
    mark = untouched_mark(record, view)
    if mark and record.submitted_at:
        phases.append(MarkPhase(record.submitted_at + case.rules.intake_window, (*always, mark)))
    return tuple(phases)


def untouched_mark(record: Record, view: View = View.PORTAL) -> Mark | None:
    """Return the mark a record has in 5.3 once its window is past, None where it is in somebody's hands or was not online."""
    if record.accepted_at or not record.is_online or record.status is not Status.NEW or record.submitted_at is None:
        return None
    return _mark(view, record, record.submitted_at, Counters(received=1, wanting=1))


def accepted_marks(case: Case, seen: Seen, view: View, *, late: bool) -> tuple[Mark, ...]:
    """Return the marks of a side that is accepted: one, in the month and agency of its own record."""
    record = seen.record
    assert record.accepted_at is not None  # noqa: S101 - who calls it has looked
    finished = record.status in FINISHED and seen.ended_at is not None
    counters = Counters(
        accepted=1,
        to_sync=1,
        synced=1,
        on_time=int(not late),
        finished=int(finished),
        minutes=_working_minutes(case, record.accepted_at, seen.ended_at) if finished else 0,
        online=int(_counts_as_online(record, case.procedure)),
        fee=int(record.fee_owed),
        paid=int(record.fee_owed and record.paid_online),
        paper=int(gives_paper(case.procedure)),
        result=int(gives_paper(case.procedure) and record.electronic_result),
        digitised=int(record.components_digitised and record.electronic_result),
        reused=int(record.component_reused),
        stored=int(record.personal_store_used),
        population=int(record.population_data_used),
        received=1,
        wanting=int(late or _complained_of(case)),
        service_used=int(record.is_online and offers(case.procedure, record.agency, online=True)),
        service_paid=int(record.paid_online and offers(case.procedure, record.agency, fee=True)),
    )
    return (_mark(view, record, record.accepted_at, counters),)


def _complained_of(case: Case) -> bool:
    """A citizen was dissatisfied with the answer to a petition about this dossier, or complained again."""
    return any(petition.is_complained_of for petition in case.dossier.petitions)


def _counts_as_online(record: Record, procedure: Procedure | None) -> bool:
    """Online, and once finished with an electronic result where the procedure gives a paper one (seed 001, footnote 2)."""
    lacking = record.status in FINISHED and gives_paper(procedure) and not record.electronic_result
    return record.is_online and not lacking


def gives_paper(procedure: Procedure | None) -> bool:
    """Return whether a procedure is known to end with a result on paper."""
    return bool(procedure and procedure.gives_paper_result)


def offers(procedure: Procedure | None, agency: str, *, online: bool = False, fee: bool = False) -> bool:
    """Return whether the agency, or one above it, is listed with this procedure, and the procedure is online or has a fee."""
    if procedure is None or (online and not procedure.online_level) or (fee and not procedure.has_fee):
        return False
    return any(codes.is_within(agency, listed) for listed in procedure.agencies)


def _working_minutes(case: Case, start: datetime, end: datetime | None) -> int:
    length = case.calendar.between(start, end) if end else timedelta()
    return max(0, int(length / timedelta(minutes=1)))


def _mark(view: View, record: Record, moment: datetime, counters: Counters) -> Mark:
    day = moment.astimezone(LOCAL).date()
    return Mark(view=view, day=day, agency=record.agency, procedure=record.procedure, counters=counters)
