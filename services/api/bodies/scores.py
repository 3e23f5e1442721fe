"""A score card as it goes out, of whatever view."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction
from typing import Any

from services.api.schemas.scores import Role, View
from shared.domain.periods import Period
from shared.domain.scoring import GroupScore, IndicatorScore, ScoreCard, rounded
from shared.domain.targets import Target, Targets, gap, missing_count

_SIX = Decimal("0.000001")


def card_body(
    card: ScoreCard,
    targets: Targets,
    *,
    view: View,
    agency: Mapping[str, str] | None = None,
    period: Period | None = None,
    data_as_of: datetime | None = None,
    roles: Mapping[str, Role] | None = None,
) -> dict[str, Any]:
    """Return a card; `roles` are those of the agency, by indicator id."""
    return {
        "agency": agency,
        "period": None if period is None else str(period),
        "view": view,
        "policy": card.policy.id,
        "total": card.total,
        "max": rounded(card.policy.max),
        "data_as_of": data_as_of,
        "complete": card.complete,
        "groups": [_group(group, targets, roles or {}) for group in card.groups],
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
