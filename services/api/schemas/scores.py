"""Score cards: what figures are worth under the scoring policy of Decision 766."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.api.schemas.base import AgencyName, Fresh, ListBody, Moment, Schema
from services.api.schemas.card_context import CardChange, IndicatorChange, Points, PortalFigure, Rank
from services.api.schemas.stock import StockFigures
from shared.domain.indicators import INDICATOR_IDS, AgencyKind, GroupId
from shared.domain.scoring import LARGEST, State

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


class IndicatorInCard(IndicatorCard):
    """One indicator of a card, with everything that explains its points, and what stands beside them."""

    change: IndicatorChange
    reachable: Points | None = Field(
        description="Points it can still come to; null without a score, and in every card whose total has none"
    )
    portal: PortalFigure | None = Field(description="Null where the portal publishes nothing of it")


class GroupCard(Schema):
    """A group: the sum of the rounded points in it; as published in the portal's own card, null where it publishes none."""

    id: GroupId
    name: str
    points: Points | None
    max: Points
    indicators: list[IndicatorInCard]


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
    target: float = Field(description="The points the province's plan asks of every agency")
    gap: float | None = Field(description="Points missing to the target; 0 when it is reached, null without a total")
    data_as_of: Moment | None
    complete: bool = Field(description="Every indicator that has points had figures; in the portal's own card every group has")
    rank: Rank | None = Field(description="Null for an agency whose kind nobody listed")
    change: CardChange
    reachable: Points | None = Field(
        description="What the total can still come to in this period if everything that can be saved is, without new dossiers; "
        "null of an earlier day, of the portal's own card and of figures that were sent"
    )
    groups: list[GroupCard]
    stock: StockFigures | None = Field(
        description="What is open at the moment, or was when it was last kept on the day asked for; null where nothing was kept, "
        "where that day is not in the period, for figures that were sent and in the portal's own card"
    )


class GroupPoints(Schema):
    """A group's points; as published in the portal's own figures, null where it publishes none."""

    id: GroupId
    points: Points | None


class Change(Schema):
    """Against an earlier day: more points and a better rank are positive. Null where nothing was known then."""

    against: date
    points: float | None
    rank: int | None = Field(description="Places gained; negative for places lost")


_FETCHED = Field(description="When the portal's figures were first read; null for ours")
_SEEN = Field(description="When all of the portal's figures were last read; null for ours")


class RankedUnit(Schema):
    """One unit in a ranking; units with equal points share a rank and the next one is skipped."""

    rank: int | None = Field(description="Null for a unit whose points the portal does not publish in full: it comes last")
    agency: AgencyName
    kind: AgencyKind | None = Field(description="Null for another province, and for an agency nobody listed")
    total: Points | None
    groups: list[GroupPoints]
    change: Change | None = Field(description="Null where no earlier day was asked for")
    fetched_at: Moment | None = _FETCHED
    seen_at: Moment | None = _SEEN


class RankingList(ListBody):
    """Units by their points, the most first."""

    items: list[RankedUnit]


class ScoreReading(Schema):
    """What a unit had from a local day on, until the next one on which its figures differ."""

    day: date
    total: Points | None
    change: float | None = Field(description="Points more than before; null for the first, and where either has no total")
    groups: list[GroupPoints]
    policy: str | None = Field(description="The version it is scored by; null for the portal's own figures")
    fetched_at: Moment | None = _FETCHED
    seen_at: Moment | None = _SEEN


class ScoreHistory(ListBody):
    """Readings that differ from the one before, the earliest first."""

    items: list[ScoreReading]


class LostIndicator(Schema):
    """What an indicator would have, and how much more, if everything were in step."""

    id: str
    name: str
    portal: Points | None
    home: Points | None
    lost: float | None = Field(description="Home less portal; null where either has no score")
    dossiers: int | None = Field(
        description="How many dossiers are behind it: home counts them well and the portal does not, or the portal counts them "
        "badly and home does not; null where no dossiers count"
    )
    url: str | None = Field(description="Where they are listed")


class LostPoints(Fresh):
    """What a lack of synchronisation alone costs a unit. 1.4 is among the indicators and not in the sum."""

    agency: AgencyName
    period: str
    policy: str
    lost: float
    indicators: list[LostIndicator]


class WeakIndicator(Schema):
    """An indicator a unit loses points in."""

    group: GroupId
    indicator: IndicatorCard


class WeakestIndicators(Fresh):
    """The indicators that lose the most points."""

    agency: AgencyName
    period: str
    view: View
    items: list[WeakIndicator]


class ComparedIndicator(Schema):
    """Our percentage beside the portal's own."""

    id: str
    name: str
    ours: float | None
    portal: float | None
    difference: float | None = Field(description="Ours less the portal's, in percentage points; null where either is not known")
    comparable: bool = Field(description="Whether both count the same, so that a difference says something")
    tolerance: float | None = Field(
        description="Up to so many percentage points apart is no difference; null where nothing is compared"
    )
    agrees: bool | None = Field(description="Null where nothing is compared or either is not known")
    why: str


class Comparison(Fresh):
    """Our card of the portal's records beside the card the portal publishes, indicator by indicator."""

    agency: AgencyName
    period: str
    policy: str
    published_at: Moment = Field(description="Up to when the portal's figures were read")
    items: list[ComparedIndicator]


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
