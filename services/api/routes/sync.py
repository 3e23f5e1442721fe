"""In step: how many dossiers agree on both sides, and where they do not."""

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.sync import sync_body
from services.api.caller import DossiersReader
from services.api.names import names_of
from services.api.narrowing import at_agencies, check_sources
from services.api.parameters import MOST, AgencyCode, Code, Query, Text
from services.api.reader import TheReader
from services.api.schemas.problem import TABLE_ANSWERS
from services.api.schemas.sync import Sync, SyncPart
from shared.db.views.sync import SyncFilters, count_unjudged, sync_cells

router = APIRouter(tags=["sync"])


class SyncQuery(Query):
    """Filters. Every list of values repeats: `source=a&source=b`."""

    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where the dossiers stand: the agency or one below it"
    )
    sector: list[Text] = Field(default_factory=list, max_length=MOST, description="A sector's code")
    source: list[Code] = Field(default_factory=list, max_length=MOST, description="The home system that speaks for the dossiers")


@router.get("/v1/sync", response_model=Sync, responses=TABLE_ANSWERS, summary="Count dossiers in and out of step")
async def read_sync(
    caller: DossiersReader, reader: TheReader, answer: AListAnswer, query: Annotated[SyncQuery, QueryParameters()]
) -> Response:
    """How many dossiers agree on both sides: as a whole, by rule, source, agency and sector, the worst first.

    A dossier is out of step while a `sync.*` rule stands that has lasted its hold and whose lagging side was asked again.
    As CSV: the list by agency.
    """
    filters = SyncFilters(sources=tuple(query.source), sectors=tuple(query.sector))
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        await check_sources(snapshot, query.source)
        cells = await sync_cells(snapshot, filters, within=within)
        unjudged = 0 if query.sector or query.source else await count_unjudged(snapshot, within=within)
        agencies = await names_of(snapshot, "agency", {cell["agency"] for cell in cells}, within=caller.within)
        sectors = await names_of(snapshot, "sector", {cell["sector"] for cell in cells}, within=caller.within)
    body = sync_body(cells, unjudged, agencies, sectors, snapshot)
    return answer.page(body, SyncPart, body["by_agency"])
