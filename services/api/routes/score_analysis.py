"""Where points are lost: to a lack of synchronisation, and in which indicators."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AnAnswer
from services.api.bodies.lists import freshness_body, named
from services.api.bodies.lost import with_dossiers
from services.api.bodies.scores import compared_body, lost_body, weakest
from services.api.caller import ScoresReader
from services.api.parameters import AgencyCode, AgencyPath, PeriodText, Query
from services.api.reader import TheReader
from services.api.schemas.problem import ONE_ANSWERS
from services.api.schemas.scores import Comparison, LostPoints, WeakestIndicators
from services.api.score_views import ScoreViews
from services.api.scoring import TheScoring
from shared.db.views.lost_dossiers import count_lost
from shared.domain.comparing import compared
from shared.domain.counters import View
from shared.domain.units import roles

router = APIRouter(tags=["scores"])


class LostQuery(Query):
    """Which period."""

    period: PeriodText | None = Field(default=None, description="As for a card")


class CompareQuery(LostQuery):
    """Whose figures, of which period."""

    agency: AgencyCode | None = Field(default=None, description="Whose figures; left out: the province's")


class WeakestQuery(LostQuery):
    """Which period and view, and how many."""

    view: View = Field(default=View.PORTAL, description="From the portal's records, or from home's as if everything were in step")
    n: int = Field(default=4, ge=1, le=21, description="At most so many")


@router.get("/v1/scores/compare", response_model=Comparison, responses=ONE_ANSWERS, summary="Compare with the portal's figures")
async def compare_scores(
    caller: ScoresReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AnAnswer,
    query: Annotated[CompareQuery, QueryParameters()],
) -> Response:
    """Our figures of the portal's records beside those the portal publishes: do both count the same?"""
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        scores = views.live(View.PORTAL)
        unit = await scores.unit(query.agency or snapshot.province)
        card = (await scores.cards([unit]))[unit.code]
        _, official = await views.official.of(unit.code)
    about = {"agency": named(unit.code, unit.name), "period": str(views.period), "policy": card.policy.id}
    items = {"published_at": official.seen_at, "items": [compared_body(found) for found in compared(card, official.unit)]}
    return answer.of({**about, **items, **freshness_body(snapshot.freshness)})


@router.get("/v1/scores/{code}/lost", response_model=LostPoints, responses=ONE_ANSWERS, summary="Read what sync costs")
async def read_lost(
    code: AgencyPath,
    caller: ScoresReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AnAnswer,
    query: Annotated[LostQuery, QueryParameters()],
) -> Response:
    """What a lack of synchronisation alone costs: the points of home's records less those of the portal's, by indicator.

    Beside each indicator of dossiers stands how many of them are behind it, and where they are listed.
    """
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        portal, home = views.live(View.PORTAL), views.live(View.HOME)
        unit = await portal.unit(code)
        here, there = (await portal.cards([unit]))[unit.code], (await home.cards([unit]))[unit.code]
        counts = await count_lost(snapshot, views.period, unit, within=caller.within)
    lost = with_dossiers(lost_body(here, there), counts, f"/v1/scores/{quote(unit.code)}/lost/dossiers?period={views.period}")
    about = {"agency": named(unit.code, unit.name), "period": str(views.period), "policy": here.policy.id}
    return answer.of({**about, **lost, **freshness_body(snapshot.freshness)})


@router.get(
    "/v1/scores/{code}/weakest", response_model=WeakestIndicators, responses=ONE_ANSWERS, summary="List the weakest indicators"
)
async def read_weakest(
    code: AgencyPath,
    caller: ScoresReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AnAnswer,
    query: Annotated[WeakestQuery, QueryParameters()],
) -> Response:
    """The indicators that lose an agency the most points."""
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        scores = views.live(query.view)
        unit = await scores.unit(code)
        card = (await scores.cards([unit]))[unit.code]
    items = weakest(card, scoring.targets, roles(unit, scoring.targets, scoring.offices), query.n)
    about: dict[str, Any] = {"agency": named(unit.code, unit.name), "period": str(views.period), "view": query.view}
    return answer.of({**about, "items": items, **freshness_body(snapshot.freshness)})
