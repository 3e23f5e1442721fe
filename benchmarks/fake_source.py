"""A system in this process: it lists what was put into it, ordered by update time, as bytes that its real adapter reads."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.monitor.sources.source import DossierSource, Head, Page, Reading


class FakeSource:
    """Answers at once and without HTTP; everything behind the call is the real thing."""

    def __init__(self, adapter: DossierSource) -> None:
        self.name, self.mark = adapter.name, adapter.mark
        self._adapter = adapter
        self._items: dict[str, tuple[datetime, msgspec.Raw]] = {}
        self._order: list[tuple[datetime, str]] = []

    def put(self, item: dict[str, Any]) -> None:
        """List a dossier, in place of what was listed under its key."""
        raw = msgspec.Raw(msgspec.json.encode(item))
        head = self._adapter.head(raw)
        if before := self._items.get(head.source_id):
            del self._order[bisect_left(self._order, (before[0], head.source_id))]
        self._items[head.source_id] = (head.updated_at, raw)
        insort(self._order, (head.updated_at, head.source_id))

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        """Return a page of what was updated at or after `since`."""
        first = bisect_left(self._order, (since, "")) + number * size
        rows = self._order[first : first + size]
        return Page(tuple(self._items[key][1] for _, key in rows), full=len(rows) == size)

    async def look_up(self, spellings: Sequence[str]) -> tuple[msgspec.Raw, ...]:
        """Return what is listed under one of the spellings, for a system whose key is the code."""
        return tuple(self._items[spelling][1] for spelling in spellings if spelling in self._items)

    def head(self, item: msgspec.Raw) -> Head:
        """Return key and update time of an item."""
        return self._adapter.head(item)

    def reading(self, item: msgspec.Raw, *, requested_at: datetime) -> Reading:
        """Translate an item."""
        return self._adapter.reading(item, requested_at=requested_at)

    async def aclose(self) -> None:
        """Close the adapter."""
        await self._adapter.aclose()
