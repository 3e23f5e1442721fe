"""What one review came to, before anything of it is written."""

from datetime import datetime

import msgspec

from shared.db.stores.dossiers import Claimed, Judged
from shared.domain.dossiers import Dossier, Place
from shared.domain.findings import Review, ReviewFailedDetails, of_operations
from shared.domain.measured import Measured
from shared.domain.standing import Delay, Standing


class Outcome(msgspec.Struct, frozen=True):
    """One dossier reviewed: where it stands, where it was late, what it counts for in measures, what was found, and the error if
    the review raised one.
    """

    dossier: Dossier
    claimed: Claimed
    review: Review
    standing: Standing = Standing()
    delays: tuple[Delay, ...] = ()
    measured: Measured = Measured()
    error: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.standing.agency, self.standing.procedure, self.standing.sector)


def judged(outcome: Outcome) -> Judged:
    """Return what it leaves on the dossier's row."""
    return Judged(
        code=outcome.dossier.code,
        next_review_at=outcome.review.next_review_at,
        waits_for=outcome.review.waits_for,
        held=outcome.review.held,
        out_of_step=[finding.rule for finding in outcome.review.findings if finding.ripe and finding.family.startswith("sync.")],
        standing=outcome.standing,
        measured=outcome.measured,
    )


def failed(dossier: Dossier, claimed: Claimed, error: str, now: datetime) -> Outcome:
    """A dossier that cannot be judged is a matter for operations."""
    failure = of_operations("review.failed", ReviewFailedDetails(error=error), since=now)
    return Outcome(dossier, claimed, Review(findings=(failure,)), error=error)
