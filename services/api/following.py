"""What comes next in the order of events, as somebody may see it: for the feed and for the stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.api.bodies.events import feed_event, readable
from services.api.narrowing import at_agencies
from services.api.reader import Reader
from shared.db.views.event_names import names_in
from shared.db.views.events import EventFilters, event_page
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.events import Position
from shared.domain.rendering import Rendering


@dataclass(frozen=True)
class Following:
    """The next events, each with its place; `position`: up to where everything was looked at."""

    items: Sequence[tuple[Position, dict[str, Any]]]
    position: Position
    snapshot: Snapshot


async def following(
    reader: Reader, filters: EventFilters, agencies: Sequence[str], after: Position, limit: int, *, within: AgencyTree
) -> Following:
    """Return the next events wanted, at most `limit`; raises the problem of an agency nobody knows. No agency means all."""
    async with reader.snapshot() as snapshot:
        seen = await at_agencies(snapshot, agencies, within=within)
        page = await event_page(snapshot, filters, after, limit, within=seen)
        events = readable(page.rows)
        names = await names_in(snapshot.connection, snapshot.province, events)
    rendering = Rendering(names, reader.calendar, reader.public_url)
    items = [(event.position, feed_event(event, reader.province, rendering)) for event in events]
    return Following(items, page.position, snapshot)
