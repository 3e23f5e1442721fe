"""Our figures beside the portal's own: do both count the same? The policy says where that may be asked, and how far apart is no
difference.
"""

from decimal import Decimal
from fractions import Fraction

import msgspec

from shared.domain.indicators import Indicator, Scoring
from shared.domain.published import PublishedMetric, PublishedUnit
from shared.domain.scoring import ScoreCard, rounded


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator in percent, as we count it and as the portal publishes it; None where either has no figure."""

    indicator: Indicator
    ours: Decimal | None
    portal: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Ours less the portal's, in percentage points of the ratio; None where either is not known."""
        return None if self.ours is None or self.portal is None else self.ours - self.portal

    @property
    def agrees(self) -> bool | None:
        """Whether both lie within the tolerance; None where nothing is compared or either is not known."""
        comparison, difference = self.indicator.comparison, self.difference
        if not comparison.comparable or comparison.tolerance is None or difference is None:
            return None
        return abs(difference) <= comparison.tolerance


def compared(card: ScoreCard, published: PublishedUnit) -> tuple[Compared, ...]:
    """Return each indicator of our card of a unit, of the portal's records, beside what the portal publishes of that unit."""
    return tuple(
        Compared(
            indicator=found.indicator,
            ours=found.percent,
            portal=published_percent(found.indicator, metric_of(found.indicator, published)),
        )
        for found in card.indicators
    )


def metric_of(indicator: Indicator, published: PublishedUnit) -> PublishedMetric | None:
    """Return what is published of an indicator; None where nothing is."""
    return published.scores.metrics.get(indicator.code or indicator.id)


def published_ratio(indicator: Indicator, metric: PublishedMetric | None) -> Fraction | None:
    """Return the ratio as published, of 2.2 the mean; what is published without one (the trees have counts alone) is the counts'
    own.
    """
    if metric is None:
        return None
    if metric.ratio is not None:
        return Fraction(metric.ratio) / (1 if indicator.scoring is Scoring.ANALYSIS else 100)
    if indicator.code is None and metric.numerator is not None and metric.denominator:
        return Fraction(metric.numerator, metric.denominator)
    return None


def published_percent(indicator: Indicator, metric: PublishedMetric | None) -> Decimal | None:
    """Return the ratio in percent, as published where it is; None for an analysis, which is no share of anything."""
    if metric is None or indicator.scoring is Scoring.ANALYSIS:
        return None
    ratio = published_ratio(indicator, metric)
    return metric.ratio if metric.ratio is not None or ratio is None else rounded(ratio * 100)
