"""Repairs as values: what could be done about a dossier, and how what the portal counts moves by it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from operator import add, attrgetter, sub

import msgspec

from shared.domain.counters import COUNTERS, Counters, Mark

_WITHOUT_POINTS = ("finished", "minutes")
_SCORED = tuple(name for name in COUNTERS if name not in _WITHOUT_POINTS)
_NOTHING = (0,) * len(_SCORED)
_values = attrgetter(*_SCORED)


class RepairKind(StrEnum):
    """What is done.

    `sync`: the portal's side becomes as home's. `result`: it gets the electronic result. `payment`: it learns of a payment.
    `intake`: untouched past its window, it is taken up. `in_time`: it is not let run past its moment, the due date or the window.
    `lost`: nothing can be done any more: late in the records of every side, or complained of.
    """

    SYNC = "sync"
    RESULT = "result"
    PAYMENT = "payment"
    INTAKE = "intake"
    IN_TIME = "in_time"
    LOST = "lost"

    @property
    def recoverable(self) -> bool:
        return self is not RepairKind.LOST

    @property
    def prevents(self) -> bool:
        """Whether the moves are those that acting avoids, not those that acting makes."""
        return self is RepairKind.IN_TIME


class Move(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By how much the counters of a month and an agency change, up or down.

    `procedure`: whose services (3.2, 3.4) move, None where none do. Working days of 2.2 have no points and are left out, so that
    repairs that are worth the same look the same.
    """

    month: date
    agency: str
    procedure: str | None = None
    counters: Counters


class Repair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that could be done about a dossier, or could have been.

    `agency`, `procedure`, `month`: where the dossier counts then. `moves`: from the marks as they are to those after it, for
    `in_time` to those once its moment has passed. `due_at`: until when it is in time, only for `in_time`.
    """

    kind: RepairKind
    agency: str
    procedure: str
    month: date
    moves: tuple[Move, ...]
    due_at: datetime | None = None


def moves_between(before: Iterable[Mark], after: Iterable[Mark]) -> tuple[Move, ...]:
    """Return how the counters change from some marks to others, in the order of month, agency and procedure."""
    sums: dict[tuple[date, str, str], tuple[int, ...]] = {}
    for marks, moved_by in ((before, sub), (after, add)):
        for mark in marks:
            key = mark.month, mark.agency, mark.procedure
            sums[key] = tuple(map(moved_by, sums.get(key, _NOTHING), _values(mark.counters)))
    return tuple(_move(*key, moved) for key, moved in sorted(sums.items()) if any(moved))


def _move(month: date, agency: str, procedure: str, moved: Sequence[int]) -> Move:
    counters = Counters(**dict(zip(_SCORED, moved, strict=True)))
    return Move(month=month, agency=agency, procedure=procedure if uses_services(counters) else None, counters=counters)


def uses_services(counters: Counters) -> bool:
    """Return whether a change may bring a procedure into 3.2 or 3.4, or take it out."""
    return bool(counters.service_used or counters.service_paid)
