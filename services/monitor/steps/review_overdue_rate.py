"""Reviewing how many of each agency's dossiers on the portal are overdue there: once for each settled reading of the portal.

Each agency is judged by its own dossiers, without those below it, so that one dossier is told of once.
"""

from datetime import datetime

from services.monitor.steps.review import Reviewer, baseline_of
from services.monitor.steps.telling import Judgement, tell
from shared.db.engine import Connection, Database, clock, fence, retried
from shared.db.stores import alerts, sources
from shared.db.stores.alerts import AGENCY
from shared.db.views.stock import portal_stock
from shared.domain.dossiers import Place
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
            judged = await self._judged(connection, as_of)
            await tell(connection, province, judged, baseline_at=baseline_of(states), now=await clock(connection))
        self._reviewed = as_of
        return len(judged)

    async def _judged(self, connection: Connection, as_of: datetime) -> list[Judgement]:
        """Judge every agency that has dossiers open on the portal, or an alert."""
        rules = self._reviewer.rules
        found = await portal_stock(connection, rules.province, as_of)
        standing = await alerts.unresolved_of(connection, rules.province, rule.FAMILY)
        told = {subject.removeprefix(AGENCY): of_subject[0].finding for subject, of_subject in standing.items()}
        return [
            Judgement(
                subject=AGENCY + code,
                place=Place(code),
                findings=rule.high(found.get(code, PortalStock(code)), self._limit, rules, told.get(code), as_of=as_of),
                known_since=as_of,
                family=rule.FAMILY,
            )
            for code in sorted(found.keys() | told.keys())
        ]
