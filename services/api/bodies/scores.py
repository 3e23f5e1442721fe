"""A score card as it goes out, of whatever view."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction
from typing import Any

from services.api.bodies.lists import named
from services.api.bodies.stock import stock_body
from services.api.schemas.scores import Role
from shared.domain.comparing import Compared
from shared.domain.periods import Period
from shared.domain.scoring import GroupScore, IndicatorScore, ScoreCard, rounded
from shared.domain.stock import Stock
from shared.domain.targets import Target, Targets, gap, missing_count, total_gap
from shared.domain.units import Unit

SYNC = "1.4"
_SIX = Decimal("0.000001")
_CENT = Decimal("0.01")


def card_body(
    card: ScoreCard,
    targets: Targets,
    *,
    view: str,
    agency: Mapping[str, str] | None = None,
    period: Period | None = None,
    data_as_of: datetime | None = None,
    roles: Mapping[str, Role] | None = None,
    stock: Stock | None = None,
) -> dict[str, Any]:
    """Return a card; `roles` are those of the agency, by indicator id, `stock` what is open there."""
    return {
        "agency": agency,
        "period": None if period is None else str(period),
        "view": view,
        "policy": card.policy.id,
        "total": card.total,
        "max": rounded(card.policy.max),
        "target": rounded(targets.total),
        "gap": total_gap(card.total, targets),
        "data_as_of": data_as_of,
        "complete": card.complete,
        "groups": [_group(group, targets, roles or {}) for group in card.groups],
        "stock": stock and stock_body(stock),
    }


def ranked_body(
    unit: Unit, rank: int, card: ScoreCard, against: date | None, before: tuple[int, ScoreCard] | None
) -> dict[str, Any]:
    """Return a place in a ranking, and what changed since the place and the card of an earlier day."""
    return {
        "rank": rank,
        "agency": named(unit.code, unit.name),
        "kind": unit.kind,
        "total": card.total,
        "groups": group_points(card),
        "change": against
        and {
            "against": against,
            "points": before and card.total - before[1].total,
            "rank": before and before[0] - rank,
        },
        "fetched_at": None,
        "seen_at": None,
    }


def group_points(card: ScoreCard) -> list[dict[str, Any]]:
    """Return the groups of a card, each with its points alone."""
    return [{"id": scored.group.id, "points": scored.points} for scored in card.groups]


def day_body(day: date, card: ScoreCard, before: ScoreCard | None) -> dict[str, Any]:
    """Return what a unit had at the end of a day; `before`: until then."""
    return {
        "day": day,
        "total": card.total,
        "change": before and card.total - before.total,
        "groups": group_points(card),
        "policy": card.policy.id,
        "fetched_at": None,
        "seen_at": None,
    }


def lost_body(portal: ScoreCard, home: ScoreCard) -> dict[str, Any]:
    """Return what the portal's card lacks against home's, by indicator, and the sum without 1.4."""
    indicators = [_lost(here, there) for here, there in zip(portal.indicators, home.indicators, strict=True)]
    summed = [found["lost"] for found in indicators if found["lost"] is not None and found["id"] != SYNC]
    return {"lost": sum(summed, Decimal("0.00")), "indicators": indicators}


def compared_body(found: Compared) -> dict[str, Any]:
    """Return an indicator of ours beside the portal's own."""
    comparison = found.indicator.comparison
    return {
        "id": found.indicator.id,
        "name": found.indicator.name,
        "ours": found.ours,
        "portal": two_decimals(found.portal),
        "difference": two_decimals(found.difference),
        "comparable": comparison.comparable,
        "tolerance": comparison.tolerance,
        "agrees": found.agrees,
        "why": comparison.why,
    }


def weakest(card: ScoreCard, targets: Targets, roles: Mapping[str, Role], count: int) -> list[dict[str, Any]]:
    """Return the indicators that lose the most points, the most first."""
    losing = [(group, found) for group in card.groups for found in group.indicators if found.lost]
    losing.sort(key=lambda pair: -(pair[1].lost or 0))
    return [
        {"group": group.group.id, "indicator": _indicator(found, targets.of.get(found.indicator.id), roles)}
        for group, found in losing[:count]
    ]


def _lost(portal: IndicatorScore, home: IndicatorScore) -> dict[str, Any]:
    both = portal.points is not None and home.points is not None
    return {
        "id": portal.indicator.id,
        "name": portal.indicator.name,
        "portal": portal.points,
        "home": home.points,
        "lost": home.points - portal.points if both else None,  # type: ignore[operator]  # both have points
    }


def _group(scored: GroupScore, targets: Targets, roles: Mapping[str, Role]) -> dict[str, Any]:
    return {
        "id": scored.group.id,
        "name": scored.group.name,
        "points": scored.points,
        "max": rounded(scored.group.max),
        "indicators": [_indicator(found, targets.of.get(found.indicator.id), roles) for found in scored.indicators],
    }


def _indicator(scored: IndicatorScore, target: Target | None, roles: Mapping[str, Role]) -> dict[str, Any]:
    indicator = scored.indicator
    return {
        "id": indicator.id,
        "code": indicator.code,
        "name": indicator.name,
        "numerator": scored.numerator,
        "denominator": scored.denominator,
        "ratio": six_decimals(scored.ratio),
        "percent": scored.percent,
        "factor": six_decimals(scored.factor),
        "points": scored.points,
        "unrounded": six_decimals(scored.unrounded),
        "max": None if indicator.max is None else rounded(indicator.max),
        "lost": scored.lost,
        "state": scored.state,
        "target": None if target is None or target.percent is None else rounded(target.percent),
        "gap": gap(scored, target),
        "missing_count": missing_count(scored, target),
        "quality": None,
        "role": roles.get(indicator.id),
    }


def six_decimals(value: Fraction | None) -> Decimal | None:
    """Return an exact number cut to six decimals, never rounded up: 1 is said of all, of nothing less."""
    if value is None:
        return None
    with localcontext(prec=40, rounding=ROUND_DOWN):
        return (Decimal(value.numerator) / value.denominator).quantize(_SIX)


def two_decimals(value: Decimal | None) -> Decimal | None:
    """Return what was published with two decimals, or all that were published where there are more."""
    exponent = 0 if value is None else value.as_tuple().exponent
    return value if value is None or (isinstance(exponent, int) and exponent < -2) else value.quantize(_CENT)
