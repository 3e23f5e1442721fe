"""Targets: what a province's plan says agencies must reach, and who answers for it. They change no point rule."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

import msgspec

from shared.domain.indicators import Source
from shared.domain.scoring import IndicatorScore, rounded


class Owner(StrEnum):
    """Who answers for a target: kinds of agency, and single agencies with a task of their own."""

    SPECIALISED = "specialised"
    ECONOMIC_ZONE = "economic_zone"
    COMMUNE = "commune"
    OFFICE = "office"
    SCIENCE = "science"
    JUSTICE = "justice"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What one indicator must reach. `percent` None: as high as possible, without a number.

    `lead` answers for it and is warned, `support` gets a copy.
    """

    indicator: str
    percent: Decimal | None
    lead: tuple[Owner, ...]
    support: tuple[Owner, ...]
    source: str


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """The targets of one plan. `total`: the points of 100 every agency must reach (seed 000, I.2)."""

    id: str
    name: str
    total: Decimal
    total_source: str
    of: Mapping[str, Target]
    sources: tuple[Source, ...]


def gap(scored: IndicatorScore, target: Target | None) -> Decimal | None:
    """Return how many percentage points are missing to the target, 0 when it is reached; None without a number on either side."""
    if target is None or target.percent is None or scored.percent is None or scored.scored_ratio is None:
        return None
    return rounded(max(Fraction(), Fraction(target.percent) - scored.scored_ratio * 100))


def total_gap(total: Decimal | None, targets: Targets) -> Decimal | None:
    """Return how many points a total is short of what every agency must reach, 0 when it is reached; None without one."""
    return None if total is None else rounded(max(Decimal(), targets.total - total))


def missing_count(scored: IndicatorScore, target: Target | None) -> int | None:
    """Return how many more cases of the same denominator would reach the target.

    None where no target is set in numbers, there are no figures, or even all cases would not reach it.
    """
    if target is None or target.percent is None or scored.numerator is None or scored.percent is None or not scored.denominator:
        return None
    if scored.factor * 100 < Fraction(target.percent):
        return None
    wanted = Fraction(target.percent) / 100 * scored.denominator / scored.factor
    return max(0, ceil(wanted) - scored.numerator)
