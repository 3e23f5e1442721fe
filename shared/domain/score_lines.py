"""Where a unit's score of the year stands, in a line of its morning page."""

from shared.domain.findings import IndicatorBelow
from shared.domain.morning import SHOWN, AgenciesBelow, AgencyBelow, Below, ScoreLine
from shared.domain.ranking import among, rank_of
from shared.domain.rules.indicator import below_target, has_total, province_below, total_below
from shared.domain.score_watch import ScoreDay, ScorePlan
from shared.domain.units import ranked


def score_line(code: str, day: ScoreDay, plan: ScorePlan) -> ScoreLine | None:
    """Return the line of a unit by its code, None for one without a card."""
    if code not in day.now:
        return None
    scored = day.now[code]
    of = among(scored.unit.kind)
    peers = {unit.code for unit in ranked([other.unit for other in day.now.values()], of)} if of else set()
    rank = rank_of(code, {peer: day.now[peer].card.total for peer in peers}, of) if of else None
    below = [
        Below(id=found.id, name=found.name, percent=found.percent, target=found.target, missing=found.missing_count)
        for found in _indicators_below(code, day, plan)
    ]
    return ScoreLine(
        total=float(scored.card.total),
        target=float(plan.targets.total),
        rank=rank.position if rank else None,
        of=rank.of if rank else None,
        below=tuple(below),
        agencies_below=_agencies_below(day, plan) if code == day.province else None,
    )


def _indicators_below(code: str, day: ScoreDay, plan: ScorePlan) -> list[IndicatorBelow]:
    if code == day.province:
        return province_below(day, plan)
    told = below_target(code, day, plan)
    return told.indicators if told else []


def _agencies_below(day: ScoreDay, plan: ScorePlan) -> AgenciesBelow:
    judged = [scored for scored in day.now.values() if has_total(scored, plan)]
    short = sorted((told.points, scored.unit.code) for scored in judged if (told := total_below(scored, plan)))
    first = tuple(AgencyBelow(agency=code, total=points) for points, code in short[:SHOWN])
    return AgenciesBelow(total=len(short), of=len(judged), first=first)
