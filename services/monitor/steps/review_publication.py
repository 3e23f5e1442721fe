"""Reviewing which procedures should be public: once after each reading of the catalogue, and as of it.

When the moment comes at which one becomes due or late, the catalogue is read anew: it may have become public since.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.monitor.steps.review import Reviewer
from services.monitor.steps.telling import Judgement, tell
from shared.db.engine import Database, clock, fence, retried
from shared.db.stores import catalogue, sources
from shared.db.stores.alerts import PROCEDURE
from shared.db.stores.catalogue import Listed
from shared.domain.dossiers import Place
from shared.domain.findings import Review
from shared.domain.phases import read_off
from shared.domain.rules import publication as rule

log = structlog.get_logger()

_AT_ONCE = 1000
"""So many procedures a question about alerts."""


class PublicationReviewer:
    """Reviews the portal's procedures by the rules of a province's reviewer, as long as those are the latest.

    Which reading was reviewed last only this object knows: a monitor that starts reviews it once more, and changes nothing if
    nothing changed.
    """

    def __init__(self, database: Database, reviewer: Reviewer) -> None:
        self._database = database
        self._reviewer = reviewer
        self._reviewed: datetime | None = None
        self._changes_at: datetime | None = None

    def wants_reading(self, now: datetime) -> bool:
        """Return whether the answer has changed by itself since the last reading, if that still holds."""
        return self._changes_at is not None and self._changes_at <= now

    async def drain(self) -> int:
        """Review what was read since the last time; returns how many. Nothing before the portal was read once."""
        return await retried(self._all)

    async def _all(self) -> int:
        province = self._reviewer.rules.province
        async with self._database.begin() as connection:
            await fence(connection, province, alone=False)
            portal = (await sources.states(connection, province)).get(self._reviewer.rules.portal or "")
            if portal is None or portal.first_complete_at is None or portal.catalogue_read_at in (None, self._reviewed):
                return 0
            if not await self._reviewer.may_review(connection):
                return 0
            as_of = portal.catalogue_read_at
            await sources.watch_alone(connection, province)
            judged, changes_at = self._judged(await catalogue.listed(connection, province), as_of)
            now = await clock(connection)
            for start in range(0, len(judged), _AT_ONCE):
                some = judged[start : start + _AT_ONCE]
                await tell(connection, province, some, baseline_at=portal.first_complete_at, now=now)
        self._reviewed, self._changes_at = as_of, changes_at
        return len(judged)

    def _judged(self, listed: Sequence[Listed], as_of: datetime) -> tuple[list[Judgement], datetime | None]:
        """Judge each by itself, and tell when the first answer changes by itself.

        One that cannot be judged is told in the log, and its alerts stay.
        """
        judged, moments = [], []
        for one in listed:
            try:
                review = self._review(one, as_of)
                judged.append(self._judgement(one, review))
                moments.append(review.next_review_at)
            except Exception as error:  # one poisoned procedure must not stop the others
                log.exception("procedure_parked", procedure=one.procedure.code, error=type(error).__name__)
        return judged, min((moment for moment in moments if moment), default=None)

    def _review(self, one: Listed, as_of: datetime) -> Review:
        phases = rule.unpublished(one.procedure, self._reviewer.rules, self._reviewer.calendar)
        return read_off(rule.FAMILY, phases, as_of=as_of)

    def _judgement(self, one: Listed, review: Review) -> Judgement:
        procedure = one.procedure
        return Judgement(
            subject=PROCEDURE + procedure.code,
            place=Place(rule.owner(procedure, self._reviewer.rules), procedure.code, procedure.sector),
            findings=review.findings,
            known_since=one.changed_at,
        )
