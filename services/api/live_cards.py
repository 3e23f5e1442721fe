"""The card of one agency with what stands beside its figures: one pass over all it is ranked with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.api.bodies.card_context import Context
from services.api.live_scores import LiveScores
from services.api.official_scores import OfficialScores
from services.api.problems import not_found
from shared.db.views import score_procedures, tallies
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.changes import Earlier, Since, figures_of
from shared.domain.counters import View
from shared.domain.figures import Counted
from shared.domain.offers import Decisions, decision_at_best
from shared.domain.periods import NoPolicy, policy_for
from shared.domain.ranking import Of, Rank, among, rank_of
from shared.domain.reach import Prospect, Reach, at_best, reach
from shared.domain.scoring import ScoreCard, score
from shared.domain.units import Unit


@dataclass(frozen=True)
class LiveCards:
    """Makes the card of one request."""

    scores: LiveScores
    official: OfficialScores

    async def read(self, unit: Unit, as_of: date | None) -> tuple[ScoreCard, Context]:
        """Return the card of a unit, as it is or was at the end of a day, and its context; raises the problem of none kept."""
        scores, of = self.scores, among(unit.kind)
        peers = await self._peers(of)
        found = await self._everywhere.counted([unit, *(peer for peer in peers if peer.code != unit.code)], as_of)
        counted = (found if scores.within.is_whole else await scores.counted([unit], as_of)).get(unit.code)
        if counted is None:
            raise not_found("score kept of this agency and period by that day")
        policy = scores.policy(as_of or scores.today)
        card = scores.card(counted, policy, unit.kind)
        totals = {peer.code: scores.card(found[peer.code], policy, peer.kind).total for peer in peers if peer.code in found}
        context = Context(
            earlier={since: await self._earlier(unit, since.before(as_of or scores.today)) for since in Since},
            portal=await self.official.published_of(unit.code, as_of),
            rank=await self._rank(unit, of, totals, as_of),
            reach=None if as_of and as_of < scores.today else await self._reach(unit, counted, card),
        )
        return card, context

    @property
    def _everywhere(self) -> LiveScores:
        """Who stands where among all of a kind, everyone may know."""
        return replace(self.scores, within=WHOLE_PROVINCE)

    async def _peers(self, of: Of | None) -> list[Unit]:
        """Return the units that are ranked with each other; none for provinces, of the others no dossier is known."""
        return [] if of is None or of is Of.PROVINCES else await self._everywhere.units(of)

    async def _rank(self, unit: Unit, of: Of | None, totals: Mapping[str, Decimal], as_of: date | None) -> Rank | None:
        if of is Of.PROVINCES:
            return await self.official.rank(unit.code, of, as_of)
        return rank_of(unit.code, totals, of) if of else None

    async def _earlier(self, unit: Unit, day: date) -> Earlier:
        counted = (await self.scores.counted([unit], day)).get(unit.code)
        try:
            policy = policy_for(self.scores.scoring.policies, self.scores.period, day)
        except NoPolicy:
            return Earlier(day, None)
        return Earlier(day, figures_of(self.scores.card(counted, policy, unit.kind)) if counted else None)

    async def _reach(self, unit: Unit, counted: Counted, card: ScoreCard) -> Reach:
        scores, decisions = self.scores, await self._decisions()
        prospect = Prospect(portal=counted, home=counted, decisions=decisions)
        if scores.view is View.PORTAL:
            home = await scores.counted_at(View.HOME, unit, counted)
            alone = await tallies.alone(scores.snapshot, scores.period, unit, within=scores.within)
            prospect = Prospect(portal=counted, home=home, alone=alone, decisions=decisions)
        return reach(card, score(at_best(prospect, scores.view), card.policy, kind=unit.kind))

    async def _decisions(self) -> Decisions:
        """Return what the decisions of the period can still count for."""
        scores = self.scores
        dates = await score_procedures.dates_of_decisions(scores.snapshot, scores.period, within=scores.within)
        best = [(decision_at_best(procedure, scores.calendar, today=scores.today), count) for procedure, count in dates]
        return Decisions(
            decided=sum(of.decided * count for of, count in best),
            early=sum(of.early * count for of, count in best),
            published=sum(of.published * count for of, count in best),
        )
