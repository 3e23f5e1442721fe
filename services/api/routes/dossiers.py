"""Dossiers: where they stand, and everything that is known of one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.dossier_list import dossier_item
from services.api.bodies.dossiers import Gathered, dossier_body
from services.api.bodies.lists import list_body
from services.api.caller import DossiersReader
from services.api.cursors import cut, next_cursor
from services.api.dossier_query import DossierQuery, filters_of
from services.api.narrowing import at_agencies, check_procedures, check_sources
from services.api.parameters import DossierPath, no_parameters
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.dossier_list import DossierItem, DossierList
from services.api.schemas.dossiers import Dossier
from services.api.schemas.problem import LIST_ANSWERS, ONE_ANSWERS
from shared.db.views import dossiers as views
from shared.db.views.alerts import alerts_of_dossier
from shared.db.views.dossier_list import ORDERS, count_dossiers, dossier_page
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

ALERTS = 100
HISTORY = 100
"""At most so many alerts and changes of one dossier are told."""

router = APIRouter(tags=["dossiers"])


@router.get("/v1/dossiers", response_model=DossierList, responses=LIST_ANSWERS, summary="List dossiers")
async def list_dossiers(
    request: Request,
    caller: DossiersReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[DossierQuery, QueryParameters()],
) -> Response:
    """Dossiers as they stood at their last review; what is overdue is told for the moment of the request.

    Several values of one filter mean any of them, several filters all of them. With `sort=code` a dossier keeps its place for
    ever, so that every one is met once while you page. With `due_at` and `submitted_at` one that gets another date meanwhile
    moves, and may be met twice or not at all.
    """
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        await check_procedures(snapshot, query.procedure, within=caller.within)
        await check_sources(snapshot, query.source)
        filters = filters_of(query)
        page = await dossier_page(snapshot, filters, query.sort, cut(request, query, ORDERS[query.sort]), within=within)
        count = await count_dossiers(snapshot, filters, within=within) if query.count else None
    items = [dossier_item(row) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page), count=count), DossierItem)


@router.get(
    "/v1/dossiers/{code}",
    response_model=Dossier,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one dossier",
)
async def read_dossier(code: DossierPath, caller: DossiersReader, reader: TheReader, answer: AnAnswer) -> Response:
    """One dossier, by its code in any spelling: every source's side beside the others, findings, alerts and history."""
    async with reader.snapshot() as snapshot:
        gathered = await _gather(snapshot, code, within=caller.within)
    return answer.of(dossier_body(gathered, snapshot, reader.calendar))


async def _gather(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Gathered:
    dossier = await views.find_dossier(snapshot, code, within=within)
    if dossier is None:
        raise not_found("dossier with this code")
    return Gathered(
        dossier=dossier,
        sources=await views.sources_of_dossier(snapshot, code, within=within),
        records=await views.records_of_dossier(snapshot, code, within=within),
        refusals=await views.refusals_of_dossier(snapshot, code, within=within),
        findings=await views.findings_of_dossier(snapshot, code, within=within),
        alerts=await alerts_of_dossier(snapshot, code, ALERTS, within=within),
        history=await views.history_of_dossier(snapshot, code, HISTORY, within=within),
    )
