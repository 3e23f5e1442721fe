"""The versions of the scoring policy, from their files; loaded all together and strictly, or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from shared.domain.indicators import INDICATOR_IDS, Comparison, Group, GroupId, Indicator, Policy, Scoring, WhenEmpty
from shared.errors import ConfigError
from shared.policy.fields import Sourced, sources_of, unknown_sources
from shared.policy.shapes import GroupFile, IndicatorFile, Number, PolicyFile, Value
from shared.strict_yaml import checked, parse

_HUNDRED = 100
Problem = tuple[str, str]
"""A place in a file, and what is wrong there."""


@lru_cache(maxsize=1)
def scoring_policies() -> tuple[Policy, ...]:
    """Return the versions that come with the package, the earliest first. Raises `ConfigError`."""
    return load_policies(files("shared.policy"))


def load_policies(folder: Traversable) -> tuple[Policy, ...]:
    """Return every version in a folder (`scoring-*.yaml`), the earliest first.

    Raises `ConfigError` naming file and place for anything that is not as it must be, also between two versions.
    """
    named = {item.name: item for item in folder.iterdir() if item.name.startswith("scoring-") and item.name.endswith(".yaml")}
    if not named:
        raise ConfigError("there is no scoring policy: scoring-*.yaml")
    loaded = [(name, load_policy(named[name].read_text(encoding="utf-8"), name)) for name in sorted(named)]
    loaded.sort(key=lambda pair: pair[1].valid_from)
    _check_together(loaded)
    return tuple(policy for _, policy in loaded)


def load_policy(text: str, name: str) -> Policy:
    """Return one version from the text of its file. Raises `ConfigError` naming file and place."""
    file = checked(PolicyFile, parse(text, name), name)
    for place, reason in _problems(file):
        raise ConfigError(f"{name}: {place}: {reason}")
    return Policy(
        id=file.id,
        name=file.name,
        valid_from=file.valid_from.value,
        valid_until=_value(file.valid_until),
        max=file.max.value,
        groups=tuple(_group(group) for group in file.groups),
        sources=sources_of(file.sources),
        sources_of=_sources({"from": file.valid_from, "until": file.valid_until, "max": file.max}),
    )


def _group(group: GroupFile) -> Group:
    return Group(
        id=GroupId(group.id),
        name=group.name,
        max=group.max.value,
        source=group.max.source,
        indicators=tuple(_indicator(indicator, GroupId(group.id)) for indicator in group.indicators),
    )


def _indicator(file: IndicatorFile, group: GroupId) -> Indicator:
    compared = file.comparison
    return Indicator(
        id=file.id,
        code=file.code,
        name=file.name,
        group=group,
        scoring=file.scoring,
        max=_value(file.max),
        full_marks_at=_value(file.full_marks_at),
        when_empty=_value(file.when_empty),
        basis=file.basis,
        formula=file.formula,
        comparison=Comparison(comparable=compared.comparable, why=compared.why, tolerance=_value(compared.tolerance)),
        applies_to=frozenset(file.applies_to),
        elsewhere=file.elsewhere,
        provisional=file.provisional,
        sources=_sources({**_numbers(file), "tolerance": compared.tolerance}),
    )


def _value(number: Number[Value] | None) -> Value | None:
    return None if number is None else number.value


def _numbers(file: IndicatorFile) -> dict[str, Sourced | None]:
    return {"max": file.max, "full_marks_at": file.full_marks_at, "when_empty": file.when_empty}


def _sources(numbers: dict[str, Sourced | None]) -> dict[str, str]:
    return {name: number.source for name, number in numbers.items() if number is not None}


def _problems(file: PolicyFile) -> Iterator[Problem]:
    """Return what is wrong in a file whose every value is right by itself."""
    yield from unknown_sources(file, file.sources)
    if file.valid_until and file.valid_until.value < file.valid_from.value:
        yield "until", "lies before from"
    yield from _twice("group", [(f"groups.{index}.id", group.id) for index, group in enumerate(file.groups)])
    indicators = [
        (f"groups.{g}.indicators.{i}", indicator)
        for g, group in enumerate(file.groups)
        for i, indicator in enumerate(group.indicators)
    ]
    yield from _twice("indicator", [(f"{place}.id", indicator.id) for place, indicator in indicators])
    yield from _twice("code", [(f"{place}.code", indicator.code) for place, indicator in indicators if indicator.code])
    for place, indicator in indicators:
        yield from _indicator_problems(place, indicator)
    yield from _sums(file)


def _twice(what: str, named: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    seen = set()
    for place, name in named:
        if name in seen:
            yield place, f"the {what} {name} is there twice"
        seen.add(name)


def _indicator_problems(place: str, file: IndicatorFile) -> Iterator[Problem]:
    if file.id not in INDICATOR_IDS:
        yield f"{place}.id", f"unknown indicator {file.id}; there are {', '.join(INDICATOR_IDS)}"
    wanted = {
        Scoring.RATIO: {"max", "full_marks_at", "when_empty"},
        Scoring.GRANTED: {"max", "when_empty"},
        Scoring.ANALYSIS: set[str](),
    }[file.scoring]
    for name, number in _numbers(file).items():
        if (number is not None) != (name in wanted):
            yield f"{place}.{name}", f"{'is missing from' if name in wanted else 'has no place in'} a scoring by {file.scoring}"
    if file.scoring is Scoring.GRANTED and file.when_empty and file.when_empty.value is not WhenEmpty.FULL:
        yield f"{place}.when_empty.value", "must be full: what is granted has no ratio"
    if file.comparison.comparable != (file.comparison.tolerance is not None):
        yield f"{place}.comparison.tolerance", "must be there exactly where the figures are comparable"


def _sums(file: PolicyFile) -> Iterator[Problem]:
    for index, group in enumerate(file.groups):
        points = sum(indicator.max.value for indicator in group.indicators if indicator.max)
        if points != group.max.value:
            yield f"groups.{index}.max.value", f"is {group.max.value}, its indicators add up to {points}"
    points = sum(group.max.value for group in file.groups)
    if not file.max.value == points == _HUNDRED:
        yield "max.value", f"is {file.max.value}, the groups add up to {points}; both must be {_HUNDRED}"


def _check_together(loaded: Sequence[tuple[str, Policy]]) -> None:
    """Raise for two versions with one id, or valid on the same day; `loaded` is sorted by the first day."""
    for place, reason in _twice("policy", [(f"{name}: id", policy.id) for name, policy in loaded]):
        raise ConfigError(f"{place}: {reason}")
    for (earlier_name, earlier), (name, later) in pairwise(loaded):
        if (earlier.valid_until or date.max) >= later.valid_from:
            until = earlier.valid_until or "further notice"
            raise ConfigError(f"{name}: from: overlaps {earlier_name}, which is valid until {until}")
