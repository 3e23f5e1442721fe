"""A unit that falls behind others of its kind, and a province that falls behind other provinces on the portal."""

from shared.domain.findings import RankDroppedDetails
from shared.domain.ranking import Of
from shared.domain.rules.score import is_basis
from shared.domain.score_watch import ScoreDay, ScoreWatch


def dropped(code: str, day: ScoreDay, watch: ScoreWatch) -> RankDroppedDetails | None:
    """A rank that lost as many places since the day before as the policy says, or more.

    Units are ranked by our cards among departments or communes, the province by the totals the portal publishes. As for the
    total, a unit's day before must be worth comparing with.
    """
    move = day.moves.get(code)
    if move is None or move.fallen < watch.falls[move.of]:
        return None
    if move.of is not Of.PROVINCES and not (is_basis(day.before[code], watch) and day.now[code].card.complete):
        return None
    return RankDroppedDetails(
        period=str(day.period),
        of=move.of,
        units=move.units,
        day=day.today,
        against=day.against,
        rank=move.rank,
        before=move.before,
    )
