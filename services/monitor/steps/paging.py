"""Where a poll goes next. Pure: it moves by time, never by page number.

Only where one instant fills a page is that instant paged by number, again and again until a pass over it brings nothing new:
rows move while one pages, so a single pass may skip some.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.monitor.sources.source import Head


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The next page to ask for: rows updated at or after `since`, page `number`.

    `passing`: this instant fills a page and is paged by number; `seen`: its rows so far; `news`: this pass brought some.
    """

    since: datetime
    number: int = 0
    passing: bool = False
    seen: frozenset[str] = frozenset()
    news: bool = False


def following(position: Position, rows: Sequence[Head], *, full: bool, requested_at: datetime) -> Position | None:
    """Return the position after a page, None when everything was read.

    `rows`: those of the page with a readable head, in its order; `full`: as many items came as were asked for.
    """
    news = position.news or any(row.source_id not in position.seen for row in rows)
    moved_to = _latest(position.since, rows, requested_at)
    if full and moved_to == position.since:
        return Position(
            since=position.since,
            number=position.number + 1,
            passing=True,
            seen=position.seen | {row.source_id for row in rows},
            news=news,
        )
    if position.passing and news:
        return Position(since=position.since, passing=True, seen=position.seen | {row.source_id for row in rows})
    return Position(since=moved_to) if full else None


def stored_up_to(position: Position | None, before: Position, rows: Sequence[Head], *, requested_at: datetime) -> datetime:
    """Return the moment up to which everything is stored once this page is: never later than the request."""
    if position is not None:
        return min(position.since, requested_at)
    return min(max([before.since, *(row.updated_at for row in rows)]), requested_at)


def _latest(since: datetime, rows: Sequence[Head], requested_at: datetime) -> datetime:
    """Return the time to move to: a row with a clock ahead of ours must not carry the others past what was not read.

    Never back: a page that is older than what was asked for, as a cache replays it, would be read again and again.
    """
    times = [row.updated_at for row in rows]
    credible = max((moment for moment in times if moment <= requested_at), default=since)
    return credible if credible > since else max([since, *times])
