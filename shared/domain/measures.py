"""The measures of the plans, which give no points: how many of how many, and whether the plan's target is reached."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

import msgspec

from shared.domain.indicators import AgencyKind, Source
from shared.domain.stock import RateLimit
from shared.domain.units import Unit


class Over(StrEnum):
    """What a measure is of: the dossiers of a span of days, by acceptance (`m.intake_8h`: by submission), or what is open now."""

    SPAN = "span"
    MOMENT = "moment"


class Must(StrEnum):
    """How a percentage must stand to its target."""

    AT_LEAST = "at_least"
    ABOVE = "above"
    BELOW = "below"


class Level(StrEnum):
    """Levels of agency that have targets of their own: the province's departments and boards, and the communes."""

    PROVINCE = "province"
    COMMUNE = "commune"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of some dossiers; each measure is one of these numbers of another."""

    held: int = 0
    status_in_step: int = 0
    results: int = 0
    results_in_step: int = 0
    payments: int = 0
    payments_in_step: int = 0
    submitted_online: int = 0
    taken_up: int = 0
    late: int = 0
    apologised: int = 0
    ended_online: int = 0
    with_result: int = 0
    land: int = 0
    land_online: int = 0
    accepted: int = 0
    digitised: int = 0
    on_portal: int = 0
    overdue_on_portal: int = 0
    open: int = 0
    paused: int = 0
    paused_minutes: int = 0


TALLY: tuple[str, ...] = Tally.__struct_fields__

NUMBERS: Mapping[str, tuple[str, str]] = {
    "m.status_in_step": ("status_in_step", "held"),
    "m.result_in_step": ("results_in_step", "results"),
    "m.payment_in_step": ("payments_in_step", "payments"),
    "m.intake_8h": ("taken_up", "submitted_online"),
    "m.overdue_on_portal": ("overdue_on_portal", "on_portal"),
    "m.apology": ("apologised", "late"),
    "m.paused": ("paused", "open"),
    "m.online_e_result": ("with_result", "ended_online"),
    "m.land_online": ("land_online", "land"),
    "m.digitised": ("digitised", "accepted"),
}
"""Every measure by its id: which number of which."""

PAUSED, DIGITISED, OVERDUE_ON_PORTAL = "m.paused", "m.digitised", "m.overdue_on_portal"


class Goal(msgspec.Struct, frozen=True):
    """What a plan asks of a measure."""

    must: Must
    percent: Decimal

    def is_reached(self, numerator: int, denominator: int) -> bool | None:
        """Return whether so many of so many are enough, exactly; None where there are none."""
        if not denominator:
            return None
        found, wanted = Fraction(numerator * 100, denominator), Fraction(self.percent)
        return {Must.AT_LEAST: found >= wanted, Must.ABOVE: found > wanted, Must.BELOW: found < wanted}[self.must]


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure as the plans define it. `name` and `rule` are Vietnamese; `source`: the id of the plan."""

    id: str
    name: str
    rule: str
    over: Over
    goal: Goal | None
    source: str


class LevelGoal(msgspec.Struct, frozen=True, kw_only=True):
    """What agencies of a level must have digitised from a day on."""

    valid_from: date
    level: Level
    goal: Goal


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """All measures in the order of their list, the goals of `m.digitised`, and from when an overdue rate is told."""

    of: Mapping[str, Measure]
    levels: tuple[LevelGoal, ...]
    overdue_rate: RateLimit
    sources: tuple[Source, ...]

    def goal_of(self, level: Level, day: date) -> Goal | None:
        """Return what agencies of a level must have digitised on a day; None before the first plan."""
        valid = [found for found in self.levels if found.level is level and found.valid_from <= day]
        return max(valid, key=lambda found: found.valid_from).goal if valid else None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of some dossiers. `level`: of m.digitised alone; `days`: of m.paused, the mean of working days so far."""

    measure: Measure
    numerator: int
    denominator: int
    goal: Goal | None
    level: Level | None = None
    days: Decimal | None = None

    @property
    def percent(self) -> Decimal | None:
        """With two decimals, cut and never rounded up: 100 is said of all, of nothing less; None where there are none."""
        return _cut(Fraction(self.numerator * 100, self.denominator)) if self.denominator else None

    @property
    def reached(self) -> bool | None:
        return self.goal.is_reached(self.numerator, self.denominator) if self.goal else None


Counted = Mapping[Level | None, Tally]
"""What is counted of some dossiers, by the level of the agency they stand at; None where nobody said."""


def figures(counted: Counted, measures: Measures, wanted: Iterable[str], *, until: date, day_minutes: int) -> list[Figure]:
    """Return the measures wanted, in the order given.

    `until`: the last day of the span, whose goals hold for m.digitised; `day_minutes`: the length of a working day.
    """
    whole = added(counted.values())
    found: list[Figure] = []
    for name in wanted:
        if name == DIGITISED:
            found += [
                _figure(measures.of[name], counted.get(level, Tally()), measures.goal_of(level, until), level=level)
                for level in Level
            ]
        else:
            days = _mean_days(whole, day_minutes) if name == PAUSED else None
            found.append(_figure(measures.of[name], whole, measures.of[name].goal, days=days))
    return found


def added(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several tallies."""
    sums = dict.fromkeys(TALLY, 0)
    for tally in tallies:
        for name in TALLY:
            sums[name] += getattr(tally, name)
    return Tally(**sums)


def levels_of(units: Iterable[Unit]) -> dict[str, Level]:
    """Return the level of each agency by its code: its own, else that of the nearest agency above it that has one."""
    found: dict[str, Level] = {}
    for unit in sorted(units, key=lambda unit: -len(unit.agencies)):
        if unit.kind is not None:
            level = Level.COMMUNE if unit.kind is AgencyKind.COMMUNE else Level.PROVINCE
            found.update(dict.fromkeys(unit.agencies, level))
    return found


def _figure(
    measure: Measure, tally: Tally, goal: Goal | None, *, level: Level | None = None, days: Decimal | None = None
) -> Figure:
    numerator, denominator = (getattr(tally, name) for name in NUMBERS[measure.id])
    return Figure(measure=measure, numerator=numerator, denominator=denominator, goal=goal, level=level, days=days)


def _mean_days(tally: Tally, day_minutes: int) -> Decimal | None:
    return _cut(Fraction(tally.paused_minutes, tally.paused * day_minutes)) if tally.paused else None


def _cut(value: Fraction) -> Decimal:
    with localcontext(prec=40, rounding=ROUND_DOWN):
        return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.01"))
