"""Delays: where lateness arises."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.lists import list_body
from services.api.bodies.summary import delay_group, up_to_now
from services.api.caller import DossiersReader
from services.api.cursors import cut, next_cursor
from services.api.names import names_of
from services.api.narrowing import at_agencies
from services.api.parameters import MOST, AgencyCode, ListQuery, Moment, Text
from services.api.reader import TheReader
from services.api.schemas.problem import LIST_ANSWERS
from services.api.schemas.summary import DelayGroup, DelaySummary
from shared.db.views.delays import MOST_MINUTES, DelayFilters, DelaysBy, delay_groups, running_delays
from shared.db.views.paging import ranked

router = APIRouter(tags=["delays"])


class DelayQuery(ListQuery):
    """What is counted, filters and page. Every list of values repeats: `stage=a&stage=b`."""

    by: DelaysBy = Field(default=DelaysBy.STAGE, description="What the delays counted together have in common")
    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Whose stage was late: the agency or one below it"
    )
    sector: list[Text] = Field(default_factory=list, max_length=MOST, description="A sector's code")
    stage: list[Text] = Field(default_factory=list, max_length=MOST, description="The name of the stage that was late")
    officer: list[Text] = Field(default_factory=list, max_length=MOST, description="The id of the officer who had the stage")
    since: Moment | None = Field(
        default=None, alias="from", description="Delays that went on after this moment, RFC 3339; each is counted in full"
    )
    until: Moment | None = Field(
        default=None, alias="to", description="Delays that began before this moment, RFC 3339; each is counted in full"
    )


@router.get("/v1/delays", response_model=DelaySummary, responses=LIST_ANSWERS, summary="Count delays")
async def summarise_delays(
    request: Request,
    caller: DossiersReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[DelayQuery, QueryParameters()],
) -> Response:
    """Working time that stages took past their own due dates, else past the dossier's: where lateness arises, the most first.

    While a dossier stands still (papers awaited, stopped, paused) what was late before keeps its minutes, and what was not is no
    delay; a stage's own due date is taken as the home system names it, moved by the wait or not. Waiting for payment counts.

    Delays that go on are counted up to the moment of the request, so a group may move while you page: ask for up to 500 at once.
    """
    filters = _filters_of(query)
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        groups = await delay_groups(snapshot, filters, query.by, within=within)
        running = await running_delays(snapshot, filters, query.by, within=within)
        counted = up_to_now(groups, running, reader.calendar, snapshot.now)
        page = ranked(counted, MOST_MINUTES, cut(request, query, MOST_MINUTES))
        names = await names_of(snapshot, query.by, [row["key"] for row in page.rows], within=caller.within)
    items = [delay_group(row, names) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), DelayGroup)


def _filters_of(query: DelayQuery) -> DelayFilters:
    return DelayFilters(
        sectors=tuple(query.sector),
        stages=tuple(query.stage),
        officers=tuple(query.officer),
        since=query.since,
        until=query.until,
    )
