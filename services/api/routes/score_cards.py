"""Score cards, rankings and how they changed: of the dossiers the monitor watches, and the portal's own."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.card_context import in_context
from services.api.bodies.lists import list_body, named
from services.api.bodies.scores import card_body, day_body, ranked_body
from services.api.caller import ScoresReader
from services.api.cursors import cut, next_cursor
from services.api.live_cards import LiveCards
from services.api.parameters import AgencyCode, Day, ListQuery, PeriodText, Query
from services.api.reader import TheReader
from services.api.schemas.problem import BOTH_ANSWERS, LIST_ANSWERS, ONE_ANSWERS
from services.api.schemas.scores import RankedUnit, RankingList, ScoreCardBody, ScoreHistory, ScoreReading
from services.api.score_views import CardView, ScoreViews
from services.api.scoring import TheScoring
from shared.db.views.paging import Listing, listed
from shared.domain.ranking import Of, ranks
from shared.domain.scoring import ScoreCard
from shared.domain.units import roles

router = APIRouter(tags=["scores"])

_PERIOD = "`2026`, `2026-Q4` or `2026-11`; left out: the current year"
_VIEW = "From the portal's records, from home's as if everything were in step, or the portal's own figures (official)"
_AS_OF = "As it was at the end of this local day; left out: now"


class CardQuery(Query):
    """Whose card, of which period and view."""

    agency: AgencyCode | None = Field(
        default=None, description="Whose card, of the official ones also another province's; left out: the province's"
    )
    period: PeriodText | None = Field(default=None, description=_PERIOD)
    view: CardView = Field(default=CardView.PORTAL, description=_VIEW)
    as_of: Day | None = Field(default=None, description=_AS_OF)


class RankingQuery(ListQuery):
    """Which units, of which period and view, and what they are compared with."""

    period: PeriodText | None = Field(default=None, description=_PERIOD)
    view: CardView = Field(default=CardView.PORTAL, description=_VIEW)
    of: Of | None = Field(
        default=None, description="Units that are ranked with each other; left out: all agencies, of the official ones provinces"
    )
    as_of: Day | None = Field(default=None, description=_AS_OF)
    against: Day | None = Field(default=None, description="Tell what changed since the end of this earlier local day")


class HistoryQuery(ListQuery):
    """Whose scores, of which period and view."""

    agency: AgencyCode | None = Field(default=None, description="Whose scores; left out: the province's")
    period: PeriodText | None = Field(default=None, description=_PERIOD)
    view: CardView = Field(default=CardView.PORTAL, description=_VIEW)


@router.get("/v1/scores", response_model=ScoreCardBody, responses=ONE_ANSWERS, summary="Read a score card")
async def read_card(
    caller: ScoresReader, reader: TheReader, scoring: TheScoring, answer: AnAnswer, query: Annotated[CardQuery, QueryParameters()]
) -> Response:
    """The score card of an agency with everything below it, as it stands now or stood at the end of an earlier day.

    Beside its figures stand the changes since the day and the month before, the portal's own latest figures, the rank among all
    of its kind, and the points that can still be reached. The portal's own card has points and ratios as received, null where it
    publishes none. `stock` is what is open at the moment, or was at the end of that day.
    """
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check(as_of=query.as_of)
        code = query.agency or snapshot.province
        if query.view is CardView.OFFICIAL:
            return answer.of(await views.official.card(code, query.as_of))
        scores = views.live(query.view.live)
        unit = await scores.unit(code)
        card, context = await LiveCards(scores, views.official).read(unit, query.as_of)
        stock = await scores.stock(unit, query.as_of)
    body = card_body(
        card,
        scoring.targets,
        view=query.view,
        agency=named(unit.code, unit.name),
        period=scores.period,
        data_as_of=snapshot.data_as_of,
        roles=roles(unit, scoring.targets, scoring.offices),
        stock=stock,
    )
    return answer.of(in_context(body, card.policy, context))


@router.get("/v1/scores/ranking", response_model=RankingList, responses=LIST_ANSWERS, summary="Rank agencies or provinces")
async def read_ranking(
    request: Request,
    caller: ScoresReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[RankingQuery, QueryParameters()],
) -> Response:
    """Units by their points, the most first; equal points share a rank. `against` tells points and places won and lost."""
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check(as_of=query.as_of, against=query.against)
        if query.view is CardView.OFFICIAL:
            rows = await views.official.ranking(query.of or Of.PROVINCES, query.as_of, query.against)
        else:
            rows = await _live_ranking(views, query)
    page = listed(rows, cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), RankedUnit)


@router.get("/v1/scores/history", response_model=ScoreHistory, responses=BOTH_ANSWERS, summary="List the changes of a score")
async def read_history(
    request: Request,
    caller: ScoresReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[HistoryQuery, QueryParameters()],
) -> Response:
    """What an agency had over time, the earliest first: one entry for each day, or reading of the portal, that brought news."""
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        code = query.agency or snapshot.province
        if query.view is CardView.OFFICIAL:
            rows = await views.official.history(code)
        else:
            scores = views.live(query.view.live)
            days = await scores.history(await scores.unit(code))
            before = [None, *(card for _, card in days)]
            rows = [day_body(day, card, earlier) for (day, card), earlier in zip(days, before, strict=False)]
    page = listed(rows, cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), ScoreReading)


async def _live_ranking(views: ScoreViews, query: RankingQuery) -> list[dict[str, Any]]:
    scores = views.live(query.view.live)
    units = await scores.units(query.of)
    cards = await scores.cards(units, query.as_of)
    earlier = await scores.cards(units, query.against) if query.against else {}
    places, before = _places(cards), _places(earlier)
    in_order = sorted((unit for unit in units if unit.code in cards), key=lambda unit: (places[unit.code], unit.code))
    return [
        ranked_body(
            unit,
            places[unit.code],
            cards[unit.code],
            query.against,
            (before[unit.code], earlier[unit.code]) if unit.code in earlier else None,
        )
        for unit in in_order
    ]


def _places(cards: Mapping[str, ScoreCard]) -> dict[str, int]:
    """Return the rank of each unit by its total."""
    return ranks({code: card.total for code, card in cards.items()})
