"""Petitions: what citizens complain of, and until when they must be answered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.lists import freshness_body, list_body
from services.api.bodies.petitions import petition_item
from services.api.caller import DossiersReader
from services.api.cursors import cut, next_cursor
from services.api.narrowing import at_agencies
from services.api.parameters import MOST, AgencyCode, DossierCode, ListQuery, Moment, PetitionPath, no_parameters
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.petitions import Petition, PetitionItem, PetitionList
from services.api.schemas.problem import LIST_ANSWERS, ONE_ANSWERS
from shared.db.views.petition_list import ORDERS, PetitionFilters, PetitionSort, count_petitions, find_petition, petition_page
from shared.domain.petitions import PetitionKind, PetitionStatus, Step

router = APIRouter(tags=["petitions"])


class PetitionQuery(ListQuery):
    """Filters, sort and page. Every list of values repeats: `status=1&status=4`."""

    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Who handles it: the agency or one below it"
    )
    status: list[PetitionStatus] = Field(
        default_factory=list, max_length=MOST, description="Where it stands, by the portal's code"
    )
    kind: list[PetitionKind] = Field(default_factory=list, max_length=MOST, description="What it is about, by the portal's code")
    step: list[Step] = Field(default_factory=list, max_length=MOST, description="What is owed next")
    overdue: bool | None = Field(default=None, description="true: only those past what is owed now; false: only the others")
    dossier: list[DossierCode] = Field(default_factory=list, max_length=MOST, description="The dossier named, in any spelling")
    due_from: Moment | None = Field(default=None, description="Due at this moment or later, RFC 3339")
    due_to: Moment | None = Field(default=None, description="Due before this moment, RFC 3339")
    received_from: Moment | None = Field(default=None, description="Received at this moment or later, RFC 3339")
    received_to: Moment | None = Field(default=None, description="Received before this moment, RFC 3339")
    sort: PetitionSort = Field(
        default=PetitionSort.DUE_AT,
        description="`due_at`: the earliest due, none last; `received_at`: the latest received first; `code`",
    )
    count: bool = Field(default=False, description="Also count all petitions that fit, on every page")


@router.get("/v1/petitions", response_model=PetitionList, responses=LIST_ANSWERS, summary="List petitions")
async def list_petitions(
    request: Request,
    caller: DossiersReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[PetitionQuery, QueryParameters()],
) -> Response:
    """Citizens' petitions (phản ánh, kiến nghị) without the citizen and without what they wrote.

    What is overdue is told for the moment of the request. Several values of one filter mean any of them, several filters all of
    them. With `sort=code` or `received_at` a petition keeps its place while you page; with `due_at` one that gets another date
    meanwhile moves. How far petitions are read is told by their own source at /v1/sources.
    """
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        filters = _filters_of(query)
        page = await petition_page(snapshot, filters, query.sort, cut(request, query, ORDERS[query.sort]), within=within)
        count = await count_petitions(snapshot, filters, within=within) if query.count else None
    items = [petition_item(row) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page), count=count), PetitionItem)


@router.get(
    "/v1/petitions/{code}",
    response_model=Petition,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one petition",
)
async def read_petition(code: PetitionPath, caller: DossiersReader, reader: TheReader, answer: AnAnswer) -> Response:
    """One petition, where alerts about it lead to."""
    async with reader.snapshot() as snapshot:
        row = await find_petition(snapshot, code, within=caller.within)
    if row is None:
        raise not_found("petition with this code")
    return answer.of({**petition_item(row), **freshness_body(snapshot.freshness)})


def _filters_of(query: PetitionQuery) -> PetitionFilters:
    return PetitionFilters(
        statuses=tuple(query.status),
        kinds=tuple(query.kind),
        steps=tuple(query.step),
        dossiers=tuple(query.dossier),
        due_from=query.due_from,
        due_to=query.due_to,
        received_from=query.received_from,
        received_to=query.received_to,
        is_overdue=query.overdue,
    )
