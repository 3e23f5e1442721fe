"""The portal's own scores: who stands where, and how they changed."""

from datetime import date

from pydantic import Field

from services.api.schemas.base import AgencyName, ListBody, Moment, Schema
from services.api.schemas.scores import Points
from shared.domain.indicators import GroupId


class OfficialGroup(Schema):
    """A group's points as published."""

    id: GroupId
    points: Points | None


class OfficialChange(Schema):
    """Against an earlier day: more points and a better rank are positive. Null where there was none."""

    against: date
    points: float | None
    rank: int | None = Field(description="Places gained; negative for places lost")


class OfficialRank(Schema):
    """One unit in the ranking; units with equal points share a rank and the next one is skipped."""

    rank: int | None = Field(description="Null for a unit whose points are not all published: it comes last")
    agency: AgencyName
    total: Points | None = Field(description="As published, else the sum of the groups")
    groups: list[OfficialGroup]
    change: OfficialChange | None = Field(description="Null where no earlier day was asked for")
    fetched_at: Moment = Field(description="When these figures were first read")
    seen_at: Moment = Field(description="When all of them were last read")


class OfficialRanking(ListBody):
    """Units by their points, the most first."""

    items: list[OfficialRank]


class OfficialReading(Schema):
    """What the portal published of a unit from a reading on, until the next one that differs."""

    fetched_at: Moment
    seen_at: Moment = Field(description="When all of it was last read")
    total: Points | None
    change: float | None = Field(description="Points more than before; null for the first, and where either has no total")
    groups: list[OfficialGroup]


class OfficialHistory(ListBody):
    """Readings that differ from the one before, the earliest first."""

    items: list[OfficialReading]
