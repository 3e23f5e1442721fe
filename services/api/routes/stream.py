"""A live stream of what happens to alerts, as server-sent events, for screens that are open all day."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Request
from fastapi import Query as QueryParameters
from fastapi.responses import StreamingResponse

from services.api.alert_query import AlertFiltersQuery, filters_of
from services.api.answers import plain
from services.api.caller import AlertsReader, Caller
from services.api.cursors import as_place, place
from services.api.following import Following, following
from services.api.narrowing import at_agencies, check_procedures
from services.api.negotiation import EVENT_STREAM, chosen
from services.api.news import News, TheNews
from services.api.problems import not_acceptable
from services.api.reader import Reader, TheReader
from services.api.schemas.problem import STREAM_ANSWERS
from services.api.sheets import as_json
from services.api.streams import Streams, TheStreams
from shared.db.views.events import EventFilters, last_position
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.alerts import AlertState
from shared.domain.events import BEGINNING, Position
from shared.errors import DatabaseUnavailable

router = APIRouter(tags=["events"])

KEEP_ALIVE = 15.0
"""Seconds. A proxy that hears nothing for longer may close the connection."""

_AT_ONCE = 500
_HEADERS = {"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"}
_RESUME = b"retry: 3000\n\n"

LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=1000, description="The `id` of the last event you have, to go on there")
]

_log = structlog.get_logger(__name__)


@router.get("/v1/stream", response_class=StreamingResponse, responses=STREAM_ANSWERS, summary="Follow alerts live")
async def stream_alerts(
    request: Request,
    caller: AlertsReader,
    reader: TheReader,
    news: TheNews,
    streams: TheStreams,
    query: Annotated[AlertFiltersQuery, QueryParameters()],
    last_event_id: LastEventId = None,
) -> StreamingResponse:
    """What happens to alerts from now on, or after the event named in `Last-Event-ID`: nothing is left out, nothing comes twice.

    Each is an event of `/v1/events`: its type in `event`, its place in `id`, the whole of it as JSON in `data`. The filters are
    those of the list, of the alert as it was then; `state` left out means any. While nothing happens a place without `data` comes
    every 15 seconds. The stream ends after `access.longest_stream`: ask again with the last `id`.
    """
    if chosen(",".join(request.headers.getlist("accept")), (EVENT_STREAM,)) is None:
        raise not_acceptable((EVENT_STREAM,))
    streams.check(caller.actor.name)
    filters, last = await _asked(reader, caller, query)
    begins = place(request, last_event_id, "Last-Event-ID") if last_event_id else last
    stream = _Stream(request, caller, reader, news, streams, query.agency, filters)
    return StreamingResponse(stream.frames(begins), headers=_HEADERS, media_type=EVENT_STREAM)


@dataclass(frozen=True)
class _Stream:
    """One stream, from its place on."""

    request: Request
    caller: Caller
    reader: Reader
    news: News
    streams: Streams
    agencies: list[str]
    filters: EventFilters

    async def frames(self, position: Position) -> AsyncIterator[bytes]:
        """Give what happens until the stream has lasted long enough; a database that goes away ends it, its client comes back."""
        with self.streams.one(self.caller.actor.name):
            yield _RESUME
            try:
                async for frame in self._all_frames(position):
                    yield frame
            except DatabaseUnavailable:
                _log.warning("stream_not_read")

    async def _all_frames(self, position: Position) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        until = clock() + self.streams.longest.total_seconds()
        while not self.news.stopped and clock() < until:
            found = await self._next(position)
            for at, item in found.items:
                yield _frame(as_place(self.request, at), item)
            if not found.items:
                yield _place(as_place(self.request, found.position))
            position = found.position
            await self.news.after(position, min(KEEP_ALIVE, until - clock()))

    async def _next(self, position: Position) -> Following:
        return await following(self.reader, self.filters, self.agencies, position, _AT_ONCE, within=self.caller.within)


async def _asked(reader: Reader, caller: Caller, query: AlertFiltersQuery) -> tuple[EventFilters, Position]:
    """Return what is wanted, and the place of the last event there is; raises the problem of what nobody knows."""
    async with reader.snapshot() as snapshot:
        await at_agencies(snapshot, query.agency, within=caller.within)
        await check_procedures(snapshot, query.procedure, within=caller.within)
        asked = await at_agencies(snapshot, query.responsible_agency, within=WHOLE_PROVINCE, parameter="responsible_agency")
        last = await last_position(snapshot.connection, snapshot.province)
    return EventFilters(alerts=filters_of(query, asked, tuple(AlertState))), last or BEGINNING


def _frame(place_: str, item: Mapping[str, Any]) -> bytes:
    """Return an event as it is sent: JSON has no line breaks, so that its data are one line."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (place_.encode(), item["type"].encode(), as_json(plain(item)))


def _place(place_: str) -> bytes:
    """Return what tells of nothing but where the reader has come to."""
    return b"id: %b\n\n" % place_.encode()
