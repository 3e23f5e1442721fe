"""Score cards of the dossiers the monitor watches."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.lists import freshness_body, list_body, named
from services.api.bodies.scores import card_body, day_body, lost_body, ranked_body, weakest
from services.api.caller import AnyCaller, Caller
from services.api.cursors import cut, next_cursor
from services.api.live_scores import LiveScores
from services.api.parameters import AgencyCode, AgencyPath, ListQuery, PeriodText, Query
from services.api.problems import ParameterError, invalid_parameters
from services.api.reader import Reader, TheReader
from services.api.schemas.problem import ANSWERS, LIST_ANSWERS, ONE_ANSWERS
from services.api.schemas.scores import (
    DayScore,
    DayScoreList,
    LostPoints,
    RankedUnit,
    RankingList,
    ScoreCardBody,
    WeakestIndicators,
)
from services.api.scoring import Scoring, TheScoring
from shared.db.views.paging import Listing, listed
from shared.db.views.score_days import days_of
from shared.db.views.snapshot import Snapshot
from shared.domain.counters import View
from shared.domain.indicators import AgencyKind
from shared.domain.periods import Period, PeriodKind, local_day
from shared.domain.ranking import ranks
from shared.domain.scoring import ScoreCard
from shared.domain.units import roles

router = APIRouter(tags=["scores"])

_LONGEST_HISTORY = 4000
_PERIOD = "`2026`, `2026-Q4` or `2026-11`; left out: the current year"


class PeriodQuery(Query):
    """Which period."""

    period: PeriodText | None = Field(default=None, description=_PERIOD)


class CardQuery(PeriodQuery):
    """Whose card, of which period and view."""

    agency: AgencyCode | None = Field(default=None, description="Whose card; left out: the province's")
    view: View = Field(default=View.PORTAL, description="From the portal's records, or from home's as if everything were in step")
    as_of: date | None = Field(default=None, description="As it was at the end of this local day; left out: now")


class RankingQuery(ListQuery):
    """Which units, of which period and view, and what they are compared with."""

    period: PeriodText | None = Field(default=None, description=_PERIOD)
    view: View = Field(default=View.PORTAL, description="As for a card")
    kind: AgencyKind | None = Field(default=None, description="Units of one kind; left out: all but the province")
    as_of: date | None = Field(default=None, description="As it was at the end of this local day; left out: now")
    against: date | None = Field(default=None, description="Tell what changed since the end of this earlier local day")


class HistoryQuery(ListQuery):
    """Whose days, of which period and view."""

    agency: AgencyCode | None = Field(default=None, description="Whose days; left out: the province's")
    period: PeriodText | None = Field(default=None, description=_PERIOD)
    view: View = Field(default=View.PORTAL, description="As for a card")


class WeakestQuery(PeriodQuery):
    """Which period and view, and how many."""

    view: View = Field(default=View.PORTAL, description="As for a card")
    n: int = Field(default=4, ge=1, le=21, description="At most so many")


@router.get("/v1/scores", response_model=ScoreCardBody, responses=ANSWERS, summary="Read a score card")
async def read_card(
    caller: AnyCaller, reader: TheReader, scoring: TheScoring, answer: AnAnswer, query: Annotated[CardQuery, QueryParameters()]
) -> Response:
    """The score card of an agency with everything below it, as it stands now or stood at the end of an earlier day."""
    async with reader.snapshot() as snapshot:
        scores = live(snapshot, reader, scoring, caller, query.view, query.period)
        unit = await scores.asked(query.agency)
        cards = await scores.cards([unit], query.as_of)
    if unit.code not in cards:
        raise invalid_parameters([ParameterError("as_of", "nothing was kept of this agency and period by that day")])
    body = card_body(
        cards[unit.code],
        scoring.targets,
        view=query.view.value,
        agency=named(unit.code, unit.name),
        period=scores.period,
        data_as_of=snapshot.data_as_of,
        roles=roles(unit, scoring.targets, scoring.offices),
    )
    return answer.of(body)


@router.get("/v1/scores/ranking", response_model=RankingList, responses=LIST_ANSWERS, summary="Rank agencies")
async def read_ranking(
    request: Request,
    caller: AnyCaller,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[RankingQuery, QueryParameters()],
) -> Response:
    """Agencies by their points, the most first; equal points share a rank. `against` tells points and places won and lost."""
    async with reader.snapshot() as snapshot:
        scores = live(snapshot, reader, scoring, caller, query.view, query.period)
        units = {unit.code: unit for unit in await scores.units(query.kind)}
        cards = await scores.cards(list(units.values()), query.as_of)
        earlier = await scores.cards(list(units.values()), query.against) if query.against else {}
    places, before = ranks({code: card.total for code, card in cards.items()}), ranks({c: k.total for c, k in earlier.items()})
    page = listed(
        [{"code": code} for code in sorted(cards, key=lambda code: (places[code], code))], cut(request, query, Listing())
    )
    items = [
        ranked_body(
            units[code], places[code], cards[code], query.against, (before[code], earlier[code]) if code in earlier else None
        )
        for code in (row["code"] for row in page.rows)
    ]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), RankedUnit)


@router.get("/v1/scores/history", response_model=DayScoreList, responses=LIST_ANSWERS, summary="List the days of a score")
async def read_history(
    request: Request,
    caller: AnyCaller,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[HistoryQuery, QueryParameters()],
) -> Response:
    """What an agency had at the end of each day on which its figures changed, the latest first, scored as of that day."""
    async with reader.snapshot() as snapshot:
        scores = live(snapshot, reader, scoring, caller, query.view, query.period)
        unit = await scores.asked(query.agency)
        days = await days_of(snapshot, query.view, scores.period, unit.code, limit=_LONGEST_HISTORY, within=caller.within)
    page = listed([{"day": day, "counted": found} for day, found in days], cut(request, query, Listing()))
    items = [day_body(row["day"], scores.card(row["counted"], scores.policy(row["day"]), unit.kind)) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), DayScore)


@router.get("/v1/scores/{code}/lost", response_model=LostPoints, responses=ONE_ANSWERS, summary="Read what sync costs")
async def read_lost(
    code: AgencyPath,
    caller: AnyCaller,
    reader: TheReader,
    scoring: TheScoring,
    answer: AnAnswer,
    query: Annotated[PeriodQuery, QueryParameters()],
) -> Response:
    """What a lack of synchronisation alone costs: the points of home's records less those of the portal's, by indicator."""
    async with reader.snapshot() as snapshot:
        portal = live(snapshot, reader, scoring, caller, View.PORTAL, query.period)
        home = live(snapshot, reader, scoring, caller, View.HOME, query.period)
        unit = await portal.named(code)
        here, there = (await portal.cards([unit]))[unit.code], (await home.cards([unit]))[unit.code]
    about = {"agency": named(unit.code, unit.name), "period": str(portal.period), "policy": here.policy.id}
    return answer.of({**about, **lost_body(here, there), **freshness_body(snapshot.freshness)})


@router.get(
    "/v1/scores/{code}/weakest", response_model=WeakestIndicators, responses=ONE_ANSWERS, summary="List the weakest indicators"
)
async def read_weakest(
    code: AgencyPath,
    caller: AnyCaller,
    reader: TheReader,
    scoring: TheScoring,
    answer: AnAnswer,
    query: Annotated[WeakestQuery, QueryParameters()],
) -> Response:
    """The indicators that lose an agency the most points."""
    async with reader.snapshot() as snapshot:
        scores = live(snapshot, reader, scoring, caller, query.view, query.period)
        unit = await scores.named(code)
        card = (await scores.cards([unit]))[unit.code]
    items = weakest(card, scoring.targets, roles(unit, scoring.targets, scoring.offices), query.n)
    about: dict[str, Any] = {"agency": named(unit.code, unit.name), "period": str(scores.period), "view": query.view}
    return answer.of({**about, "items": items, **freshness_body(snapshot.freshness)})


def places_of(cards: Mapping[str, ScoreCard]) -> dict[str, int]:
    """Return the rank of each unit by its total."""
    return ranks({code: card.total for code, card in cards.items()})


def live(snapshot: Snapshot, reader: Reader, scoring: Scoring, caller: Caller, view: View, period: Period | None) -> LiveScores:
    """Return what makes the cards of a request, of the current year where no period is named.

    Raises the problem of a period that has not begun.
    """
    asked = period or Period.of(PeriodKind.YEAR, local_day(snapshot.now))
    scores = LiveScores(snapshot, scoring, scoring.offices, reader.calendar, view, asked, caller.within)
    scores.check()
    return scores
