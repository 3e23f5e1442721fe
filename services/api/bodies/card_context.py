"""What stands beside the figures of a card: changes, the portal's own figures, the rank, and what can still be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.api.bodies.scores import two_decimals
from shared.db.views.official import Published
from shared.domain.changes import Earlier, Figure, Since, gained
from shared.domain.comparing import metric_of, published_percent
from shared.domain.indicators import Policy
from shared.domain.ranking import Rank
from shared.domain.reach import Reach


@dataclass(frozen=True)
class Context:
    """`earlier`: what the same card had. `portal`: what the portal published of the unit. None for what is not known."""

    earlier: Mapping[Since, Earlier] = field(default_factory=dict)
    portal: Published | None = None
    rank: Rank | None = None
    reach: Reach | None = None


NO_CONTEXT = Context()
"""Of figures that were sent nothing else is known."""


def in_context(body: Mapping[str, Any], policy: Policy, context: Context) -> dict[str, Any]:
    """Return a card, of whatever view, with what stands beside its figures."""
    return {
        **body,
        "rank": context.rank,
        "change": {since: _change(body["total"], context.earlier.get(since)) for since in Since},
        "reachable": context.reach and context.reach.total,
        "groups": [
            {**group, "indicators": [_indicator(found, policy, context) for found in group["indicators"]]}
            for group in body["groups"]
        ],
    }


def _indicator(found: Mapping[str, Any], policy: Policy, context: Context) -> dict[str, Any]:
    return {
        **found,
        "change": {since: _figure_change(found, context.earlier.get(since)) for since in Since},
        "reachable": context.reach and context.reach.of[found["id"]],
        "portal": context.portal and _portal(found["id"], policy, context.portal),
    }


def _change(total: Any, earlier: Earlier | None) -> dict[str, Any] | None:
    if earlier is None or earlier.figures is None:
        return None
    return {"against": earlier.day, "points": two_decimals(gained(total, earlier.figures.total))}


def _figure_change(found: Mapping[str, Any], earlier: Earlier | None) -> dict[str, Any] | None:
    if earlier is None or earlier.figures is None:
        return None
    before = earlier.figures.of.get(found["id"], Figure())
    return {
        "against": earlier.day,
        "points": two_decimals(gained(found["points"], before.points)),
        "percent": two_decimals(gained(found["percent"], before.percent)),
    }


def _portal(name: str, policy: Policy, published: Published) -> dict[str, Any] | None:
    indicator = policy.indicators[name]
    metric = metric_of(indicator, published.unit)
    if metric is None:
        return None
    return {
        "points": two_decimals(metric.points),
        "percent": two_decimals(published_percent(indicator, metric)),
        "numerator": metric.numerator,
        "denominator": metric.denominator,
        "fetched_at": published.fetched_at,
    }
