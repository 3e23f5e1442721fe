"""Periods figures are added up over: a year, a quarter or a month, and the policy that scores each."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

from shared.domain.indicators import Policy
from shared.domain.working_time import LOCAL
from shared.errors import Watch766Error

FIRST_YEAR, LAST_YEAR = 2025, 2100
PERIOD_PATTERN = r"^[0-9]{4}(-Q[1-4]|-0[1-9]|-1[0-2])?$"
_WRITTEN = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)


class PeriodKind(StrEnum):
    """How long a period is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


class PeriodState(StrEnum):
    """Where a period stands at a moment: not begun, going on, or over."""

    FUTURE = "future"
    RUNNING = "running"
    COMPLETE = "complete"


class NoPolicy(Watch766Error):
    """No version of the scoring policy is valid on a day."""

    def __init__(self, day: date, policies: Iterable[Policy]) -> None:
        valid = ", ".join(
            f"{policy.id} from {policy.valid_from} to {policy.valid_until or 'further notice'}" for policy in policies
        )
        super().__init__(f"no scoring policy is valid on {day}; there is {valid or 'none at all'}")


class Period(msgspec.Struct, frozen=True, order=True):
    """A stretch of whole calendar months in Asia/Ho_Chi_Minh: `first_month` and how many `months` (12, 3 or 1) of a year."""

    year: int
    first_month: int
    months: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `2026`, `2026-Q4` or `2026-11`. Raises ValueError for anything else, also for a year before 2025 or after 2100."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError("must be a year, a quarter or a month such as 2026, 2026-Q4 or 2026-11")
        year = int(match["year"])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
        if match["quarter"]:
            return cls(year, 3 * int(match["quarter"]) - 2, 3)
        return cls(year, int(match["month"]), 1) if match["month"] else cls(year, 1, 12)

    @classmethod
    def of(cls, kind: PeriodKind, day: date) -> "Period":
        """Return the year, quarter or month that a day lies in."""
        months = {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}[kind]
        return cls(day.year, (day.month - 1) // months * months + 1, months)

    def __str__(self) -> str:
        if self.kind is PeriodKind.YEAR:
            return f"{self.year}"
        return (
            f"{self.year}-Q{self._last_month // 3}" if self.kind is PeriodKind.QUARTER else f"{self.year}-{self.first_month:02}"
        )

    @property
    def kind(self) -> PeriodKind:
        return {12: PeriodKind.YEAR, 3: PeriodKind.QUARTER, 1: PeriodKind.MONTH}[self.months]

    @property
    def first_day(self) -> date:
        return date(self.year, self.first_month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self._last_month, monthrange(self.year, self._last_month)[1])

    def contains(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def state(self, now: datetime) -> PeriodState:
        """Return where the period stands at an aware moment, by the local day it falls on."""
        today = local_day(now)
        if today < self.first_day:
            return PeriodState.FUTURE
        return PeriodState.RUNNING if today <= self.last_day else PeriodState.COMPLETE

    @property
    def _last_month(self) -> int:
        return self.first_month + self.months - 1


class Span(msgspec.Struct, frozen=True):
    """Local days from the first to the last, both included."""

    first: date
    last: date


def periods_of(year: int) -> "list[Period]":
    """Return every period of a year: the year, its quarters, its months."""
    quarters = [Period(year, month, 3) for month in (1, 4, 7, 10)]
    return [Period(year, 1, 12), *quarters, *(Period(year, month, 1) for month in range(1, 13))]


def local_day(now: datetime) -> date:
    """Return the day of an aware moment in Asia/Ho_Chi_Minh."""
    if now.tzinfo is None:
        raise ValueError("a moment without an offset has no local day")
    return now.astimezone(LOCAL).date()


def policy_on(policies: Iterable[Policy], day: date) -> Policy:
    """Return the version of the policy valid on a day; raises `NoPolicy` when there is none."""
    policies = tuple(policies)
    for policy in policies:
        if policy.is_valid_on(day):
            return policy
    raise NoPolicy(day, policies)


def policy_for(policies: Iterable[Policy], period: Period, today: date) -> Policy:
    """Return the version that scores a period: the one valid on its last day, while it runs the one valid today.

    Raises `NoPolicy` when there is none.
    """
    return policy_on(policies, today if period.contains(today) else period.last_day)
