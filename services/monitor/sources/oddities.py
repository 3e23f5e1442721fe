"""What is odd but readable in a record, as notes. They depend on the record alone, so that reading it again changes nothing."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from shared.domain.records import Record, Supplement
from shared.domain.statuses import Status


def with_notes(record: Record, odd: set[str]) -> Record:
    """Return the record with the notes of its translation and of its dates."""
    notes = odd.union(_of_dates(record))
    if any(_before(request.answered_at, request.asked_at) for request in record.supplements):
        notes.add("supplement answered before asked")
    return msgspec.structs.replace(record, notes=tuple(sorted(notes))) if notes else record


def each_once(requests: list[Supplement], odd: set[str]) -> tuple[Supplement, ...]:
    """Return the supplement requests without the rows that repeat another one word for word."""
    once = tuple(dict.fromkeys(requests))
    if len(once) < len(requests):
        odd.add("duplicate supplement request")
    return once


def _of_dates(record: Record) -> Iterator[str]:
    if _before(record.accepted_at, record.submitted_at):
        yield "accepted before submitted"
    if _before(record.due_at, record.accepted_at):
        yield "due before accepted"
    if _before(record.finished_at, record.accepted_at):
        yield "finished before accepted"
    if _before(record.returned_at, record.finished_at):
        yield "returned before finished"
    if record.stop_date is not None and not record.has_ended and record.status is not Status.UNKNOWN:
        yield "end date in a running status"


def _before(earlier: datetime | None, later: datetime | None) -> bool:
    return earlier is not None and later is not None and earlier < later
