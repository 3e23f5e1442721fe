"""From ratios to points: one pure function, exact until the one rounding it tells about.

Everything is integers, fractions and decimals, never a binary float. Points are rounded half up to two decimals, from the
unrounded ratio; a group is the sum of its rounded points, the total the sum of the groups (`facts/scoring.md`, "Points").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

import msgspec

from shared.domain.indicators import AgencyKind, Group, Indicator, Policy, Scoring, WhenEmpty
from shared.errors import Watch766Error

LARGEST = 2**53 - 1
"""The largest count taken: what every reader of JSON still tells from its neighbours."""

_ONE = Fraction(1)
_HALF = Fraction(1, 2)
_NOTHING = Decimal("0.00")


class Ratio(msgspec.Struct, frozen=True):
    """The figures of one indicator: how many of how many. `factor`, from 0 to 1, is part of the ratio that is scored.

    For an analysis without points (2.2) the numerator is a sum, of days for instance, and may exceed the denominator.
    """

    numerator: int
    denominator: int
    factor: Fraction = _ONE


class State(StrEnum):
    """What became of an indicator.

    `no_cases`: the denominator is empty; `not_applicable`: the agency has no such indicator; `no_data`: nobody gave figures;
    `provisional`: scored by a rule that may yet change.
    """

    SCORED = "scored"
    NO_CASES = "no_cases"
    NOT_APPLICABLE = "not_applicable"
    NO_DATA = "no_data"
    PROVISIONAL = "provisional"


class RatioProblem(msgspec.Struct, frozen=True):
    """Why figures cannot be scored; `field` is None where it is the indicator itself."""

    indicator: str
    field: str | None
    reason: str

    @property
    def place(self) -> str:
        return self.indicator if self.field is None else f"{self.indicator}.{self.field}"


class RatiosRefused(Watch766Error):
    """Figures that cannot be scored; `problems` holds all of them. No value is told."""

    def __init__(self, problems: Sequence[RatioProblem]) -> None:
        super().__init__("; ".join(f"{problem.place}: {problem.reason}" for problem in problems))
        self.problems = tuple(problems)


class IndicatorScore(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator on a card. `points` is None where there is no score, which is not 0; `unrounded` is what was rounded."""

    indicator: Indicator
    state: State
    numerator: int | None = None
    denominator: int | None = None
    factor: Fraction = _ONE
    points: Decimal | None = None
    unrounded: Fraction | None = None

    @property
    def ratio(self) -> Fraction | None:
        """Numerator ÷ denominator, exact; None without figures or with an empty denominator."""
        return Fraction(self.numerator, self.denominator) if self.numerator is not None and self.denominator else None

    @property
    def scored_ratio(self) -> Fraction | None:
        """The ratio times its factor: what is held against full marks and against a target."""
        return None if self.ratio is None else self.ratio * self.factor

    @property
    def percent(self) -> Decimal | None:
        """The scored ratio in percent, rounded half up to two decimals; None for an analysis, which is no share of anything."""
        if self.scored_ratio is None or self.indicator.scoring is Scoring.ANALYSIS:
            return None
        return rounded(self.scored_ratio * 100)

    @property
    def lost(self) -> Decimal | None:
        """Points short of the maximum; None where there is no score."""
        return None if self.points is None or self.indicator.max is None else self.indicator.max - self.points


class GroupScore(msgspec.Struct, frozen=True, kw_only=True):
    """One group on a card; `points` is the sum of the rounded points in it, 0 where nothing in it has a score."""

    group: Group
    points: Decimal
    indicators: tuple[IndicatorScore, ...]


class ScoreCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of ratios is worth under a policy, with everything that explains it."""

    policy: Policy
    total: Decimal
    groups: tuple[GroupScore, ...]

    @property
    def indicators(self) -> Iterator[IndicatorScore]:
        return (scored for group in self.groups for scored in group.indicators)

    @property
    def exact_total(self) -> Fraction:
        """The total had nothing been rounded: what one more dossier is worth is the difference of two of these."""
        return sum((scored.unrounded for scored in self.indicators if scored.unrounded is not None), Fraction())

    @property
    def complete(self) -> bool:
        """Whether every indicator that has points had figures."""
        return not any(found.state is State.NO_DATA and found.indicator.max is not None for found in self.indicators)


def rounded(value: Fraction | Decimal) -> Decimal:
    """Return a number rounded half up to two decimals (`r2`), exactly."""
    return Decimal(floor(Fraction(value) * 100 + _HALF)).scaleb(-2)


def score(ratios: Mapping[str, Ratio], policy: Policy, *, kind: AgencyKind | None = None) -> ScoreCard:
    """Return the score card of ratios by indicator id.

    `kind` is the kind of agency they belong to; None: of no agency, every indicator applies. An indicator left out has no data
    and no points. Each ratio is scored as given: none is derived from, or multiplied by, another.
    Raises `RatiosRefused` naming every indicator whose figures cannot be used.
    """
    if problems := list(_problems(ratios, policy)):
        raise RatiosRefused(problems)
    groups = tuple(_group_score(group, ratios, kind) for group in policy.groups)
    return ScoreCard(policy=policy, total=_sum(group.points for group in groups), groups=groups)


def _group_score(group: Group, ratios: Mapping[str, Ratio], kind: AgencyKind | None) -> GroupScore:
    indicators = tuple(_indicator_score(indicator, ratios.get(indicator.id), kind) for indicator in group.indicators)
    return GroupScore(group=group, points=_sum(scored.points for scored in indicators), indicators=indicators)


def _indicator_score(indicator: Indicator, ratio: Ratio | None, kind: AgencyKind | None) -> IndicatorScore:
    state = _state(indicator, ratio, kind)
    has_points = state not in (State.NOT_APPLICABLE, State.NO_DATA)
    unrounded = _points(indicator, ratio) if has_points else None
    return IndicatorScore(
        indicator=indicator,
        state=state,
        numerator=None if ratio is None else ratio.numerator,
        denominator=None if ratio is None else ratio.denominator,
        factor=_ONE if ratio is None else ratio.factor,
        points=None if unrounded is None else rounded(unrounded),
        unrounded=unrounded,
    )


def _state(indicator: Indicator, ratio: Ratio | None, kind: AgencyKind | None) -> State:
    if not indicator.is_scored_for(kind):
        return State.NOT_APPLICABLE
    if indicator.scoring is not Scoring.GRANTED:
        if ratio is None:
            return State.NO_DATA
        if ratio.denominator == 0:
            return State.NO_CASES
    return State.SCORED if indicator.provisional is None else State.PROVISIONAL


def _points(indicator: Indicator, ratio: Ratio | None) -> Fraction | None:
    """Return unrounded points; None where there is no score."""
    if indicator.max is None:
        return None
    most = Fraction(indicator.max)
    if ratio is None or indicator.full_marks_at is None:
        return most
    if ratio.denominator == 0:
        return {WhenEmpty.ZERO: Fraction(), WhenEmpty.FULL: most}.get(indicator.when_empty or WhenEmpty.NO_SCORE)
    return most * min(_ONE, Fraction(ratio.numerator, ratio.denominator) * ratio.factor / indicator.full_marks_at)


def _sum(points: Iterable[Decimal | None]) -> Decimal:
    return sum((found for found in points if found is not None), _NOTHING)


def _problems(ratios: Mapping[str, Ratio], policy: Policy) -> Iterator[RatioProblem]:
    for name, ratio in ratios.items():
        indicator = policy.indicators.get(name)
        if indicator is None:
            ids = ", ".join(_with_figures(policy))
            yield RatioProblem(str(name), None, f"unknown indicator: give an id, not the portal's code; the ids are {ids}")
        elif indicator.scoring is Scoring.GRANTED:
            yield RatioProblem(name, None, "is granted in full by the policy and takes no figures")
        else:
            yield from _figure_problems(indicator, ratio)


def _with_figures(policy: Policy) -> list[str]:
    return [found.id for found in policy.indicators.values() if found.scoring is not Scoring.GRANTED]


def _figure_problems(indicator: Indicator, ratio: Ratio) -> Iterator[RatioProblem]:
    figures = {"numerator": ratio.numerator, "denominator": ratio.denominator}
    found = {field: reason for field, count in figures.items() if (reason := _count_problem(count))}
    if not found and ratio.numerator > ratio.denominator:
        if indicator.scoring is Scoring.RATIO:
            found["numerator"] = "must not be larger than the denominator"
        elif ratio.denominator == 0:
            found["numerator"] = "must be 0 where the denominator is"
    if not isinstance(ratio.factor, Fraction) or not 0 <= ratio.factor <= 1:
        found["factor"] = "must be a fraction from 0 to 1"
    return (RatioProblem(indicator.id, field, reason) for field, reason in found.items())


def _count_problem(count: object) -> str | None:
    if type(count) is not int:
        return "must be a whole number"
    if count < 0:
        return "must not be negative"
    return f"must not be larger than {LARGEST}" if count > LARGEST else None
