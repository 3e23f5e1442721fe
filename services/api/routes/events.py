"""Events: what happened, in the one order there is; for whoever asks instead of being called."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AnAnswer
from services.api.bodies.lists import freshness_body
from services.api.caller import AlertsReader
from services.api.cursors import as_place, place
from services.api.following import following
from services.api.names_of_rules import RuleOrFamily
from services.api.news import TheNews
from services.api.parameters import MOST, AgencyCode, Cursor, Query
from services.api.reader import TheReader
from services.api.schemas.events import EventFeed
from services.api.schemas.problem import FEED_ANSWERS
from shared.db.views.events import EventFilters
from shared.domain.events import BEGINNING, EventType
from shared.domain.findings import Severity

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
    filters = EventFilters(types=tuple(query.type), rules=tuple(query.rule), severities=tuple(query.severity))
    position, clock = place(request, query.after) if query.after is not None else BEGINNING, asyncio.get_running_loop().time
    until = clock() + query.wait
    while True:
        found = await following(reader, filters, query.agency, position, query.limit, within=caller.within)
        left = until - clock()
        if found.items or left <= 0 or news.stopped:
            break
        position = found.position
        await news.after(position, left)
    items = [item for _, item in found.items]
    return answer.of({"items": items, "after": as_place(request, found.position), **freshness_body(found.snapshot.freshness)})
