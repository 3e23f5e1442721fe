"""A score that drops from one day to the next, and a score that is not the one the portal publishes."""

from decimal import Decimal

from shared.domain.comparing import Compared, compared
from shared.domain.findings import IndicatorApart, IndicatorFallen, ScoreDiffersDetails, ScoreDroppedDetails
from shared.domain.score_watch import Scored, ScoreDay, ScoreWatch
from shared.domain.scoring import IndicatorScore, ScoreCard

MOST_TOLD = 5
"""So many indicators that fell are told, the most first."""

_NOTHING = Decimal("0.00")


def dropped(code: str, day: ScoreDay, watch: ScoreWatch) -> ScoreDroppedDetails | None:
    """A total that lost as many points since the day before as the policy says, or more.

    Only complete cards are compared, and only with a day on which the unit had dossiers enough for a score to mean something.
    """
    now, before = day.now[code], day.before.get(code)
    if before is None or not is_basis(before, watch) or not now.card.complete:
        return None
    if before.card.total - now.card.total < watch.drop(now.unit.kind):
        return None
    return ScoreDroppedDetails(
        period=str(day.period),
        day=day.today,
        against=day.against,
        total=float(now.card.total),
        before=float(before.card.total),
        drop=float(before.card.total - now.card.total),
        fallen=_fallen(now.card, before.card),
    )


def is_basis(before: Scored, watch: ScoreWatch) -> bool:
    """Return whether a unit's day is worth comparing with."""
    return before.card.complete and before.accepted >= watch.dossiers


def _fallen(now: ScoreCard, before: ScoreCard) -> list[IndicatorFallen]:
    """Return the indicators that lost points, the most first; what has no score adds nothing to a total."""
    earlier = {found.indicator.id: _points(found) for found in before.indicators}
    fallen = [
        (earlier[found.indicator.id] - _points(found), found)
        for found in now.indicators
        if _points(found) < earlier.get(found.indicator.id, _NOTHING)
    ]
    fallen.sort(key=lambda pair: -pair[0])
    return [
        IndicatorFallen(
            id=found.indicator.id,
            name=found.indicator.name,
            points=float(_points(found)),
            before=float(earlier[found.indicator.id]),
            drop=float(drop),
        )
        for drop, found in fallen[:MOST_TOLD]
    ]


def _points(found: IndicatorScore) -> Decimal:
    return _NOTHING if found.points is None else found.points


def differs(code: str, day: ScoreDay, watch: ScoreWatch) -> ScoreDiffersDetails | None:
    """Indicators whose figure is further from the portal's than the policy tolerates; None where all agree.

    Both are read at different moments. What the portal publishes may be as old as yesterday's figures, so that a figure must be
    too far from ours of today and, where they are known, from ours of the end of the day before.
    """
    now, published = day.now[code], day.published.get(code)
    if published is None or now.accepted < watch.dossiers:
        return None
    before = day.before.get(code)
    agreed = {found.indicator.id for found in compared(before.card, published) if found.agrees} if before else set()
    apart = [
        _apart(found) for found in compared(now.card, published) if found.agrees is False and found.indicator.id not in agreed
    ]
    return ScoreDiffersDetails(period=str(day.period), day=day.today, indicators=apart) if apart else None


def _apart(found: Compared) -> IndicatorApart:
    return IndicatorApart(
        id=found.indicator.id,
        name=found.indicator.name,
        ours=float(found.ours or 0),
        portal=float(found.portal or 0),
        tolerance=float(found.indicator.comparison.tolerance or 0),
    )
