"""Less than two percent of the dossiers open on the portal may be overdue there (seed 001, 2.8)."""

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
    if not limit.is_reached(found.overdue, found.open):
        return ()
    duty = _duty(found, limit, rules)
    if standing and standing.responsible is duty.responsible and as_of < _counted_at(standing) + _COUNTED_EVERY:
        return (standing,)
    since = standing.since if standing else as_of
    details = OverdueRateDetails(
        open=found.open, overdue=found.overdue, own=found.own, limit=float(limit.percent), counted_at=as_of
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


def _duty(found: PortalStock, limit: RateLimit, rules: Rules) -> Duty:
    """The agency, where those that are late by its own records would be too many by themselves; else the owner of
    synchronisation: without those that only lag the share would be under the limit.
    """
    if limit.is_reached(found.own, found.open):
        return Duty(Responsible.HANDLING, found.agency)
    return Duty(Responsible.CONNECTION, rules.sync_owner or rules.province)


def _counted_at(standing: Finding) -> datetime:
    counted_at = standing.details["counted_at"]
    return counted_at if isinstance(counted_at, datetime) else datetime.fromisoformat(counted_at)
