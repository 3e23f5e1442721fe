"""Indicators: what is scored, how, and who answers for it."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.indicators import indicator_body
from services.api.bodies.lists import list_body
from services.api.caller import needs
from services.api.cursors import cut, next_cursor
from services.api.parameters import Code, ListQuery
from services.api.reader import TheReader
from services.api.schemas.indicators import IndicatorFacts, IndicatorList
from services.api.schemas.problem import LIST_ANSWERS
from services.api.scoring import TheScoring
from shared.db.views.paging import Listing, listed
from shared.domain.access import Scope
from shared.domain.periods import local_day

router = APIRouter(tags=["scores"])


class IndicatorQuery(ListQuery):
    """Version and page."""

    policy: Code | None = Field(default=None, description="A version's id; left out: the one valid today")


@router.get(
    "/v1/indicators",
    response_model=IndicatorList,
    responses=LIST_ANSWERS,
    dependencies=[needs(Scope.SCORES_READ)],
    summary="List indicators",
)
async def list_indicators(
    request: Request,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[IndicatorQuery, QueryParameters()],
) -> Response:
    """The indicators of Decision 766 in the order of one version of the scoring policy, with targets and who answers for them."""
    async with reader.snapshot() as snapshot:
        policy = scoring.valid_on(local_day(snapshot.now)) if query.policy is None else scoring.named(query.policy)
    items = [indicator_body(indicator, policy, scoring.targets) for indicator in policy.indicators.values()]
    page = listed(items, cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), IndicatorFacts)
