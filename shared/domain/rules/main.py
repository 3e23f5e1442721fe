"""The province's main system must hold every dossier of its specialised ones (seed 001, 1.4)."""

from datetime import timedelta

from shared.domain.case import Case, phase
from shared.domain.dossiers import Seen
from shared.domain.findings import Judgement, MainMissingDetails, Severity

_HOLD = timedelta(hours=8)


def missing(case: Case) -> Judgement:
    """In a specialised system, not in the main one, 8 working hours after acceptance."""
    main = case.rules.main
    if case.home is None or main is None or isinstance(case.dossier.side(main), Seen):
        return ()
    accepted_at = case.home.record.accepted_at
    if accepted_at is None:
        return ()
    details = MainMissingDetails(found_in=case.home.record.source, absent_from=main, accepted_at=accepted_at)
    return (
        phase(
            "main.missing",
            Severity.WARNING,
            case.connection,
            since=accepted_at,
            opens_at=case.calendar.after(accepted_at, _HOLD),
            details=details,
        ),
    )
