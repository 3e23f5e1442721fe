"""What people say about an alert, and how it ended. Pure."""

from datetime import datetime
from enum import StrEnum

from shared.domain.alerts import Reason
from shared.domain.findings import Finding, Responsible
from shared.domain.standing import Standing
from shared.domain.statuses import Status


class Cause(StrEnum):
    """Why it came to an alert, as whoever acknowledges it sees it; the analysis of causes counts them."""

    CITIZEN = "citizen"
    OTHER_AGENCY = "other_agency"
    SOFTWARE = "software"
    WORKLOAD = "workload"
    REGULATION = "regulation"
    OWN_FAULT = "own_fault"
    OTHER = "other"


class Resolution(StrEnum):
    """How an alert ended."""

    IN_TIME = "in_time"
    LATE = "late"
    WITHDRAWN = "withdrawn"
    SOURCE_CORRECTED = "source_corrected"
    MERGED = "merged"
    RULES_CHANGED = "rules_changed"


_BY_REASON = {Reason.MERGED: Resolution.MERGED, Reason.RULES_CHANGED: Resolution.RULES_CHANGED}
_REMINDS = ".due_soon"
_OF_SYSTEMS = frozenset({Responsible.CONNECTION, Responsible.OPS})


def resolution(finding: Finding, reason: Reason | None, stands: Standing | None, *, now: datetime) -> Resolution:
    """Return how an alert ends that is resolved at `now`. `stands`: the dossier as it is then, None for anything else.

    What was due counts as late after its due date alone, by when the dossier ended where it has. Where it has not, a reminder
    ends in time: past its moment it would be another rule's, however late that is read. A deadline that moved while the
    dossier runs was a matter of the records, as is whatever systems must mend.
    """
    if reason in _BY_REASON:
        return _BY_REASON[reason]
    dossier = stands or Standing()
    if Status.WITHDRAWN in (dossier.status, dossier.portal_status):
        return Resolution.WITHDRAWN
    if finding.responsible in _OF_SYSTEMS or _was_moved(finding, dossier):
        return Resolution.SOURCE_CORRECTED
    if dossier.ended_at is None and finding.rule.endswith(_REMINDS):
        return Resolution.IN_TIME
    done_at = min(dossier.ended_at or now, now)
    return Resolution.LATE if finding.due_at and done_at > finding.due_at else Resolution.IN_TIME


def _was_moved(finding: Finding, dossier: Standing) -> bool:
    is_running = dossier.ended_at is None and dossier.due_at is not None
    return finding.family == "deadline" and is_running and dossier.due_at != finding.due_at
