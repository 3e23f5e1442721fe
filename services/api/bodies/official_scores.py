"""The portal's own scores as they go out: its figures as received, our names, targets and roles beside them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.api.bodies.lists import named
from services.api.bodies.scores import six_decimals
from services.api.schemas.scores import Role
from shared.db.views.official import Published
from shared.domain.indicators import AgencyKind, Group, GroupId, Indicator, Policy, Scoring
from shared.domain.periods import Period, local_day
from shared.domain.published import PublishedGroup, PublishedMetric, PublishedUnit
from shared.domain.scoring import IndicatorScore, State, rounded
from shared.domain.targets import Target, Targets, missing_count

_CENT = Decimal("0.01")
_NOTHING = PublishedMetric()


def official_card(
    unit: PublishedUnit,
    policy: Policy,
    targets: Targets,
    *,
    name: str,
    kind: AgencyKind | None,
    period: Period,
    data_as_of: datetime,
    roles: Mapping[str, Role],
) -> dict[str, Any]:
    """Return the card of a unit: points and ratios as published, null where nothing is."""
    return {
        "agency": named(unit.code, name),
        "period": str(period),
        "view": "official",
        "policy": policy.id,
        "total": _points(unit.points),
        "max": rounded(policy.max),
        "data_as_of": data_as_of,
        "complete": all(_published(unit, group.id).points is not None for group in policy.groups),
        "groups": [_group(group, unit, targets, kind, roles) for group in policy.groups],
        "stock": None,
    }


def rank_body(
    found: Published,
    name: str,
    kind: AgencyKind | None,
    rank: int | None,
    against: date | None,
    earlier: tuple[Published, int | None] | None,
) -> dict[str, Any]:
    """Return one unit of the ranking; `earlier`: what was published of it by an earlier day, and its rank then."""
    before, place = earlier or (None, None)
    change = {
        "against": against,
        "points": _difference(found, before),
        "rank": None if place is None or rank is None else place - rank,
    }
    return {
        "rank": rank,
        "agency": named(found.unit.code, name),
        "kind": kind,
        **_totals(found.unit),
        "change": None if against is None else change,
        "fetched_at": found.fetched_at,
        "seen_at": found.seen_at,
    }


def reading_body(found: Published, before: Published | None) -> dict[str, Any]:
    """Return what was published from a reading on; `before`: until then."""
    change = _difference(found, before)
    return {
        "day": local_day(found.fetched_at),
        **_totals(found.unit),
        "change": change,
        "policy": None,
        "fetched_at": found.fetched_at,
        "seen_at": found.seen_at,
    }


def _totals(unit: PublishedUnit) -> dict[str, Any]:
    groups = [{"id": group, "points": _points(_published(unit, group).points)} for group in GroupId]
    return {"total": _points(unit.points), "groups": groups}


def _difference(found: Published, before: Published | None) -> Decimal | None:
    if before is None or before.unit.points is None or found.unit.points is None:
        return None
    return _points(found.unit.points - before.unit.points)


def _group(
    group: Group, unit: PublishedUnit, targets: Targets, kind: AgencyKind | None, roles: Mapping[str, Role]
) -> dict[str, Any]:
    published = _published(unit, group.id)
    return {
        "id": group.id,
        "name": group.name,
        "points": _points(published.points),
        "max": _points(group.max if published.max is None else published.max),
        "indicators": [
            _indicator(found, unit.scores.metrics.get(found.code or found.id), targets.of.get(found.id), kind, roles)
            for found in group.indicators
        ],
    }


def _indicator(
    indicator: Indicator,
    metric: PublishedMetric | None,
    target: Target | None,
    kind: AgencyKind | None,
    roles: Mapping[str, Role],
) -> dict[str, Any]:
    published = metric or _NOTHING
    ratio, most = _ratio(indicator, published), indicator.max if published.max is None else published.max
    percent = None if ratio is None or indicator.scoring is Scoring.ANALYSIS else _percent(published, ratio)
    return {
        "id": indicator.id,
        "code": indicator.code,
        "name": indicator.name,
        "numerator": published.numerator,
        "denominator": published.denominator,
        "ratio": six_decimals(ratio),
        "percent": percent,
        "factor": 1,
        "points": _points(published.points),
        "unrounded": None,
        "max": _points(most),
        "lost": None if published.points is None or most is None else _points(most - published.points),
        "state": _state(indicator, metric, kind),
        "target": None if target is None or target.percent is None else rounded(target.percent),
        "gap": _gap(percent, target),
        "missing_count": _missing(indicator, published, target),
        "quality": _quality(published),
        "role": roles.get(indicator.id),
    }


def _ratio(indicator: Indicator, metric: PublishedMetric) -> Fraction | None:
    """Return the ratio as published; what is published without one (the trees have counts alone) is the counts' own."""
    if metric.ratio is not None:
        return Fraction(metric.ratio) / (1 if indicator.scoring is Scoring.ANALYSIS else 100)
    if indicator.code is None and metric.numerator is not None and metric.denominator:
        return Fraction(metric.numerator, metric.denominator)
    return None


def _percent(metric: PublishedMetric, ratio: Fraction) -> Decimal | None:
    return rounded(ratio * 100) if metric.ratio is None else _points(metric.ratio)


def _state(indicator: Indicator, metric: PublishedMetric | None, kind: AgencyKind | None) -> State:
    if metric is None:
        return State.NO_DATA if indicator.is_scored_for(kind) else State.NOT_APPLICABLE
    if metric.denominator == 0:
        return State.NO_CASES
    known = (metric.numerator, metric.ratio, metric.points) != (None, None, None)
    return State.SCORED if known else State.NO_DATA


def _gap(percent: Decimal | None, target: Target | None) -> Decimal | None:
    if percent is None or target is None or target.percent is None:
        return None
    return rounded(max(Decimal(0), target.percent - percent))


def _missing(indicator: Indicator, metric: PublishedMetric, target: Target | None) -> int | None:
    counted, of = metric.numerator, metric.denominator
    return missing_count(IndicatorScore(indicator=indicator, state=State.SCORED, numerator=counted, denominator=of), target)


def _quality(metric: PublishedMetric) -> dict[str, str | None] | None:
    if metric.quality_status is None:
        return None
    return {"status": metric.quality_status, "message": metric.quality_message}


def _published(unit: PublishedUnit, group: GroupId) -> PublishedGroup:
    return unit.scores.groups.get(group, PublishedGroup())


def _points(value: Decimal | None) -> Decimal | None:
    """Return points with two decimals, or all that were published where there are more."""
    exponent = 0 if value is None else value.as_tuple().exponent
    return value if value is None or (isinstance(exponent, int) and exponent < -2) else value.quantize(_CENT)
