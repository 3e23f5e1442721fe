"""The stock: what is open now, and what was on earlier days."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.lists import list_body
from services.api.bodies.stock import stock_day
from services.api.caller import DossiersReader
from services.api.cursors import cut, next_cursor
from services.api.narrowing import at_agencies
from services.api.parameters import MOST, AgencyCode, Day, ListQuery
from services.api.reader import TheReader
from services.api.schemas.problem import LIST_ANSWERS
from services.api.schemas.stock import StockDay, StockList
from services.api.spans import span_of
from shared.db.views.paging import Listing, listed
from shared.db.views.stock import kept_stock, own_stock
from shared.domain.periods import local_day
from shared.domain.stock import summed

router = APIRouter(tags=["stock"])

_USUAL = timedelta(days=29)


class StockQuery(ListQuery):
    """Of which agencies and days. Agencies repeat: `agency=a&agency=b`."""

    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where the dossiers stand: the agency or one below it"
    )
    first: Day | None = Field(default=None, alias="from", description="The first local day; left out: 29 days ago")
    last: Day | None = Field(default=None, alias="to", description="The last local day; left out: today")


@router.get("/v1/stock", response_model=StockList, responses=LIST_ANSWERS, summary="Count what is open, day by day")
async def read_stock(
    request: Request,
    caller: DossiersReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[StockQuery, QueryParameters()],
) -> Response:
    """How many dossiers are open and how they stand, the latest day first; of an agency with everything below it.

    Today's is counted at the moment of the request. An earlier day's is what was kept of it last, hourly and at the end of
    `monitor --once`; a day on which nothing was kept is missing.
    """
    async with reader.snapshot() as snapshot:
        today = local_day(snapshot.now)
        span = span_of(query.first, query.last, today, usual=today - _USUAL)
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        days = []
        if span.last == today:
            own = await own_stock(snapshot, reader.calendar, within=within)
            days.append(stock_day(today, summed(own.values())))
        kept = await kept_stock(snapshot, span.first, min(span.last, today - timedelta(days=1)), within=within)
    page = listed([*days, *(stock_day(found.day, found.stock, found.kept_at) for found in kept)], cut(request, query, Listing()))
    return answer.page(list_body(snapshot, page.rows, next_cursor(request, query, page)), StockDay)
