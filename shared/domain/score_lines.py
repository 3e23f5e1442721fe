"""Where a unit's score of the year stands, in a line of its morning page."""

from shared.domain.morning import Below, ScoreLine
from shared.domain.ranking import among, rank_of
from shared.domain.rules.indicator import below_target
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
    told = below_target(code, day, plan)
    below = [
        Below(id=found.id, name=found.name, percent=found.percent, target=found.target, missing=found.missing_count)
        for found in (told.indicators if told else ())
    ]
    return ScoreLine(
        total=float(scored.card.total),
        target=float(plan.targets.total),
        rank=rank.position if rank else None,
        of=rank.of if rank else None,
        below=tuple(below),
    )
