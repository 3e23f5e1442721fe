"""The plans' measures and their targets, from their file; loaded strictly, or not at all."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from shared.domain.measures import DIGITISED, NUMBERS, OVERDUE_ON_PORTAL, Goal, Level, LevelGoal, Measure, Measures, Must, Over
from shared.domain.stock import RateLimit
from shared.errors import ConfigError
from shared.policy.fields import Day, Name, Percent, Sourced, sources_of, unknown_sources
from shared.policy.shapes import Number, Sources
from shared.strict_yaml import Section, checked, parse

_FILE = "measures.yaml"


class GoalFile(Section):
    """How a percentage must stand to which other."""

    must: Must
    percent: Percent


class MeasureFile(Sourced):
    """One measure; `target` null: the plan gives no number."""

    id: Name
    name: Name
    rule: Name
    over: Over
    target: GoalFile | None


class LevelsFile(Sourced):
    """What agencies of each level must have digitised from a day on."""

    valid_from: Day = Field(alias="from")
    province: Percent
    commune: Percent


class RateFile(Section):
    """Of which agencies an overdue rate that misses its target is told, and how far below it must be to end."""

    least_open: Number[Annotated[int, Field(strict=True, ge=1)]]
    margin: Number[Percent]


class MeasuresFile(Section):
    """All measures, in the order of their list."""

    sources: Sources
    measures: tuple[MeasureFile, ...]
    digitised: tuple[LevelsFile, ...]
    overdue_rate: RateFile


@lru_cache(maxsize=1)
def measures() -> Measures:
    """Return the measures that come with the package. Raises `ConfigError`."""
    return load_measures((files("shared.policy") / _FILE).read_text(encoding="utf-8"), _FILE)


def load_measures(text: str, name: str) -> Measures:
    """Return the measures from the text of their file, each there is once. Raises `ConfigError` naming file and place."""
    file = checked(MeasuresFile, parse(text, name), name)
    for place, reason in _problems(file):
        raise ConfigError(f"{name}: {place}: {reason}")
    of = {measure.id: _measure(measure) for measure in file.measures}
    limit = of[OVERDUE_ON_PORTAL].goal
    return Measures(
        of=of,
        levels=tuple(goal for row in file.digitised for goal in _levels(row)),
        overdue_rate=RateLimit(
            percent=Fraction(limit.percent if limit else 0),
            least_open=file.overdue_rate.least_open.value,
            margin=Fraction(file.overdue_rate.margin.value),
        ),
        sources=sources_of(file.sources),
    )


def _measure(file: MeasureFile) -> Measure:
    goal = Goal(file.target.must, file.target.percent) if file.target else None
    return Measure(id=file.id, name=file.name, rule=file.rule, over=file.over, goal=goal, source=file.source)


def _levels(row: LevelsFile) -> Iterator[LevelGoal]:
    for level, percent in ((Level.PROVINCE, row.province), (Level.COMMUNE, row.commune)):
        yield LevelGoal(valid_from=row.valid_from, level=level, goal=Goal(Must.AT_LEAST, percent))


def _problems(file: MeasuresFile) -> Iterator[tuple[str, str]]:
    yield from unknown_sources(file, file.sources)
    seen: set[str] = set()
    for index, measure in enumerate(file.measures):
        place = f"measures.{index}"
        if measure.id not in NUMBERS:
            yield f"{place}.id", f"unknown measure {measure.id}; there are {', '.join(NUMBERS)}"
        if measure.id in seen:
            yield f"{place}.id", f"the measure {measure.id} is there twice"
        if measure.id == DIGITISED and measure.target:
            yield f"{place}.target", "its targets are those of the levels"
        if measure.id == OVERDUE_ON_PORTAL and (measure.target is None or measure.target.must is not Must.BELOW):
            yield f"{place}.target", "must be below a percentage: an alert is told by it"
        elif measure.id == OVERDUE_ON_PORTAL and measure.target and file.overdue_rate.margin.value >= measure.target.percent:
            yield "overdue_rate.margin.value", f"must be less than the target, {measure.target.percent}: no share is below that"
        seen.add(measure.id)
    if missing := [name for name in NUMBERS if name not in seen]:
        yield "measures", f"there is no {', '.join(missing)}"
    for index, (earlier, later) in enumerate(pairwise(file.digitised), start=1):
        if earlier.valid_from >= later.valid_from:
            yield f"digitised.{index}.from", "must be later than the one before"
