"""Less than two percent of the dossiers open on the portal may be overdue there (seed 001, 2.8).

A share near the limit passes it many times a day, one way and the other, by dossiers that come and go: an alert that is told
stands until the share is below the limit by a margin.
"""

from datetime import datetime, timedelta

import msgspec

from shared.domain.dossiers import Rules
from shared.domain.findings import Duty, Finding, OverdueRateDetails, Responsible, Severity
from shared.domain.stock import PortalStock, RateLimit

RULE = FAMILY = "overdue_rate.high"

_COUNTED_EVERY = timedelta(hours=1)
"""The figures of an alert that stands are renewed so often: they change all day, and each change is a row of its history."""


def high(found: PortalStock, limit: RateLimit, rules: Rules, standing: Finding | None, *, as_of: datetime) -> tuple[Finding, ...]:
    """Return the finding about an agency whose share of overdue dossiers on the portal reaches the limit at a moment, if it does.

    `standing`: what was found of it before, and still stands.
    """
    duty = _duty(found, limit, rules, standing)
    if duty is None:
        return ()
    if standing and standing.responsible is duty.responsible and as_of < _counted_at(standing) + _COUNTED_EVERY:
        return (standing,)
    since = standing.since if standing else as_of
    details = OverdueRateDetails(
        open=found.open,
        overdue=found.overdue,
        own=found.own,
        limit=float(limit.percent),
        counted_at=as_of,
        ends_below=float(limit.ends_below),
    )
    return (
        Finding(
            rule=RULE,
            family=FAMILY,
            severity=Severity.WARNING,
            since=since,
            opens_at=since,
            responsible=duty.responsible,
            responsible_agency=duty.agency,
            details=msgspec.to_builtins(details),
            ripe=True,
        ),
    )


def _duty(found: PortalStock, limit: RateLimit, rules: Rules, standing: Finding | None) -> Duty | None:
    """The agency, where those that are late by its own records would be too many by themselves; else the owner of
    synchronisation: without those that only lag the share would be under the limit. Whoever is asked already, by the margin.
    """
    asked = standing.responsible if standing else None
    if limit.is_reached(found.own, found.open, told=asked is Responsible.HANDLING):
        return Duty(Responsible.HANDLING, found.agency)
    if found.overdue > found.own and limit.is_reached(found.overdue, found.open, told=asked is Responsible.CONNECTION):
        return Duty(Responsible.CONNECTION, rules.sync_owner or rules.province)
    return None


def _counted_at(standing: Finding) -> datetime:
    counted_at = standing.details["counted_at"]
    return counted_at if isinstance(counted_at, datetime) else datetime.fromisoformat(counted_at)
