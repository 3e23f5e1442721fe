"""What a card had on an earlier day, and how much of that it gained or lost since."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from shared.domain.comparing import metric_of, published_percent
from shared.domain.indicators import Indicator, Policy
from shared.domain.published import PublishedUnit
from shared.domain.scoring import ScoreCard


class Since(StrEnum):
    """The earlier days a card is held against: the day before, and the last day of the month before."""

    YESTERDAY = "yesterday"
    LAST_MONTH = "last_month"

    def before(self, day: date) -> date:
        """Return the earlier day that is meant on a day."""
        return (day if self is Since.YESTERDAY else day.replace(day=1)) - timedelta(days=1)


class Figure(msgspec.Struct, frozen=True):
    """One indicator: its points, and its scored ratio in percent; None where there is none."""

    points: Decimal | None = None
    percent: Decimal | None = None


class Figures(msgspec.Struct, frozen=True):
    """A card in numbers alone: its total, and every indicator by its id."""

    total: Decimal | None
    of: Mapping[str, Figure]


class Earlier(msgspec.Struct, frozen=True):
    """What a unit had at the end of a day; `figures` is None where nothing was kept by then."""

    day: date
    figures: Figures | None


def figures_of(card: ScoreCard) -> Figures:
    """Return a card in numbers alone."""
    return Figures(card.total, {found.indicator.id: Figure(found.points, found.percent) for found in card.indicators})


def published_figures(published: PublishedUnit, policy: Policy) -> Figures:
    """Return what the portal published of a unit in numbers alone, by the ids of a policy."""
    return Figures(published.points, {name: _published(found, published) for name, found in policy.indicators.items()})


def _published(indicator: Indicator, published: PublishedUnit) -> Figure:
    metric = metric_of(indicator, published)
    return Figure(metric.points if metric else None, published_percent(indicator, metric))


def gained(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Return how much more there is; None where either is not known."""
    return None if now is None or before is None else now - before
