"""Working time: the hours an office is open, and arithmetic on them.

Everything rests on one count: `W(t)`, the working time from the start of the table to `t`. It never falls, stands still outside
working hours, and both directions of the arithmetic are look-ups in it (`facts/calendar.md`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

import msgspec

LOCAL = timezone(timedelta(hours=7), "+07")
"""Asia/Ho_Chi_Minh, which has had no summer time since 1975."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_ZERO = timedelta()
_ONE_DAY = timedelta(days=1)

OFFICE_HOURS = ((time(7), time(11, 30)), (time(13, 30), time(17)))


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """Which days are not what their weekday says: `off` are holidays, `worked` are Saturdays or Sundays worked."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)


class WorkingTime:
    """The working hours of one province.

    Args:
        hours: the shifts of a working day, local time, in order.
        days: the exceptions to Monday to Friday.

    Moments in and out are aware datetimes of the years 2000 to 2099; lengths are working time as timedelta.
    """

    def __init__(self, days: Days, hours: Sequence[tuple[time, time]] = OFFICE_HOURS) -> None:
        self.hours = tuple(hours)
        self._shifts = [(_since_midnight(opens), _since_midnight(closes)) for opens, closes in hours]
        self.day_length = sum((b - a for a, b in self._shifts), _ZERO)
        self._days = days
        self._start = datetime(_FIRST_YEAR, 1, 1, tzinfo=LOCAL)
        self._before: list[timedelta] = [_ZERO]
        for offset in range((date(_LAST_YEAR + 1, 1, 1) - self._start.date()).days):
            works = days.is_working_day(self._start.date() + timedelta(days=offset))
            self._before.append(self._before[-1] + (self.day_length if works else _ZERO))

    def is_working_day(self, day: date) -> bool:
        """Return whether offices are open on a day."""
        return self._days.is_working_day(day)

    def opens_at(self, day: date) -> datetime:
        """Return when offices open on a day, if it is a working day."""
        return datetime.combine(day, time(), LOCAL) + self._shifts[0][0]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`; negative when `end` is earlier."""
        return self._elapsed(end) - self._elapsed(start)

    def after(self, moment: datetime, length: timedelta) -> datetime:
        """Return the earliest moment by which `length` of working time has passed since `moment`; the moment itself for none."""
        if length == _ZERO:
            return moment
        target = self._elapsed(moment) + length
        if target > self._before[-1]:
            raise ValueError(f"working time is known until {_LAST_YEAR}")
        day = bisect_left(self._before, target) - 1
        remaining = target - self._before[day]
        for opens, closes in self._shifts:
            if remaining <= closes - opens:
                return self._at(day, opens + remaining, moment)
            remaining -= closes - opens
        raise ValueError("the working day is longer than its shifts")  # pragma: no cover - the table forbids it

    def before(self, moment: datetime, length: timedelta) -> datetime:
        """Return the latest moment from which exactly `length` of working time remains until `moment`; itself for none."""
        if length == _ZERO:
            return moment
        target = self._elapsed(moment) - length
        day = bisect_right(self._before, target) - 1
        remaining = target - self._before[day]
        for opens, closes in self._shifts:
            if remaining < closes - opens:
                return self._at(day, opens + remaining, moment)
            remaining -= closes - opens
        raise ValueError("the working day is longer than its shifts")  # pragma: no cover - the table forbids it

    def nth_day_after(self, day: date, count: int) -> date:
        """Return the last of `count` working days after a day, which itself does not count."""
        while count:
            day += _ONE_DAY
            count -= self.is_working_day(day)
        return day

    def nth_day_before(self, day: date, count: int) -> date:
        """Return the first of `count` working days before a day, which itself does not count."""
        while count:
            day -= _ONE_DAY
            count -= self.is_working_day(day)
        return day

    def days(self, count: float) -> timedelta:
        """Return the working time of `count` of this province's working days."""
        return self.day_length * count

    def _elapsed(self, moment: datetime) -> timedelta:
        offset = moment - self._start
        day = offset // _ONE_DAY
        if not 0 <= day < len(self._before) - 1:
            raise ValueError(f"working time is known from {_FIRST_YEAR} to {_LAST_YEAR}, not for {moment.year}")
        full = self._before[day]
        if self._before[day + 1] == full:
            return full
        since_midnight = offset - day * _ONE_DAY
        return full + sum((max(_ZERO, min(since_midnight, b) - a) for a, b in self._shifts), _ZERO)

    def _at(self, day: int, since_midnight: timedelta, like: datetime) -> datetime:
        return (self._start + day * _ONE_DAY + since_midnight).astimezone(like.tzinfo)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


def check_hours(hours: Sequence[tuple[time, time]]) -> None:
    """Raise ValueError unless the shifts are in order and do not touch."""
    flat = [moment for shift in hours for moment in shift]
    if not flat or any(a >= b for a, b in pairwise(flat)):
        raise ValueError("must be shifts [from, to] in order that do not touch or overlap")
