"""Reviewing how many of each agency's dossiers on the portal are overdue there: once for each settled reading of the portal.

Each agency is judged by its own dossiers, without those below it, so that one dossier is told of once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.monitor.steps.review import Reviewer, baseline_of
from services.monitor.steps.telling import Judgement, tell
from shared.db.engine import Connection, Database, clock, fence, retried
from shared.db.stores import alerts, sources
from shared.db.stores.alerts import AGENCY
from shared.db.views.stock import portal_stock
from shared.domain.alerts import Alert
from shared.domain.dossiers import Place
from shared.domain.findings import Finding
from shared.domain.rules import overdue_rate as rule
from shared.domain.stock import PortalStock, RateLimit


class OverdueRateReviewer:
    """Reviews the agencies of a reviewer's province, as long as its rules are the latest.

    Which reading was reviewed last only this object knows: a monitor that starts reviews it once more.
    """

    def __init__(self, database: Database, reviewer: Reviewer, limit: RateLimit) -> None:
        self._database = database
        self._reviewer = reviewer
        self._limit = limit
        self._reviewed: datetime | None = None

    async def drain(self) -> int:
        """Review every agency; returns how many. Nothing before the portal was settled, or unless it was anew since."""
        return await retried(self._all)

    async def _all(self) -> int:
        province = self._reviewer.rules.province
        async with self._database.begin() as connection:
            await fence(connection, province, alone=False)
            states = await sources.states(connection, province)
            portal = states.get(self._reviewer.rules.portal or "")
            as_of = portal.settled_to if portal else None
            if as_of is None or as_of == self._reviewed or not await self._reviewer.may_review(connection):
                return 0
            await sources.watch_alone(connection, province)
            judged = await self._judged(connection, await portal_stock(connection, province, as_of), as_of)
            await tell(connection, province, judged, baseline_at=baseline_of(states), now=await clock(connection))
        self._reviewed = as_of
        return len(judged)

    async def _judged(self, connection: Connection, found: Sequence[PortalStock], as_of: datetime) -> list[Judgement]:
        subjects = [AGENCY + one.agency for one in found]
        standing = await alerts.unresolved(connection, self._reviewer.rules.province, subjects)
        return [
            Judgement(
                subject=subject,
                place=Place(one.agency),
                findings=rule.high(one, self._limit, self._reviewer.rules, _standing(standing, subject), as_of=as_of),
                known_since=as_of,
                family=rule.FAMILY,
            )
            for subject, one in zip(subjects, found, strict=True)
        ]


def _standing(alerts_of: Mapping[str, Sequence[Alert]], subject: str) -> Finding | None:
    return next((alert.finding for alert in alerts_of.get(subject, ()) if alert.finding.family == rule.FAMILY), None)
