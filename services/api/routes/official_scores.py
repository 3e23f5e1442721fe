"""The portal's own scores: a card, the ranking, and how they changed."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.lists import list_body
from services.api.caller import AnyCaller, Caller
from services.api.cursors import cut, next_cursor
from services.api.official_scores import Of, OfficialScores
from services.api.parameters import AgencyCode, Day, ListQuery, PeriodText, Query
from services.api.reader import TheReader
from services.api.schemas.official_scores import OfficialHistory, OfficialRank, OfficialRanking, OfficialReading
from services.api.schemas.problem import BOTH_ANSWERS, LIST_ANSWERS, ONE_ANSWERS
from services.api.schemas.scores import ScoreCardBody
from services.api.scoring import Scoring, TheScoring
from shared.db.views.paging import Listing, listed
from shared.db.views.snapshot import Snapshot
from shared.domain.periods import Period, PeriodKind, local_day

router = APIRouter(tags=["scores"])

Official = Literal["official"]
_VIEW = "`official`: the portal's own figures, as it publishes them"
_PERIOD = "`2026`, `2026-Q4` or `2026-11`; left out: the current year"
_AS_OF = "As it was at the end of this local day; left out: now"


class CardQuery(Query):
    """Whose card, of which period."""

    view: Official = Field(description=_VIEW)
    agency: AgencyCode | None = Field(default=None, description="Whose card, also another province's; left out: the province's")
    period: PeriodText | None = Field(default=None, description=_PERIOD)
    as_of: Day | None = Field(default=None, description=_AS_OF)


class RankingQuery(ListQuery):
    """Which units, of which period, and what they are compared with."""

    view: Official = Field(description=_VIEW)
    of: Of = Field(default=Of.PROVINCES, description="Which units are ranked with each other")
    period: PeriodText | None = Field(default=None, description=_PERIOD)
    as_of: Day | None = Field(default=None, description=_AS_OF)
    against: Day | None = Field(default=None, description="Tell what changed since the end of this earlier local day")


class HistoryQuery(ListQuery):
    """Whose scores, of which period."""

    view: Official = Field(description=_VIEW)
    agency: AgencyCode | None = Field(default=None, description="Whose scores; left out: the province's")
    period: PeriodText | None = Field(default=None, description=_PERIOD)


@router.get("/v1/scores", response_model=ScoreCardBody, responses=ONE_ANSWERS, summary="Read a score card")
async def read_card(
    caller: AnyCaller, reader: TheReader, scoring: TheScoring, answer: AnAnswer, query: Annotated[CardQuery, QueryParameters()]
) -> Response:
    """The portal's own card of an agency: points and ratios as received, null where the portal publishes none."""
    async with reader.snapshot() as snapshot:
        scores = _official(snapshot, scoring, caller, query.period, as_of=query.as_of)
        body = await scores.card(query.agency or snapshot.province, query.as_of)
    return answer.of(body)


@router.get("/v1/scores/ranking", response_model=OfficialRanking, responses=LIST_ANSWERS, summary="Rank provinces or agencies")
async def read_ranking(
    request: Request,
    caller: AnyCaller,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[RankingQuery, QueryParameters()],
) -> Response:
    """Units by the points the portal gives them, the most first; equal points share a rank."""
    async with reader.snapshot() as snapshot:
        scores = _official(snapshot, scoring, caller, query.period, as_of=query.as_of, against=query.against)
        page = listed(await scores.ranking(query.of, query.as_of, query.against), cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), OfficialRank)


@router.get("/v1/scores/history", response_model=OfficialHistory, responses=BOTH_ANSWERS, summary="List the changes of a score")
async def read_history(
    request: Request,
    caller: AnyCaller,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[HistoryQuery, QueryParameters()],
) -> Response:
    """What the portal published of an agency over time, the earliest first: one entry for each reading that brought news."""
    async with reader.snapshot() as snapshot:
        scores = _official(snapshot, scoring, caller, query.period)
        page = listed(await scores.history(query.agency or snapshot.province), cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), OfficialReading)


def _official(snapshot: Snapshot, scoring: Scoring, caller: Caller, period: Period | None, **days: date | None) -> OfficialScores:
    """Return what answers a request, for the current year where no period is named; raises what is wrong with time."""
    asked = period or Period.of(PeriodKind.YEAR, local_day(snapshot.now))
    scores = OfficialScores(snapshot, scoring, asked, caller.within)
    scores.check(**days)
    return scores
