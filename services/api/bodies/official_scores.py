"""The portal's own scores as they go out: its figures as received, our names, targets and roles beside them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.api.bodies.lists import named
from services.api.bodies.scores import six_decimals, two_decimals
from services.api.schemas.scores import Role
from shared.db.views.official import Published
from shared.domain.comparing import metric_of, published_percent, published_ratio
from shared.domain.indicators import AgencyKind, Group, GroupId, Indicator, Policy
from shared.domain.periods import Period, local_day
from shared.domain.published import PublishedGroup, PublishedMetric, PublishedUnit
from shared.domain.scoring import IndicatorScore, State, rounded
from shared.domain.targets import Target, Targets, missing_count, total_gap

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
        "total": two_decimals(unit.points),
        "max": rounded(policy.max),
        "target": rounded(targets.total),
        "gap": total_gap(two_decimals(unit.points), targets),
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
    groups = [{"id": group, "points": two_decimals(_published(unit, group).points)} for group in GroupId]
    return {"total": two_decimals(unit.points), "groups": groups}


def _difference(found: Published, before: Published | None) -> Decimal | None:
    if before is None or before.unit.points is None or found.unit.points is None:
        return None
    return two_decimals(found.unit.points - before.unit.points)


def _group(
    group: Group, unit: PublishedUnit, targets: Targets, kind: AgencyKind | None, roles: Mapping[str, Role]
) -> dict[str, Any]:
    published = _published(unit, group.id)
    return {
        "id": group.id,
        "name": group.name,
        "points": two_decimals(published.points),
        "max": two_decimals(group.max if published.max is None else published.max),
        "indicators": [
            _indicator(found, metric_of(found, unit), targets.of.get(found.id), kind, roles) for found in group.indicators
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
    ratio, percent = published_ratio(indicator, metric), published_percent(indicator, metric)
    most = indicator.max if published.max is None else published.max
    return {
        "id": indicator.id,
        "code": indicator.code,
        "name": indicator.name,
        "numerator": published.numerator,
        "denominator": published.denominator,
        "ratio": six_decimals(ratio),
        "percent": two_decimals(percent),
        "factor": 1,
        "points": two_decimals(published.points),
        "unrounded": None,
        "max": two_decimals(most),
        "lost": None if published.points is None or most is None else two_decimals(most - published.points),
        "state": _state(indicator, metric, kind),
        "target": None if target is None or target.percent is None else rounded(target.percent),
        "gap": _gap(percent, target),
        "missing_count": _missing(indicator, published, target),
        "quality": _quality(published),
        "role": roles.get(indicator.id),
    }


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
