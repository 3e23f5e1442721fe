"""Procedures: what can be applied for."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.catalogue import procedure_facts
from services.api.bodies.lists import list_body
from services.api.caller import AnyCaller
from services.api.cursors import cut, next_cursor
from services.api.narrowing import at_agencies
from services.api.parameters import AgencyCode, ListQuery, Text
from services.api.reader import TheReader
from services.api.schemas.catalogue import Procedure, ProcedureList
from services.api.schemas.problem import LIST_ANSWERS
from shared.db.views.procedures import BY_CODE, ProcedureFilters, procedure_page

router = APIRouter(tags=["procedures"])


class ProcedureQuery(ListQuery):
    """Filters and page."""

    q: Text | None = Field(default=None, description="Words of the code or the name; case and accents do not matter")
    sector: list[Text] = Field(default_factory=list, max_length=200, description="A sector's code")
    agency: list[AgencyCode] = Field(default_factory=list, max_length=200, description="Who handles it: the agency or one below")


@router.get("/v1/procedures", response_model=ProcedureList, responses=LIST_ANSWERS, summary="List procedures")
async def list_procedures(
    request: Request,
    caller: AnyCaller,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[ProcedureQuery, QueryParameters()],
) -> Response:
    """Procedures by code, from the portal's list and those a record named."""
    filters = ProcedureFilters(q=query.q, sectors=tuple(query.sector))
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        page = await procedure_page(snapshot, filters, cut(request, query, BY_CODE), within=within)
    body = list_body(snapshot, [procedure_facts(row) for row in page.rows], next_cursor(request, query, page))
    return answer.page(body, Procedure)
