"""Agencies: who receives and handles dossiers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.catalogue import agency_body
from services.api.bodies.lists import list_body
from services.api.caller import AnyCaller
from services.api.cursors import cut, next_cursor
from services.api.parameters import AgencyPath, ListQuery, Text, no_parameters
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.catalogue import Agency, AgencyList
from services.api.schemas.problem import LIST_ANSWERS, ONE_ANSWERS
from shared.db.views.agencies import BY_CODE, agency_page, find_agency

router = APIRouter(tags=["agencies"])


class AgencyQuery(ListQuery):
    """Filters and page."""

    q: Text | None = Field(default=None, description="Words of the code or the name; case and accents do not matter")


@router.get("/v1/agencies", response_model=AgencyList, responses=LIST_ANSWERS, summary="List agencies")
async def list_agencies(
    request: Request, caller: AnyCaller, reader: TheReader, answer: AListAnswer, query: Annotated[AgencyQuery, QueryParameters()]
) -> Response:
    """Agencies by code, from the portal's list and those a record named."""
    async with reader.snapshot() as snapshot:
        page = await agency_page(snapshot, query.q, cut(request, query, BY_CODE), within=caller.within)
    body = list_body(snapshot, [agency_body(row) for row in page.rows], next_cursor(request, query, page))
    return answer.page(body, Agency)


@router.get(
    "/v1/agencies/{code}",
    response_model=Agency,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one agency",
)
async def read_agency(code: AgencyPath, caller: AnyCaller, reader: TheReader, answer: AnAnswer) -> Response:
    """One agency, by its code in any spelling."""
    async with reader.snapshot() as snapshot:
        row = await find_agency(snapshot, code, within=caller.within)
    if row is None:
        raise not_found("agency with this code")
    return answer.of(agency_body(row))
