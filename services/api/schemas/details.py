"""What each rule tells beyond the alert itself."""

from typing import get_args

from shared.domain import findings
from shared.domain.rules import RULES

DETAILS: dict[str, type] = {
    "sync.missing_on_portal": findings.MissingDetails,
    "sync.missing_at_home": findings.MissingDetails,
    "sync.status_mismatch": findings.StatusMismatchDetails,
    "sync.field_mismatch": findings.FieldMismatchDetails,
    "sync.result_missing": findings.ResultMissingDetails,
    "sync.payment_mismatch": findings.PaymentMismatchDetails,
    "sync.status_unknown": findings.StatusUnknownDetails,
    "main.missing": findings.MainMissingDetails,
    "portal.intake": findings.PortalIntakeDetails,
    "portal.deadline": findings.PortalDeadlineDetails,
    "intake.due_soon": findings.IntakeDetails,
    "intake.breached": findings.IntakeDetails,
    "stage.overdue": findings.StageDetails,
    "deadline.due_soon": findings.DeadlineDetails,
    "deadline.overdue": findings.DeadlineDetails,
    "deadline.missing": findings.DeadlineMissingDetails,
    "supplement.repeated": findings.SupplementDetails,
    "request.late": findings.SupplementDetails,
    "pause.too_long": findings.PauseDetails,
    "payment.unnoticed": findings.PaymentDetails,
    "result.missing": findings.ResultMissingDetails,
    "apology.missing": findings.ApologyDetails,
    "petition.due_soon": findings.PetitionDetails,
    "petition.overdue": findings.PetitionDetails,
    "publication.due_soon": findings.PublicationDetails,
    "publication.late": findings.PublicationDetails,
    "source.stale": findings.SourceStaleDetails,
    "review.failed": findings.ReviewFailedDetails,
}

Details = (
    findings.MissingDetails
    | findings.StatusMismatchDetails
    | findings.FieldMismatchDetails
    | findings.ResultMissingDetails
    | findings.PaymentMismatchDetails
    | findings.StatusUnknownDetails
    | findings.MainMissingDetails
    | findings.PortalIntakeDetails
    | findings.PortalDeadlineDetails
    | findings.IntakeDetails
    | findings.StageDetails
    | findings.DeadlineDetails
    | findings.DeadlineMissingDetails
    | findings.SupplementDetails
    | findings.PauseDetails
    | findings.PaymentDetails
    | findings.ApologyDetails
    | findings.PetitionDetails
    | findings.PublicationDetails
    | findings.SourceStaleDetails
    | findings.ReviewFailedDetails
)


def rules_telling(name: str) -> list[str]:
    """Return the rules whose details have this type, by the type's name."""
    return [rule for rule in RULES if DETAILS[rule].__name__ == name]


NAMES = frozenset(kind.__name__ for kind in get_args(Details))
