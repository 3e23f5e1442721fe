"""The shape of the policy files, each value by itself; what must fit together is checked where they are loaded."""

from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, Field

from shared.domain.indicators import AgencyKind, Basis, Elsewhere, GroupId, Scoring, WhenEmpty
from shared.domain.targets import Owner
from shared.policy.fields import Amount, Count, Day, Id, Name, Percent, Sourced, SourceFile, Threshold
from shared.strict_yaml import Section


def _once(values: tuple[object, ...]) -> tuple[object, ...]:
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


Once = AfterValidator(_once)
Value = TypeVar("Value")
Sources = Annotated[dict[str, SourceFile], Field(min_length=1)]


class Number(Sourced, Generic[Value]):
    """A number, or what else a rule turns on, with its source."""

    value: Value


class ComparisonFile(Section):
    """Whether the portal publishes the same figure."""

    comparable: bool = Field(strict=True)
    why: Name
    tolerance: Number[Amount] | None


class IndicatorFile(Section):
    """One indicator; every key is written out, null where it has none."""

    id: Name
    code: Name | None
    name: Name
    formula: Name
    scoring: Scoring
    max: Number[Amount] | None
    full_marks_at: Number[Threshold] | None
    when_empty: Number[WhenEmpty] | None
    basis: Annotated[tuple[Basis, ...], Field(min_length=1), Once]
    comparison: ComparisonFile
    applies_to: Annotated[tuple[AgencyKind, ...], Field(min_length=1), Once]
    elsewhere: Elsewhere
    provisional: Name | None


class GroupFile(Section):
    """One group with its indicators."""

    id: GroupId
    name: Name
    max: Number[Amount]
    indicators: Annotated[tuple[IndicatorFile, ...], Field(min_length=1)]


class PolicyFile(Section):
    """One version of the scoring."""

    id: Id
    name: Name
    valid_from: Number[Day] = Field(alias="from")
    valid_until: Number[Day] | None = Field(alias="until")
    max: Number[Amount]
    sources: Sources
    groups: Annotated[tuple[GroupFile, ...], Field(min_length=1)]


class TargetFile(Sourced):
    """The target of one indicator; `percent` null: as high as possible."""

    id: Name
    percent: Percent | None
    lead: Annotated[tuple[Owner, ...], Field(min_length=1), Once]
    support: Annotated[tuple[Owner, ...], Once]


class TargetsFile(Section):
    """The targets of one plan."""

    id: Id
    name: Name
    sources: Sources
    total: Number[Amount]
    indicators: tuple[TargetFile, ...]


class _BeginsFile(Section):
    """From when on scores are watched."""

    working_days: Number[Count]
    dossiers: Number[Count]


class _DropFile(Section):
    """Points lost from one day to the next."""

    province: Number[Amount]
    agency: Number[Amount]


class _FallFile(Section):
    """Places lost from one day to the next, by what is ranked."""

    provinces: Number[Count]
    departments: Number[Count]
    communes: Number[Count]


class ScoreWatchFile(Section):
    """When a score is worth an alert."""

    sources: Sources
    begins: _BeginsFile = Field(alias="from")
    drop: _DropFile
    fall: _FallFile
