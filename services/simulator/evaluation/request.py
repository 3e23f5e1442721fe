"""What is asked of the evaluation: the period, the unit, the page and the filter, read from a body that may hold anything."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from shared.domain import codes

Body = Mapping[str, Any]
_ONE_DAY = timedelta(days=1)
_QUARTER = 3


class Refusal(Exception):
    """The evaluation refuses: an answer with status 201 whose `code` is not OK."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Period(msgspec.Struct, frozen=True):
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def body(raw: bytes) -> Body:
    """Return the object that a request holds."""
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _bad("Dữ liệu không hợp lệ") from None


def period(asked: Body, today: date) -> Period:
    """Return the month, quarter or year asked for; a month that has not ended and a time to come are refused."""
    year, kind = _number(asked, "year", 2000, 2099), asked.get("timeType")
    if kind == "month":
        return _over(_months(year, _number(asked, "month", 1, 12), 1), today)
    if kind == "quarter":
        return _begun(_months(year, _QUARTER * _number(asked, "quarter", 1, 4) - 2, _QUARTER), today)
    if kind == "year":
        return _begun(_months(year, 1, 12), today)
    raise _bad("timeType không hợp lệ")


def span(asked: Body, today: date) -> Period:
    """Return the days asked for; a span within a month that has not ended and a time to come are refused."""
    days = Period(_day(asked, "fromDate"), _day(asked, "toDate"))
    if days.last < days.first:
        raise _bad("toDate trước fromDate")
    in_one_month = (days.first.year, days.first.month) == (days.last.year, days.last.month)
    return _over(days, today) if in_one_month else _begun(days, today)


def named(text: str) -> Period:
    """Return the period of a name: `2026-11`, `2026-Q4` or `2026`; raises ValueError."""
    year, _, part = text.partition("-")
    if part.startswith("Q"):
        return _months(int(year), _QUARTER * int(part[1:]) - 2, _QUARTER)
    return _months(int(year), int(part), 1) if part else _months(int(year), 1, 12)


def page(asked: Body, largest: int) -> tuple[int, int]:
    """Return offset and size; pages count from 1, and none is larger than its kind allows."""
    number, size = (_number(asked, key, 1, 1_000_000, default) for key, default in (("currentPage", 1), ("pageSize", largest)))
    size = min(size, largest)
    return (number - 1) * size, size


def procedure(asked: Body, key: str) -> str | None:
    """Return the procedure to filter by, in its normal form, under the one spelling of the key that an endpoint knows."""
    return codes.procedure(str(asked[key])) if asked.get(key) else None


def _months(year: int, first: int, count: int) -> Period:
    """Return so many months of a year from one on."""
    begin, after = date(year, first, 1), first + count
    return Period(begin, (date(year, after, 1) if after <= 12 else date(year + 1, 1, 1)) - _ONE_DAY)


def _over(asked: Period, today: date) -> Period:
    """Return a period whose month is over."""
    if today <= _months(asked.first.year, asked.first.month, 1).last:
        raise Refusal("PERIOD_NOT_ENDED", "Chỉ tra cứu được tháng đã kết thúc")
    return asked


def _begun(asked: Period, today: date) -> Period:
    if today < asked.first:
        raise Refusal("PERIOD_NOT_STARTED", "Kỳ đánh giá chưa bắt đầu")
    return asked


def _number(asked: Body, key: str, least: int, most: int, default: int | None = None) -> int:
    """Read a whole number that may be written as text."""
    value = asked.get(key)
    if value in (None, "") and default is not None:
        return default
    try:
        number = int(str(value))
    except ValueError:
        raise _bad(f"{key} không hợp lệ") from None
    if not least <= number <= most:
        raise _bad(f"{key} không hợp lệ")
    return number


def _day(asked: Body, key: str) -> date:
    try:
        return datetime.strptime(str(asked.get(key)), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no offset
    except ValueError:
        raise _bad(f"{key} không hợp lệ") from None


def _bad(message: str) -> Refusal:
    return Refusal("BAD_REQUEST", message)
