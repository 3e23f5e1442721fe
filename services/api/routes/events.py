"""Events: what happened, in the one order there is; for whoever asks instead of being called."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AnAnswer
from services.api.bodies.events import feed_event, readable
from services.api.bodies.lists import freshness_body
from services.api.caller import AlertsReader, Caller
from services.api.cursors import as_place, place
from services.api.names_of_rules import RuleOrFamily
from services.api.narrowing import at_agencies
from services.api.news import TheNews
from services.api.parameters import MOST, AgencyCode, Cursor, Query
from services.api.reader import Reader, TheReader
from services.api.schemas.events import EventFeed
from services.api.schemas.problem import FEED_ANSWERS
from shared.db.views.event_names import names_in
from shared.db.views.events import EventFilters, EventPage, event_page
from shared.db.views.snapshot import Snapshot
from shared.domain.events import Event, EventType, Position
from shared.domain.findings import Severity
from shared.domain.payloads import Rendering

router = APIRouter(tags=["events"])

LONGEST_WAIT = 30
"""Seconds."""


class EventQuery(Query):
    """From where on, what of it, and how long to wait for it."""

    after: Cursor | None = Field(default=None, description="`after` of the answer before; left out: from the first event on")
    limit: int = Field(default=50, ge=1, le=500, description="At most so many items")
    wait: int = Field(default=0, ge=0, le=LONGEST_WAIT, description="Where there is nothing yet, wait so many seconds for it")
    type: list[EventType] = Field(default_factory=list, max_length=MOST, description="What happened")
    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where it happened or who is asked to act: the agency or one below it"
    )
    rule: list[RuleOrFamily] = Field(default_factory=list, max_length=MOST, description="The alert's rule or family")
    severity: list[Severity] = Field(default_factory=list, max_length=MOST, description="How bad the alert is")


@router.get("/v1/events", response_model=EventFeed, responses=FEED_ANSWERS, summary="Follow events")
async def follow_events(
    request: Request,
    caller: AlertsReader,
    reader: TheReader,
    news: TheNews,
    answer: AnAnswer,
    query: Annotated[EventQuery, QueryParameters()],
) -> Response:
    """What webhooks are told, and what they are not: alerts that were wrong from the start and those that other rules opened.

    Ask again with `after` of the answer for what comes next: nothing is ever left out and nothing comes twice. An answer may hold
    fewer than there are, also none, and still lead on. With `wait` it is given as soon as there is something.
    """
    position, clock = place(request, query.after), asyncio.get_running_loop().time
    until = clock() + query.wait
    while True:
        page, items, snapshot = await _next(reader, caller, query, position)
        left = until - clock()
        if items or left <= 0 or news.stopped:
            break
        position = page.position
        await news.after(position, left)
    return answer.of({"items": items, "after": as_place(request, page.position), **freshness_body(snapshot.freshness)})


async def _next(
    reader: Reader, caller: Caller, query: EventQuery, position: Position
) -> tuple[EventPage, list[dict[str, object]], Snapshot]:
    filters = EventFilters(types=tuple(query.type), rules=tuple(query.rule), severities=tuple(query.severity))
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        page = await event_page(snapshot, filters, position, query.limit, within=within)
        events: list[Event] = readable(page.rows)
        names = await names_in(snapshot.connection, snapshot.province, events)
    rendering = Rendering(names, reader.calendar, reader.public_url)
    return page, [feed_event(event, reader.province, rendering) for event in events], snapshot
