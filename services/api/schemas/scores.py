"""Score cards: what figures are worth under the scoring policy of Decision 766."""

from typing import Annotated, Literal

from pydantic import Field

from services.api.schemas.base import AgencyName, Moment, Schema
from shared.domain.indicators import INDICATOR_IDS, GroupId
from shared.domain.scoring import LARGEST, State

Points = Annotated[float, Field(description="Points with two decimals, rounded half up from the unrounded ratio")]
Role = Literal["lead", "support"]
View = Literal["preview", "portal", "home", "official"]

_COUNT = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]


class Quality(Schema):
    """What the portal says of the quality of its own figures."""

    status: str
    message: str | None


class IndicatorCard(Schema):
    """One indicator, with everything that explains its points. Null points are no score, which is not 0."""

    id: str
    code: str | None = Field(description="The portal's own code, where it publishes one")
    name: str
    numerator: int | None
    denominator: int | None
    ratio: float | None = Field(description="Numerator ÷ denominator, cut to six decimals")
    percent: float | None = Field(description="Ratio × factor in percent, rounded to two decimals; null for a mean such as 2.2")
    factor: float = Field(description="What the ratio is multiplied by before it is scored; 1 unless a rule says otherwise")
    points: Points | None
    unrounded: float | None = Field(description="The points before rounding, cut to six decimals")
    max: Points | None = Field(description="Null for an analysis without points")
    lost: Points | None = Field(description="Points short of the maximum")
    state: State
    target: float | None = Field(description="The percentage the province's plan asks for")
    gap: float | None = Field(description="Percentage points missing to the target; 0 when it is reached")
    missing_count: int | None = Field(description="How many more cases of the same denominator would reach the target")
    quality: Quality | None = Field(
        description="What the portal says of its own figures; null for ours, and where it says nothing"
    )
    role: Role | None = Field(description="Whether this agency leads on the indicator or supports; null for neither or no agency")


class GroupCard(Schema):
    """A group: the sum of the rounded points in it; as published in the portal's own card, null where it publishes none."""

    id: GroupId
    name: str
    points: Points | None
    max: Points
    indicators: list[IndicatorCard]


class ScoreCardBody(Schema):
    """A score card. `view`: of figures that were sent (preview), of the portal's or the home records, or the portal's own."""

    agency: AgencyName | None
    period: str | None = Field(description="`2026`, `2026-Q4` or `2026-11`")
    view: View
    policy: str = Field(description="The id of the version it is scored by")
    total: Points | None = Field(
        description="The sum of the groups; in the portal's own card the total if it publishes one, null while a group has none"
    )
    max: Points
    data_as_of: Moment | None
    complete: bool = Field(description="Every indicator that has points had figures; in the portal's own card every group has")
    groups: list[GroupCard]


class Figures(Schema):
    """How many of how many, whole numbers. The numerator is not larger, but for 2.2: working days of so many dossiers."""

    numerator: _COUNT
    denominator: _COUNT


class PreviewRequest(Schema):
    """Figures to score. An indicator left out has no data; 4.4 is granted and takes none."""

    policy: str | None = Field(default=None, description="A version's id; left out: the one valid today")
    ratios: dict[str, Figures] = Field(
        min_length=1,
        description="By indicator id",
        json_schema_extra={"propertyNames": {"enum": [name for name in INDICATOR_IDS if name != "4.4"]}},
    )
