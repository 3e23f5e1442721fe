"""Procedures decided as a world begins: some public in time, some late, some not yet. All others are long public."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from msgspec.structs import replace

from services.simulator.province import PROVINCE
from services.simulator.timeline import FOREVER, Span
from services.simulator.truth import joined
from shared.domain.catalogue import Procedure
from shared.domain.working_time import LOCAL, WorkingTime

TO_WARN, TO_PUBLISH = 3, 5
"""Working days after the day of the decision."""

_REMEMBERED = timedelta(days=365)
_ONE_DAY = timedelta(days=1)
_APART = 23

_COURSES: tuple[tuple[int, timedelta | None], ...] = (
    (0, timedelta(days=1)),
    (2, None),
    (4, None),
    (4, timedelta(minutes=18)),
    (5, None),
    (5, timedelta(minutes=27)),
    (6, None),
    (7, timedelta(minutes=12)),
    (25, None),
    (300, None),
)
"""How many working days before the beginning each was decided, and how long after the beginning it becomes public."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """When a procedure was decided and becomes public (None: never), and the alerts it should carry."""

    decided_on: date
    public_at: datetime | None
    spans: tuple[Span, ...] = ()

    def shown(self, procedure: Procedure, now: datetime) -> Procedure:
        """Return the procedure as the portal lists it at a moment."""
        is_public = self.public_at is not None and self.public_at <= now
        return replace(
            procedure,
            decided_on=self.decided_on,
            effective_on=self.decided_on + 14 * _ONE_DAY,
            published_on=self.public_at.date() if self.public_at and is_public else None,
        )


def listed(procedures: Sequence[Procedure], decisions: Mapping[str, Decision], now: datetime) -> list[Procedure]:
    """Return the procedures as the portal lists them at a moment."""
    decided = ((procedure, decisions.get(procedure.code)) for procedure in procedures)
    return [decision.shown(procedure, now) if decision else procedure for procedure, decision in decided]


def owner(procedure: Procedure) -> str:
    """Return who has to publish a procedure: its only agency, else the province."""
    return procedure.agencies[0] if len(procedure.agencies) == 1 else PROVINCE


def decisions(origin: datetime, procedures: Sequence[Procedure], office: WorkingTime) -> dict[str, Decision]:
    """Return the decisions of a world by the codes of their procedures."""
    made = {}
    for number, (days, wait) in enumerate(_COURSES):
        public_at = None if wait is None else (origin + wait).astimezone(LOCAL)
        decision = Decision(decided_on=_working_days_before(origin.astimezone(LOCAL).date(), days, office), public_at=public_at)
        made[procedures[number * _APART].code] = replace(decision, spans=_tell(decision, office))
    return made


def _tell(decision: Decision, office: WorkingTime) -> tuple[Span, ...]:
    """A warning after three working days, late after five, told for a year; until it is public."""
    end = decision.public_at or FOREVER
    warned, late = (_end_of_working_day(decision.decided_on, days, office) for days in (TO_WARN, TO_PUBLISH))
    forgotten = _midnight(decision.decided_on + _REMEMBERED + _ONE_DAY)
    return joined(
        [
            Span("publication.due_soon", warned, min(late, end)),
            Span("publication.late", late, min(forgotten, end), late),
        ]
    )


def _end_of_working_day(day: date, count: int, office: WorkingTime) -> datetime:
    """Return the midnight at the end of the last of so many working days after a day."""
    while count:
        day += _ONE_DAY
        count -= office.is_working_day(day)
    return _midnight(day + _ONE_DAY)


def _working_days_before(day: date, count: int, office: WorkingTime) -> date:
    while count:
        day -= _ONE_DAY
        count -= office.is_working_day(day)
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
