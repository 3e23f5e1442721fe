"""Indicators and the versions of the policy that scores them."""

from datetime import date

from pydantic import Field

from services.api.schemas.base import ListBody, Named, Schema
from services.api.schemas.card_context import Points
from shared.domain.indicators import AgencyKind, Basis, Elsewhere, GroupId, Scoring, WhenEmpty

_SOURCES = "Where each number comes from"


class GroupName(Schema):
    """A group of indicators."""

    id: GroupId
    name: str


class OwnerName(Named):
    """Who answers for an indicator: a kind of agency, or one agency."""


class IndicatorFacts(Schema):
    """One indicator: what is counted, how many points it gives, what it must reach, and who answers for it."""

    id: str
    code: str | None = Field(description="The portal's own code, where it publishes one")
    name: str
    group: GroupName
    max: Points | None = Field(description="Null for an analysis without points")
    scoring: Scoring = Field(description="By its ratio, granted in full without one, or not at all")
    full_marks_at: float | None = Field(description="The percentage that gives all points; null where there is no ratio")
    when_empty: WhenEmpty | None = Field(description="What an empty denominator is worth")
    formula: str = Field(description="What is divided by what, in Vietnamese")
    basis: list[Basis] = Field(description="What it is counted from")
    comparable: bool = Field(description="May be held against the ratio the portal publishes")
    comparison: str = Field(description="Why, or why not, in Vietnamese")
    tolerance: float | None = Field(description="Up to so many percentage points of the ratio apart is no difference")
    applies_to: list[AgencyKind]
    elsewhere: Elsewhere = Field(description="What holds for every other agency")
    provisional: str | None = Field(description="Why its rule may yet change, in Vietnamese; null where it is settled")
    target: float | None = Field(description="The percentage the plan asks for; null: as high as possible, or no target")
    lead: list[OwnerName] = Field(description="Who answers for it and is warned")
    support: list[OwnerName] = Field(description="Who gets a copy")
    sources: dict[str, str] = Field(description=_SOURCES)


class IndicatorList(ListBody):
    """One page of indicators, in the order of the policy."""

    items: list[IndicatorFacts]


class GroupMax(GroupName):
    """A group with its points."""

    max: Points


class PolicySource(Schema):
    """Where numbers come from, in Vietnamese."""

    id: str
    title: str
    note: str = Field(description="What was taken from there, and how")


class PolicyFacts(Schema):
    """One version of the scoring policy."""

    id: str
    name: str
    valid_from: date = Field(description="Its first day")
    valid_until: date | None = Field(description="Its last day; null: until further notice")
    max: Points
    groups: list[GroupMax]
    sources: list[PolicySource]


class PolicyList(ListBody):
    """One page of versions, the earliest first."""

    items: list[PolicyFacts]
