"""What could be done for the score."""

from pydantic import Field

from services.api.schemas.base import AgencyName, ListBody, Moment, Named, ProcedureName, Schema
from shared.domain.moves import RepairKind

_EXACT = "unrounded: six decimals, may be negative"


class OpportunityAlert(Schema):
    """The unresolved alert that asks for it, or tells of what is lost."""

    id: int
    rule: str


class Opportunity(Schema):
    """One thing that could be done about one dossier, or that is lost."""

    dossier_code: str
    repair: RepairKind
    recoverable: bool = Field(description="False: it has cost so much, and nothing brings it back")
    agency: AgencyName = Field(description="Where the dossier counts then")
    procedure: ProcedureName | None
    points: float = Field(description=f"What it brings the agency asked for; for `in_time` what acting in time keeps; {_EXACT}")
    province_points: float = Field(description="Likewise on the province's card")
    due_at: Moment | None = Field(description="Until when it is in time; only for `in_time`")
    alert: OpportunityAlert | None
    url: str = Field(description="Where to read more")


class IndicatorPoints(Schema):
    """Points in one indicator."""

    id: str
    name: str
    points: float = Field(description=f"What it brings there, {_EXACT}")


class OpportunityGroup(Schema):
    """All repairs of one kind together, counted as if all were made at once: not the sum of their points."""

    repair: RepairKind
    recoverable: bool
    procedure: Named | None = Field(description="Of which procedure, with `by=procedure`")
    dossiers: int
    points: float = Field(description=f"On the card of the agency asked for, {_EXACT}")
    province_points: float
    for_a_hundredth: int | None = Field(
        description="How many of them, the most worth first, move the rounded card by 0.01; null where all of them do not"
    )
    indicators: list[IndicatorPoints] = Field(description="Where the points are, the most first; an indicator may lose")


class OpportunityList(ListBody):
    """One page of what could be done, the most points first, and all of it in groups, recoverable ones first."""

    agency: AgencyName
    period: str
    policy: str = Field(description="The id of the version it is scored by")
    items: list[Opportunity]
    groups: list[OpportunityGroup] = Field(description="Those worth the most, at most 100")
