"""What could be put right about one dossier, and how what the portal counts would move by it (`facts/scoring.md`, "What is counted").

As with the marks, nothing here sees the time: a repair follows from the sides of a dossier and from what it counts for now.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from shared.domain.case import Case
from shared.domain.counters import Mark, View
from shared.domain.dossiers import Seen
from shared.domain.marks import accepted_marks, gives_paper, late_from, offers, untouched_mark
from shared.domain.moves import Repair, RepairKind, moves_between
from shared.domain.records import Record
from shared.domain.statuses import FINISHED, Status

_INSTANT = timedelta(microseconds=1)


class _After(msgspec.Struct, frozen=True):
    """The marks on the portal after a repair, and until when it can be made."""

    marks: tuple[Mark, ...]
    due_at: datetime | None = None


OF_RULES: Mapping[str, tuple[RepairKind, ...]] = {
    "sync.missing_on_portal": (RepairKind.SYNC,),
    "sync.missing_at_home": (RepairKind.INTAKE, RepairKind.IN_TIME),
    "sync.status_mismatch": (RepairKind.SYNC,),
    "sync.field_mismatch": (RepairKind.SYNC,),
    "sync.result_missing": (RepairKind.RESULT,),
    "sync.payment_mismatch": (RepairKind.PAYMENT,),
    "portal.intake": (RepairKind.IN_TIME, RepairKind.SYNC),
    "portal.deadline": (RepairKind.IN_TIME, RepairKind.SYNC),
    "intake.due_soon": (RepairKind.IN_TIME,),
    "intake.breached": (RepairKind.INTAKE,),
    "stage.overdue": (RepairKind.IN_TIME,),
    "deadline.due_soon": (RepairKind.IN_TIME,),
    "deadline.missing": (RepairKind.IN_TIME,),
    "pause.too_long": (RepairKind.IN_TIME,),
    "payment.unnoticed": (RepairKind.PAYMENT, RepairKind.IN_TIME),
    "result.missing": (RepairKind.RESULT,),
}
"""What an alert of a rule asks for: the first of these that its dossier has. Where it has none, doing it is worth nothing."""

LOST_BY: tuple[str, ...] = ("deadline.overdue", "supplement.repeated", "request.late")
"""The rules that tell of what is lost; nothing they ask for brings points back."""


def repairs(case: Case, marks: Iterable[Mark]) -> tuple[Repair, ...]:
    """Return what could be done about a dossier that counts for these marks, of both views; only what moves something."""
    marks = tuple(marks)
    portal = tuple(mark for mark in marks if mark.view is View.PORTAL)
    home = tuple(mark for mark in marks if mark.view is View.HOME)
    found = ((kind, derive(case, portal, home)) for kind, derive in _REPAIRS)
    made = (_repair(kind, portal, after) for kind, after in found if after)
    return tuple(repair for repair in made if repair)


def rules_of(kind: RepairKind) -> tuple[str, ...]:
    """Return the rules whose alerts may ask for a repair, or tell of what is lost."""
    return LOST_BY if kind is RepairKind.LOST else tuple(rule for rule, asked in OF_RULES.items() if kind in asked)


def _sync(case: Case, portal: tuple[Mark, ...], home: tuple[Mark, ...]) -> _After | None:
    """What home counts for takes the place of what the portal counts; where home's marks are still to be judged, nothing is told."""
    seen = case.home
    if seen is None or seen.record.status is Status.UNKNOWN or (seen.record.accepted_at and not home):
        return None
    return _After(tuple(msgspec.structs.replace(mark, view=View.PORTAL) for mark in home))


def _result(case: Case, portal: tuple[Mark, ...], home: tuple[Mark, ...]) -> _After | None:
    """Finished, on the side that is judged, and the portal has no electronic result, which home has or the procedure gives."""
    record, mark = _readable(case), _accepted(portal)
    if record is None or mark is None or record.electronic_result or case.judged is None:
        return None
    if case.judged.record.status not in FINISHED:
        return None
    if not gives_paper(case.procedure) and not (case.home and case.home.record.electronic_result):
        return None
    digitised = int(record.components_digitised)
    return _changed(portal, mark, result=mark.counters.paper, digitised=digitised, online=int(record.is_online))


def _payment(case: Case, portal: tuple[Mark, ...], home: tuple[Mark, ...]) -> _After | None:
    record, mark = _readable(case), _accepted(portal)
    if record is None or mark is None or record.paid_online or not (case.home and case.home.record.paid_online):
        return None
    paid = int(offers(case.procedure, record.agency, fee=True))
    return _changed(portal, mark, paid=mark.counters.fee, service_paid=paid)


def _intake(case: Case, portal: tuple[Mark, ...], home: tuple[Mark, ...]) -> _After | None:
    """It counts as any accepted dossier does, on the day its window closed, and no longer as untouched."""
    record, untouched = _readable(case), next((mark for mark in portal if _is_untouched(mark)), None)
    if untouched is None or record is None or record.submitted_at is None or case.portal is None:
        return None
    if case.home and case.home.record.accepted_at:
        return None
    taken_up = msgspec.structs.replace(
        record, status=Status.ACCEPTED, accepted_at=record.submitted_at + case.rules.intake_window
    )
    seen: Seen = msgspec.structs.replace(case.portal, record=taken_up)
    return _After(accepted_marks(case, seen, View.PORTAL, late=False))


def _in_time(case: Case, portal: tuple[Mark, ...], home: tuple[Mark, ...]) -> _After | None:
    """What the marks become when its moment passes."""
    record, mark = _readable(case), _accepted(portal)
    if record is None or case.portal is None:
        return None
    if mark is not None:
        late = late_from(case, case.portal) if mark.counters.on_time else None
        return None if late is None else _changed(portal, mark, due_at=late - _INSTANT, on_time=0, wanting=1)
    untouched = untouched_mark(record)
    if untouched is None or record.submitted_at is None or any(map(_is_untouched, portal)):
        return None
    return _After((*portal, untouched), record.submitted_at + case.rules.intake_window)


def _lost(case: Case, portal: tuple[Mark, ...], home: tuple[Mark, ...]) -> _After | None:
    """Late on the portal and no better at home, or complained of: what the marks would be had that not happened."""
    mark, at_home = _accepted(portal), _accepted(home)
    if mark is None:
        return None
    is_late = not mark.counters.on_time
    mends = is_late and at_home is not None and bool(at_home.counters.on_time)
    return _changed(portal, mark, on_time=int(not mends), wanting=int(mends))


_REPAIRS: tuple[tuple[RepairKind, Callable[[Case, tuple[Mark, ...], tuple[Mark, ...]], _After | None]], ...] = (
    (RepairKind.SYNC, _sync),
    (RepairKind.RESULT, _result),
    (RepairKind.PAYMENT, _payment),
    (RepairKind.INTAKE, _intake),
    (RepairKind.IN_TIME, _in_time),
    (RepairKind.LOST, _lost),
)


def _readable(case: Case) -> Record | None:
    """Return the portal's record; None also while its status is one the table does not map."""
    record = case.portal.record if case.portal else None
    return None if record is None or record.status is Status.UNKNOWN else record


def _accepted(marks: Iterable[Mark]) -> Mark | None:
    return next((mark for mark in marks if mark.counters.accepted), None)


def _is_untouched(mark: Mark) -> bool:
    return bool(mark.counters.received) and not mark.counters.accepted


def _changed(marks: tuple[Mark, ...], mark: Mark, *, due_at: datetime | None = None, **counters: int) -> _After:
    """Return the marks with some counters of one of them changed."""
    after = msgspec.structs.replace(mark, counters=msgspec.structs.replace(mark.counters, **counters))
    return _After(tuple(after if found is mark else found for found in marks), due_at)


def _repair(kind: RepairKind, before: tuple[Mark, ...], after: _After) -> Repair | None:
    moves = moves_between(before, after.marks)
    if not moves:
        return None
    place = (after.marks or before)[-1]
    return Repair(
        kind=kind, agency=place.agency, procedure=place.procedure, month=place.month, moves=moves, due_at=after.due_at
    )
