"""Policies: the versions of the scoring, and where their numbers come from."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters

from services.api.answers import AListAnswer
from services.api.bodies.indicators import policy_body
from services.api.bodies.lists import list_body
from services.api.caller import needs
from services.api.cursors import cut, next_cursor
from services.api.parameters import ListQuery
from services.api.reader import TheReader
from services.api.schemas.indicators import PolicyFacts, PolicyList
from services.api.schemas.problem import LIST_ANSWERS
from services.api.scoring import TheScoring
from shared.db.views.paging import Listing, listed
from shared.domain.access import Scope

router = APIRouter(tags=["scores"])


@router.get(
    "/v1/policies",
    response_model=PolicyList,
    responses=LIST_ANSWERS,
    dependencies=[needs(Scope.SCORES_READ)],
    summary="List versions of the scoring policy",
)
async def list_policies(
    request: Request, reader: TheReader, scoring: TheScoring, answer: AListAnswer, query: Annotated[ListQuery, QueryParameters()]
) -> Response:
    """Every version of the scoring policy, the earliest first: from when to when it is valid, and the sources of its numbers."""
    async with reader.snapshot() as snapshot:
        page = listed([policy_body(policy) for policy in scoring.policies], cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), PolicyFacts)
