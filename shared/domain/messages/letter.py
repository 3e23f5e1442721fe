"""One alert at the moment it is read: the questions that the texts of the rules ask."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from shared.domain.findings import Responsible
from shared.domain.messages.facts import Facts
from shared.domain.messages.wording import length, moment, shorten
from shared.domain.statuses import LABELS, Status
from shared.domain.working_time import WorkingTime

_NAME_LIMIT = 60

_ROLES = {
    Responsible.RECEIVING: "đơn vị tiếp nhận",
    Responsible.HANDLING: "đơn vị giải quyết",
    Responsible.OTHER_AGENCY: "cơ quan đang giải quyết",
    Responsible.CITIZEN: "đơn vị giải quyết",
    Responsible.CONNECTION: "đơn vị phụ trách đồng bộ",
    Responsible.OPS: "bộ phận vận hành",
    Responsible.UNKNOWN: "đơn vị liên quan",
}
"""Who is asked where no name is known. A citizen is reminded by the unit, never written to."""


@dataclass(frozen=True)
class Words:
    """What one rule says: the fact, how much is left or late, what is asked, what follows; `brief` is the fact in a few words."""

    fact: str
    left: str
    ask: str
    consequence: str
    brief: str


@dataclass(frozen=True)
class Letter:
    """The facts of one alert, the province's working time, and the moment of reading."""

    facts: Facts
    calendar: WorkingTime
    now: datetime

    @cached_property
    def asked(self) -> str:
        """Who is asked to act: the agency's name, else its role."""
        is_citizen = self.facts.responsible is Responsible.CITIZEN
        name = self.facts.agency_name if is_citizen else self.facts.responsible_agency_name
        return shorten(name, _NAME_LIMIT) if name else _ROLES[self.facts.responsible]

    def value(self, name: str) -> Any:
        """Return one of the alert's details as it is kept, None where it has none."""
        return self.facts.details.get(name)

    def at(self, name: str) -> datetime | None:
        """Return a detail that is a moment."""
        value = self.value(name)
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def moment_of(self, name: str) -> datetime:
        """Return a detail that is a moment, or since when the finding stands where it has none."""
        return self.at(name) or self.facts.since

    def name_of(self, name: str) -> str:
        """Return a detail that is a name from outside, cut short."""
        return shorten(str(self.value(name) or ""), _NAME_LIMIT)

    def status(self, name: str) -> str:
        """Return a detail that is a status in the words officials read, in quotation marks."""
        return f'"{LABELS[Status(self.value(name) or 0)]}"'

    @property
    def due(self) -> datetime:
        return self.facts.due_at or self.facts.since

    def left(self, due: datetime) -> str:
        """Return how much elapsed time is left until `due`, or how long it is past."""
        return f"còn {length(due - self.now)}" if self.now <= due else f"đã quá {length(self.now - due)}"

    def working_left(self, due: datetime) -> str:
        """Return how much working time is left until `due`, or how much of it has gone by since."""
        if self.now <= due:
            return f"còn {self._working(self.now, due)}"
        return f"đã quá {self._working(due, self.now)}"

    def by(self, due: datetime, *, beside: datetime | None = None) -> str:
        """Return by when something is asked: before `due`, at once when that is past."""
        return f"trước {moment(due, beside=beside)}" if self.now <= due else "ngay"

    def lasting(self, since: datetime) -> str:
        """Return how long something has stood, in elapsed time."""
        return f"đã {length(self.now - since)}"

    def working_lasting(self, since: datetime) -> str:
        """Return how long something has stood, in working time."""
        return f"đã {self._working(since, self.now)}"

    def _working(self, start: datetime, end: datetime) -> str:
        return length(self.calendar.between(start, end), day=self.calendar.day_length) + " làm việc"
