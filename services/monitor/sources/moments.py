"""The dates of both systems, as UTC moments, and which of them can be meant."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from services.monitor.sources.decoding import FieldRefused
from services.monitor.sources.values import word
from shared.domain.working_time import LOCAL

Parse = Callable[[str], datetime]

_EARLIEST = datetime(2000, 1, 1, tzinfo=LOCAL).astimezone(UTC)
_END = datetime(2099, 1, 1, tzinfo=LOCAL).astimezone(UTC)
"""Working time is known to the end of that year; deadlines follow a day of the catalogue."""
_AHEAD_OF_UTC = timedelta(hours=7)
_FURTHEST_AHEAD = timedelta(days=20 * 365 + 5)
"""Twenty years: no dossier is due later than that."""


def portal_moment(written: str) -> datetime:
    """Parse `yyyyMMddHHmmss` in Asia/Ho_Chi_Minh; raises ValueError, or OverflowError at the ends of the calendar."""
    if len(written) != 14 or not written.isdigit():  # digits of other scripts are none to what follows
        raise ValueError("not yyyyMMddHHmmss")
    return datetime.fromisoformat(f"{written[:8]}T{written[8:]}Z") - _AHEAD_OF_UTC


def home_moment(written: str) -> datetime:
    """Parse `2026-11-21T08:30:00.000+0700`, milliseconds optional; raises ValueError, or OverflowError likewise."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment.astimezone(UTC)


def to_portal(moment: datetime) -> str:
    """Write a moment as the portal takes it, cut to the second (an inclusive lower bound only gets lower)."""
    return moment.astimezone(LOCAL).strftime("%Y%m%d%H%M%S")


def to_home(moment: datetime) -> str:
    """Write a moment as iGate takes it, cut to the millisecond."""
    return moment.astimezone(LOCAL).isoformat(timespec="milliseconds").replace("+07:00", "+0700")


def update_time(parse: Parse, value: object, field: str) -> datetime:
    """Return when an item was last updated, as received, also when that lies ahead; raises `FieldRefused`."""
    moment = _read(parse, value, field)
    if moment is None:
        raise FieldRefused(field, "missing")
    return moment


def portal_day(value: object, field: str) -> date | None:
    """Return the day of a catalogue date, `yyyyMMdd` with or without a time; raises `FieldRefused`."""
    written = word(value, field)
    moment = _read(portal_moment, written + "000000" if len(written) == 8 else written, field)
    if moment and moment >= _END:
        raise FieldRefused(field, "an impossible year")
    return moment.astimezone(LOCAL).date() if moment else None


class Moments:
    """Reads the dates of one item asked for at `requested_at`."""

    def __init__(self, parse: Parse, requested_at: datetime) -> None:
        self._parse = parse
        self._latest = requested_at + _FURTHEST_AHEAD

    def read(self, value: object, field: str) -> datetime | None:
        """Return a moment, None for none; raises `FieldRefused` for what is no date or lies outside what can be meant."""
        if value is None or value == "":
            return None
        moment = _read(self._parse, value, field)
        if moment is not None and moment > self._latest:
            raise FieldRefused(field, "an impossible year")
        return moment


def _read(parse: Parse, value: object, field: str) -> datetime | None:
    written = value.strip() if isinstance(value, str) else word(value, field)
    if not written:
        return None
    try:
        moment = parse(written)
    except ValueError:
        raise FieldRefused(field, "not a date") from None
    except OverflowError:
        raise FieldRefused(field, "an impossible year") from None
    if moment < _EARLIEST:
        raise FieldRefused(field, "an impossible year")
    return moment
