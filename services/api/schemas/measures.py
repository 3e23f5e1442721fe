"""The plans' measures, which give no points."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.api.schemas.base import AgencyName, ListBody, Moment, Named, Schema


class SectorName(Named):
    """A sector."""


class MeasureFigure(Schema):
    """One measure: how many of how many, and whether the plan's target is reached."""

    id: str
    name: str
    agency: AgencyName | None = Field(description="With everything below it; null unless `by=agency`")
    sector: SectorName | None = Field(description="Null unless `by=sector`, and for the dossiers that have none")
    level: Literal["province", "commune"] | None = Field(
        description="Of `m.digitised` alone: agencies of the province (its departments and boards), or communes"
    )
    of: Literal["span", "moment"] = Field(description="Of the days `from` to `to`, or of what is open at the moment `as_of`")
    rule: str = Field(description="What is counted of what, in Vietnamese")
    numerator: int
    denominator: int
    percent: float | None = Field(description="Two decimals, cut: 100 means all; null where there are none")
    target: float | None = Field(description="The percentage the plan sets, null where it sets none")
    must: Literal["at_least", "above", "below"] | None = Field(description="How the percentage must stand to the target")
    reached: bool | None = Field(description="By the exact ratio; null without a target, or where there are none")
    average_days: float | None = Field(
        description="Of `m.paused` alone: the mean of the working days they have waited, two decimals, cut"
    )
    source: str = Field(description="The plan that asks for it")


class MeasureList(ListBody):
    """Measures in the order of their list; the days counted, and the moment, to the minute, of those that are of one."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    as_of: Moment
    items: list[MeasureFigure]
