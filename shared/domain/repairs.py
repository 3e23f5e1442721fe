"""What could be put right about one dossier, and what the portal would count then (`facts/scoring.md`, "What is counted").

As with the marks, nothing here sees the time: a repair follows from the sides of a dossier and from what it counts for now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Counted:
    """A dossier with its marks of both views, and the few questions several repairs ask."""

    case: Case
    portal: tuple[Mark, ...]
    home: tuple[Mark, ...]

    @property
    def record(self) -> Record | None:
        """The portal's record; None also while its status is one the table does not map."""
        record = self.case.portal.record if self.case.portal else None
        return None if record is None or record.status is Status.UNKNOWN else record

    @property
    def accepted(self) -> Mark | None:
        return _accepted(self.portal)

    @property
    def untouched(self) -> Mark | None:
        """The mark of what lies untouched past its window."""
        return next((mark for mark in self.portal if mark.counters.received and not mark.counters.accepted), None)

    def changed(self, mark: Mark, *, due_at: datetime | None = None, **counters: int) -> _After:
        """Return the marks with some counters of one of them changed."""
        after = msgspec.structs.replace(mark, counters=msgspec.structs.replace(mark.counters, **counters))
        return _After(tuple(after if found is mark else found for found in self.portal), due_at)


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
    portal: list[Mark] = []
    home: list[Mark] = []
    for mark in marks:
        (portal if mark.view is View.PORTAL else home).append(mark)
    counted = _Counted(case, tuple(portal), tuple(home))
    found = ((kind, derive(counted)) for kind, derive in _REPAIRS)
    made = (_repair(kind, counted.portal, after) for kind, after in found if after)
    return tuple(repair for repair in made if repair)


def rules_of(kind: RepairKind) -> tuple[str, ...]:
    """Return the rules whose alerts may ask for a repair, or tell of what is lost."""
    return LOST_BY if kind is RepairKind.LOST else tuple(rule for rule, asked in OF_RULES.items() if kind in asked)


def _sync(of: _Counted) -> _After | None:
    """What home counts for takes the place of what the portal counts; nothing is told while home's marks are to be judged."""
    seen = of.case.home
    if seen is None or seen.record.status is Status.UNKNOWN or (seen.record.accepted_at and not of.home):
        return None
    return _After(tuple(msgspec.structs.replace(mark, view=View.PORTAL) for mark in of.home))


def _result(of: _Counted) -> _After | None:
    """Finished, on the side that is judged, and the portal has no electronic result, which home has or the procedure gives."""
    record, mark, case = of.record, of.accepted, of.case
    if record is None or mark is None or record.electronic_result or case.judged is None:
        return None
    if case.judged.record.status not in FINISHED:
        return None
    if not gives_paper(case.procedure) and not (case.home and case.home.record.electronic_result):
        return None
    digitised = int(record.components_digitised)
    return of.changed(mark, result=mark.counters.paper, digitised=digitised, online=int(record.is_online))


def _payment(of: _Counted) -> _After | None:
    """Paid online at home, and the portal does not know."""
    record, mark, home = of.record, of.accepted, of.case.home
    if record is None or mark is None or record.paid_online or not (home and home.record.paid_online):
        return None
    paid = int(offers(of.case.procedure, record.agency, fee=True))
    return of.changed(mark, paid=mark.counters.fee, service_paid=paid)


def _intake(of: _Counted) -> _After | None:
    """It counts as any accepted dossier does, on the day its window closed, and no longer as untouched."""
    record, case = of.record, of.case
    if of.untouched is None or record is None or record.submitted_at is None or case.portal is None:
        return None
    if case.home and case.home.record.accepted_at:
        return None
    closed = record.submitted_at + case.rules.intake_window
    taken_up = msgspec.structs.replace(record, status=Status.ACCEPTED, accepted_at=closed)
    seen: Seen = msgspec.structs.replace(case.portal, record=taken_up)
    return _After(accepted_marks(case, seen, View.PORTAL, late=False))


def _in_time(of: _Counted) -> _After | None:
    """What the marks become when its moment passes."""
    record, mark, case = of.record, of.accepted, of.case
    if record is None or case.portal is None:
        return None
    if mark is not None:
        late = late_from(case, case.portal) if mark.counters.on_time else None
        return None if late is None else of.changed(mark, due_at=late - _INSTANT, on_time=0, wanting=1)
    to_come = untouched_mark(record)
    if to_come is None or record.submitted_at is None or of.untouched:
        return None
    return _After((*of.portal, to_come), record.submitted_at + case.rules.intake_window)


def _lost(of: _Counted) -> _After | None:
    """Late on the portal and no better at home, or complained of: what the marks would be had that not happened."""
    mark, at_home = of.accepted, _accepted(of.home)
    if mark is None or not mark.counters.wanting:
        return None
    mends = not mark.counters.on_time and at_home is not None and bool(at_home.counters.on_time)
    return of.changed(mark, on_time=int(not mends), wanting=int(mends))


_REPAIRS: tuple[tuple[RepairKind, Callable[[_Counted], _After | None]], ...] = (
    (RepairKind.SYNC, _sync),
    (RepairKind.RESULT, _result),
    (RepairKind.PAYMENT, _payment),
    (RepairKind.INTAKE, _intake),
    (RepairKind.IN_TIME, _in_time),
    (RepairKind.LOST, _lost),
)


def _accepted(marks: Iterable[Mark]) -> Mark | None:
    return next((mark for mark in marks if mark.counters.accepted), None)


def _repair(kind: RepairKind, before: tuple[Mark, ...], after: _After) -> Repair | None:
    moves = moves_between(before, after.marks) if after.marks != before else ()
    if not moves:
        return None
    place = (after.marks or before)[-1]
    return Repair(kind=kind, agency=place.agency, procedure=place.procedure, month=place.month, moves=moves, due_at=after.due_at)
