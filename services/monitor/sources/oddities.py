"""What is odd but readable in a record, as notes. They depend on the record alone, so that reading it again changes nothing."""

from datetime import datetime

import msgspec

from shared.domain.records import Record, Supplement
from shared.domain.statuses import Status


def with_notes(record: Record, odd: set[str]) -> Record:
    """Return the record with the notes of its translation, to which those of its dates are added."""
    _add_those_of_dates(record, odd)
    return msgspec.structs.replace(record, notes=tuple(sorted(odd))) if odd else record


def each_once(requests: list[Supplement], odd: set[str]) -> tuple[Supplement, ...]:
    """Return the supplement requests without the rows that repeat another one word for word."""
    once = tuple(dict.fromkeys(requests))
    if len(once) < len(requests):
        odd.add("duplicate supplement request")
    return once


def _add_those_of_dates(record: Record, odd: set[str]) -> None:
    accepted, finished = record.accepted_at, record.finished_at
    if _before(accepted, record.submitted_at):
        odd.add("accepted before submitted")
    if _before(record.due_at, accepted):
        odd.add("due before accepted")
    if _before(finished, accepted):
        odd.add("finished before accepted")
    if _before(record.returned_at, finished):
        odd.add("returned before finished")
    if record.stop_date is not None and not record.has_ended and record.status is not Status.UNKNOWN:
        odd.add("end date in a running status")
    if record.supplements and any(_before(request.answered_at, request.asked_at) for request in record.supplements):
        odd.add("supplement answered before asked")


def _before(earlier: datetime | None, later: datetime | None) -> bool:
    return earlier is not None and later is not None and earlier < later
