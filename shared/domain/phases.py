"""Reading phases off at a moment, for subjects that need one source only: petitions and procedures."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.domain.findings import Finding, Phase, Review


def read_off(family: str, phases: Sequence[Phase], *, as_of: datetime) -> Review:
    """Return what stands at a moment and when that changes by itself.

    `as_of`: now, or the moment to which the source was read if that is earlier. The phases ask nobody and hold nothing back.
    """
    standing = [phase for phase in phases if phase.starts_at <= as_of and (phase.ends_at is None or as_of < phase.ends_at)]
    moments = [moment for phase in phases for moment in (phase.starts_at, phase.ends_at) if moment and moment > as_of]
    return Review(
        findings=tuple(_finding(family, phase) for phase in standing),
        next_review_at=min(moments, default=None),
    )


def _finding(family: str, phase: Phase) -> Finding:
    return Finding(
        rule=phase.rule,
        family=family,
        severity=phase.severity,
        since=phase.since,
        opens_at=phase.opens_at,
        responsible=phase.duty.responsible,
        responsible_agency=phase.duty.agency,
        due_at=phase.due_at,
        details=msgspec.to_builtins(phase.details),
        ripe=True,
    )
