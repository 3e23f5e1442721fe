"""A source that is not read stops the clock of the rules that need it; somebody in operations must hear of it."""

from datetime import datetime, timedelta

from shared.domain.case import phase
from shared.domain.findings import Duty, Phase, Responsible, Severity, SourceStaleDetails

_AT_LEAST = timedelta(minutes=2)


def stale_after(interval: timedelta) -> timedelta:
    """Return how old a reading may be: three intervals, at least two minutes."""
    return max(3 * interval, _AT_LEAST)


def stale(read_to: datetime | None, known_since: datetime, interval: timedelta) -> Phase:
    """Return from when a source counts as stale.

    `read_to`: when its last complete poll started; None before the first, when `known_since`, its latest progress, counts.
    """
    since = read_to or known_since
    stale_at = since + stale_after(interval)
    return phase(
        "source.stale",
        Severity.CRITICAL,
        Duty(Responsible.OPS),
        since=since,
        starts_at=stale_at + timedelta(microseconds=1),
        details=SourceStaleDetails(read_to=read_to, interval_seconds=interval.total_seconds()),
    )
