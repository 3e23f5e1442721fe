"""What stands beside the figures of a score card."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.api.schemas.base import Moment, Schema
from shared.domain.ranking import Of

Points = Annotated[float, Field(description="Points with two decimals, rounded half up from the unrounded ratio")]


class PointsChange(Schema):
    """Points more than at the end of an earlier day."""

    against: date
    points: float | None = Field(description="Null where either has no points")


class FigureChange(PointsChange):
    """More points, and a larger ratio, than at the end of an earlier day."""

    percent: float | None = Field(description="In percentage points of the ratio; null where either has none")


class CardChange(Schema):
    """Null where nothing was kept by that day."""

    yesterday: PointsChange | None = Field(description="Since the end of the day before")
    last_month: PointsChange | None = Field(description="Since the end of the last day of the month before")


class IndicatorChange(Schema):
    """Null where nothing was kept by that day."""

    yesterday: FigureChange | None = Field(description="Since the end of the day before")
    last_month: FigureChange | None = Field(description="Since the end of the last day of the month before")


class PortalFigure(Schema):
    """An indicator as the portal last published it for the same unit and period."""

    points: Points | None
    percent: float | None
    numerator: int | None
    denominator: int | None
    fetched_at: Moment = Field(description="When the portal's figures of this unit were first read so")


class Rank(Schema):
    """A place among units of one kind; equal points share it. Of a province it is that by the totals the portal publishes."""

    position: int
    of: int = Field(description="How many are ranked")
    among: Of
