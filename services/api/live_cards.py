"""The card of one agency with what stands beside its figures: one pass over all it is ranked with."""

from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

from services.api.bodies.card_context import Context
from services.api.live_scores import LiveScores
from services.api.official_scores import OfficialScores
from services.api.problems import not_found
from shared.db.views import score_procedures, tallies
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.changes import Earlier, Since, figures_of
from shared.domain.counters import View
from shared.domain.figures import Counted
from shared.domain.indicators import AgencyKind
from shared.domain.offers import Decisions, added, decision_at_best
from shared.domain.periods import NoPolicy, policy_for
from shared.domain.ranking import Rank, among, rank_of
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
        scores = self.scores
        counted = await scores.counted([unit], as_of)
        if unit.code not in counted:
            raise not_found("score kept of this agency and period by that day")
        card = scores.card(counted[unit.code], scores.policy(as_of or scores.today), unit.kind)
        is_past = as_of is not None and as_of < scores.today
        context = Context(
            earlier={since: await self._earlier(unit, since.before(as_of or scores.today)) for since in Since},
            portal=await self.official.published_of(unit.code, as_of),
            rank=await self._rank(unit, as_of),
            reach=None if is_past else await self._reach(unit, counted[unit.code], card),
        )
        return card, context

    async def _earlier(self, unit: Unit, day: date) -> Earlier:
        counted = (await self.scores.counted([unit], day)).get(unit.code)
        try:
            policy = policy_for(self.scores.scoring.policies, self.scores.period, day)
        except NoPolicy:
            return Earlier(day, None)
        return Earlier(day, figures_of(self.scores.card(counted, policy, unit.kind)) if counted else None)

    async def _rank(self, unit: Unit, as_of: date | None) -> Rank | None:
        """Return the place of a unit among all of its kind, whoever asks; that of a province by what the portal publishes."""
        of = among(unit.kind)
        if of is None or unit.kind is AgencyKind.PROVINCE:
            return None if of is None else await self.official.rank(unit.code, of, as_of)
        everywhere = replace(self.scores, within=WHOLE_PROVINCE)
        cards = await everywhere.cards(await everywhere.units(of), as_of)
        return rank_of(unit.code, {code: card.total for code, card in cards.items()}, of)

    async def _reach(self, unit: Unit, counted: Counted, card: ScoreCard) -> Reach:
        scores = self.scores
        prospect = Prospect(portal=counted, home=counted, decisions=await self._decisions())
        if scores.view is View.PORTAL:
            home = (await replace(scores, view=View.HOME).counted([unit]))[unit.code]
            alone = await tallies.alone(scores.snapshot, scores.period, unit, within=scores.within)
            prospect = Prospect(portal=counted, home=home, alone=alone, decisions=prospect.decisions)
        return reach(card, score(at_best(prospect, scores.view), card.policy, kind=unit.kind))

    async def _decisions(self) -> Decisions:
        """Return what the decisions of the period can still count for."""
        scores = self.scores
        rows = await score_procedures.decided(scores.snapshot, scores.period, within=scores.within)
        best = (decision_at_best(row["facts"], scores.calendar, today=scores.today) for row in rows)
        return reduce(added, best, Decisions())
