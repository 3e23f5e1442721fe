"""Status sync: do both sides say the same of a dossier?"""

from datetime import datetime
from typing import Literal

from shared.domain import codes
from shared.domain.case import Case, phase
from shared.domain.dossiers import Seen
from shared.domain.findings import (
    WAITS,
    FieldDifference,
    FieldMismatchDetails,
    Judgement,
    MissingDetails,
    PaymentMismatchDetails,
    Phase,
    ResultMissingDetails,
    Severity,
    StatusMismatchDetails,
    StatusUnknownDetails,
)
from shared.domain.records import Record
from shared.domain.statuses import FINISHED, Status, agree


def missing_on_portal(case: Case) -> Judgement:
    """The province has it, the portal does not."""
    if case.home is None or case.portal is not None or case.rules.portal is None:
        return ()
    record = case.home.record
    since = record.accepted_at or record.submitted_at or case.home.first_updated_at
    return (_missing(case, "sync.missing_on_portal", case.home, "home", since, frozenset({case.rules.portal})),)


def missing_at_home(case: Case) -> Judgement:
    """Handed in online on the portal, and no responsible home system has it."""
    if not case.missing_at_home or case.portal is None:
        return ()
    since = case.portal.record.submitted_at or case.portal.first_updated_at
    homes = frozenset(home.name for home in case.responsible_homes)
    return (_missing(case, "sync.missing_at_home", case.portal, "portal", since, homes),)


def _missing(
    case: Case,
    rule: str,
    seen: Seen,
    present: Literal["home", "portal"],
    since: datetime,
    absent_from: frozenset[str],
) -> Phase:
    details = MissingDetails(
        present=present,
        absent_from=sorted(absent_from),
        status=seen.record.status,
        submitted_at=seen.record.submitted_at,
        accepted_at=seen.record.accepted_at,
    )
    return phase(
        rule,
        Severity.CRITICAL,
        case.connection,
        since=since,
        opens_at=max(since, seen.first_updated_at) + case.rules.sync_hold,
        details=details,
        ask=absent_from,
    )


def status_mismatch(case: Case) -> Judgement:
    """Both have it and say different things of where it stands."""
    if not (case.home and case.portal):
        return ()
    home, portal = case.home.record.status, case.portal.record.status
    if Status.UNKNOWN in (home, portal):
        return WAITS
    if agree(home, portal):
        return ()
    details = StatusMismatchDetails(
        home_status=home,
        portal_status=portal,
        home_updated_at=case.home.updated_at,
        portal_updated_at=case.portal.updated_at,
        lags=_lagging_side(case.home, case.portal),
    )
    return (_disagreement(case, "sync.status_mismatch", details),)


def field_mismatch(case: Case) -> Judgement:
    """Both have it with another due date, acceptance, agency or procedure."""
    if not (case.home and case.portal):
        return ()
    differences = field_differences(case.home.record, case.portal.record)
    return (_disagreement(case, "sync.field_mismatch", FieldMismatchDetails(fields=differences)),) if differences else ()


def result_missing(case: Case) -> Judgement:
    """Finished at home with an electronic result that the portal does not have."""
    if not (case.home and case.portal):
        return ()
    if case.home.record.status is Status.UNKNOWN:
        return WAITS
    if case.home.record.status not in FINISHED or not case.home.record.electronic_result or case.portal.record.electronic_result:
        return ()
    return (
        _disagreement(
            case,
            "sync.result_missing",
            ResultMissingDetails(finished_at=case.home.ended_at),
            lagging=case.portal,
        ),
    )


def payment_mismatch(case: Case) -> Judgement:
    """Paid online on one side only."""
    if not (case.home and case.portal) or case.home.record.paid_online == case.portal.record.paid_online:
        return ()
    paid_at_home = case.home.record.paid_online
    payer, lagging = (case.home, case.portal) if paid_at_home else (case.portal, case.home)
    details = PaymentMismatchDetails(paid_on="home" if paid_at_home else "portal", paid_at=payer.record.paid_at)
    return (_disagreement(case, "sync.payment_mismatch", details, lagging=lagging),)


def status_unknown(case: Case) -> Judgement:
    """A side used a status that the table of its installation does not map, since the update that brought it."""
    unknown = [seen for seen in (case.home, case.portal) if seen and seen.record.status is Status.UNKNOWN]
    if not unknown:
        return ()
    since = min(seen.status_since for seen in unknown)
    details = StatusUnknownDetails(words={seen.record.source: seen.record.status_raw for seen in unknown})
    return (phase("sync.status_unknown", Severity.WARNING, case.connection, since=since, details=details),)


def field_differences(home: Record, portal: Record) -> list[FieldDifference]:
    """Return the fields that differ: dates as written, to the minute, none against a value too; codes in normal form."""
    differences = [
        FieldDifference(field="due_at", home=_minute(home.due_at), portal=_minute(portal.due_at)),
        FieldDifference(field="accepted_at", home=_minute(home.accepted_at), portal=_minute(portal.accepted_at)),
        FieldDifference(field="procedure", home=home.procedure, portal=portal.procedure),
    ]
    if not _same_agency(home, portal):
        differences.append(FieldDifference(field="agency", home=home.agency, portal=portal.agency))
    return [difference for difference in differences if difference.home != difference.portal]


def _minute(moment: datetime | None) -> str | None:
    return moment.replace(second=0, microsecond=0).isoformat() if moment else None


def _same_agency(home: Record, portal: Record) -> bool:
    """An agency equals its ancestor: one side may name the department, the other the office inside it."""
    if portal.agency == home.agency_parent:
        return True
    return codes.is_within(home.agency, portal.agency) or codes.is_within(portal.agency, home.agency)


def _lagging_side(home: Seen, portal: Seen) -> Literal["home", "portal"] | None:
    if home.updated_at == portal.updated_at:
        return None
    return "home" if home.updated_at < portal.updated_at else "portal"


def _disagreement(case: Case, rule: str, details: object, *, lagging: Seen | None = None) -> Phase:
    """A difference between two records: since the later update time, kept as long as it stands at every review."""
    if not (case.home and case.portal):
        raise ValueError("two records are needed to disagree")
    since = case.standing_since(rule, max(case.home.updated_at, case.portal.updated_at))
    return phase(
        rule,
        Severity.WARNING,
        case.connection,
        since=since,
        opens_at=since + case.rules.sync_hold,
        details=details,
        ask=frozenset({lagging.record.source}) if lagging else case.lagging,
    )
