"""The rules: one small pure function each, in the file of its family. To add one, write it and name it in `FAMILIES`.

A rule never sees the time. It tells in phases what will be true from when to when if no record changes; `review` reads off what
holds now and when to look again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from shared.domain import findings
from shared.domain.case import Case
from shared.domain.findings import Judgement
from shared.domain.rules import (
    apology,
    deadline,
    intake,
    main,
    overdue_rate,
    pause,
    payment,
    petition,
    portal,
    publication,
    result,
    stage,
    supplement,
    sync,
)

Needs = Callable[[Case], frozenset[str]]

BOTH: Needs = attrgetter("both")
JUDGED: Needs = attrgetter("judged_source")
HOME: Needs = attrgetter("home_source")
SPECIALISED_AND_MAIN: Needs = attrgetter("specialised_and_main")


@dataclass(frozen=True)
class Family:
    """Rules of which at most one stands at a time, mildest first.

    `needs`: the sources whose reading its answer depends on. `judge`: the pure function. `details`: what its phases tell beyond
    rule and time.
    """

    name: str
    rules: tuple[str, ...]
    needs: Needs
    judge: Callable[[Case], Judgement]
    details: type


def _alone(name: str, needs: Needs, judge: Callable[[Case], Judgement], details: type) -> Family:
    return Family(name, (name,), needs, judge, details)


FAMILIES: tuple[Family, ...] = (
    _alone("sync.missing_on_portal", BOTH, sync.missing_on_portal, findings.MissingDetails),
    _alone("sync.missing_at_home", BOTH, sync.missing_at_home, findings.MissingDetails),
    _alone("sync.status_mismatch", BOTH, sync.status_mismatch, findings.StatusMismatchDetails),
    _alone("sync.field_mismatch", BOTH, sync.field_mismatch, findings.FieldMismatchDetails),
    _alone("sync.result_missing", BOTH, sync.result_missing, findings.ResultMissingDetails),
    _alone("sync.payment_mismatch", BOTH, sync.payment_mismatch, findings.PaymentMismatchDetails),
    _alone("sync.status_unknown", BOTH, sync.status_unknown, findings.StatusUnknownDetails),
    _alone("main.missing", SPECIALISED_AND_MAIN, main.missing, findings.MainMissingDetails),
    _alone("portal.intake", BOTH, portal.intake, findings.PortalIntakeDetails),
    _alone("portal.deadline", BOTH, portal.deadline, findings.PortalDeadlineDetails),
    Family("intake", ("intake.due_soon", "intake.breached"), BOTH, intake.untouched, findings.IntakeDetails),
    _alone("stage.overdue", HOME, stage.overdue, findings.StageDetails),
    Family("deadline", ("deadline.due_soon", "deadline.overdue"), JUDGED, deadline.nearing_or_passed, findings.DeadlineDetails),
    _alone("deadline.missing", JUDGED, deadline.missing, findings.DeadlineMissingDetails),
    _alone("supplement.repeated", JUDGED, supplement.repeated, findings.SupplementDetails),
    _alone("request.late", JUDGED, supplement.late_request, findings.SupplementDetails),
    _alone("pause.too_long", JUDGED, pause.too_long, findings.PauseDetails),
    _alone("payment.unnoticed", JUDGED, payment.unnoticed, findings.PaymentDetails),
    _alone("result.missing", HOME, result.missing, findings.ResultMissingDetails),
    _alone("apology.missing", HOME, apology.missing, findings.ApologyDetails),
)

FAMILY_OF: dict[str, str] = {rule: family.name for family in FAMILIES for rule in family.rules} | {
    "petition.due_soon": petition.FAMILY,
    "petition.overdue": petition.FAMILY,
    "publication.due_soon": publication.FAMILY,
    "publication.late": publication.FAMILY,
    overdue_rate.RULE: overdue_rate.FAMILY,
    "indicator.below_target": "indicator.below_target",
    "score.dropped": "score.dropped",
    "rank.dropped": "rank.dropped",
    "score.differs": "score.differs",
    "source.stale": "source.stale",
    "review.failed": "review.failed",
    "audit.differs": "audit.differs",
}
"""Every rule's family, mildest first. The last are judged about petitions, procedures, agencies, sources and our own work."""

RULES: tuple[str, ...] = tuple(FAMILY_OF)

DETAILS: dict[str, type] = {rule: family.details for family in FAMILIES for rule in family.rules} | {
    "petition.due_soon": findings.PetitionDetails,
    "petition.overdue": findings.PetitionDetails,
    "publication.due_soon": findings.PublicationDetails,
    "publication.late": findings.PublicationDetails,
    overdue_rate.RULE: findings.OverdueRateDetails,
    "indicator.below_target": findings.BelowTargetDetails,
    "score.dropped": findings.ScoreDroppedDetails,
    "rank.dropped": findings.RankDroppedDetails,
    "score.differs": findings.ScoreDiffersDetails,
    "source.stale": findings.SourceStaleDetails,
    "review.failed": findings.ReviewFailedDetails,
    "audit.differs": findings.AuditDiffersDetails,
}
"""What every rule tells beyond the alert itself."""
