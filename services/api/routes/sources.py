"""Sources: how far each outside system is read, and what of it could not be used."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.lists import freshness_body, list_body
from services.api.bodies.sources import source_body
from services.api.caller import OpsReader
from services.api.cursors import cut, next_cursor
from services.api.parameters import ListQuery, SourceName, no_parameters
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.problem import BOTH_ANSWERS, LIST_ANSWERS, ONE_ANSWERS
from services.api.schemas.sources import Reject, RejectList, Source, SourceFacts, SourceList
from shared.db.views.rows import Row
from shared.db.views.sources import (
    BY_POSITION,
    LATEST_FIRST,
    find_source,
    notes_by_source,
    refusal_page,
    source_page,
)

router = APIRouter(tags=["sources"])


class RejectQuery(ListQuery):
    """Filters and page."""

    open: bool | None = Field(default=None, description="true: only what is not mended; false: only what is; both if left out")


@router.get("/v1/sources", response_model=SourceList, responses=LIST_ANSWERS, summary="List sources")
async def list_sources(
    request: Request, caller: OpsReader, reader: TheReader, answer: AListAnswer, query: Annotated[ListQuery, QueryParameters()]
) -> Response:
    """The portal first, then the home systems as configured; a source that is no longer configured stays, not active."""
    async with reader.snapshot() as snapshot:
        page = await source_page(snapshot, cut(request, query, BY_POSITION), within=caller.within)
        notes = await notes_by_source(snapshot, within=caller.within)
    items = [source_body(row, notes.get(row["name"], {}), snapshot) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), SourceFacts)


@router.get(
    "/v1/sources/{name}",
    response_model=Source,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one source",
)
async def read_source(name: SourceName, caller: OpsReader, reader: TheReader, answer: AnAnswer) -> Response:
    """One source, where alerts about it lead to."""
    async with reader.snapshot() as snapshot:
        row = await find_source(snapshot, name, within=caller.within)
        notes = await notes_by_source(snapshot, within=caller.within)
    if row is None:
        raise not_found("source with this name")
    return answer.of({**source_body(row, notes.get(name, {}), snapshot), **freshness_body(snapshot.freshness)})


@router.get("/v1/sources/{name}/rejects", response_model=RejectList, responses=BOTH_ANSWERS, summary="List refused items")
async def list_rejects(
    request: Request,
    name: SourceName,
    caller: OpsReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[RejectQuery, QueryParameters()],
) -> Response:
    """What a source sent and could not be used, latest first: which field and why, never the value."""
    async with reader.snapshot() as snapshot:
        if await find_source(snapshot, name, within=caller.within) is None:
            raise not_found("source with this name")
        part = cut(request, query, LATEST_FIRST)
        page = await refusal_page(snapshot, name, part, is_open=query.open, within=caller.within)
    body = list_body(snapshot, [_reject(row) for row in page.rows], next_cursor(request, query, page))
    return answer.page(body, Reject)


def _reject(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "field", "reason", "code", "source_id", "refused_at", "mended_at")}
