"""Records stored a second, from the bytes of a portal page to the commit: new, unchanged and 1 % changed ones.

The way is the monitor's own poll, without HTTP: decode the answer, hash and compare each item, translate what differs, lock,
store, make the dossiers due, move the cursor, commit; one transaction a page, pages of 200 and of 500 items, each decoded and
translated while the one before is written.

Ceiling: a plain COPY of the very rows that were stored, into empty tables with the same columns and indexes, in as many
transactions. It decodes nothing and compares nothing. A new dossier is a row of `records` and one of `dossiers`, by which it is
due; the others are beside a COPY of `records` alone, although an unchanged one stores nothing and a changed one a little.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import asyncpg
import msgspec

from benchmarks import items, province
from benchmarks.figures import Figure, Settings, typical
from benchmarks.temporary import Server
from services.monitor.sources.decoding import decode_answer
from services.monitor.sources.dvcqg import wire
from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.moments import to_portal
from services.monitor.sources.source import Head, Page, Reading
from services.monitor.steps.ingest import Ingest
from services.monitor.steps.poll import Poll
from shared.db.engine import Database
from shared.db.stores.sources import Counts, Lease

_ROUND = 10_000
_PAGE_SIZES = (200, 500)
_AIMS = {"new": 20_000, "unchanged": 60_000, "1 % changed": None}
_BESIDE = {"new": "COPY of both rows", "unchanged": "COPY", "1 % changed": "COPY"}
_COPIED = {"COPY": ("records",), "COPY of both rows": ("records", "dossiers")}
_ROWS = "SELECT * FROM {} WHERE code = ANY($1)"


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure with both page sizes, `settings.dossiers` records each, in rounds of ten thousand."""
    figures = []
    for page_size in _PAGE_SIZES:
        async with server.database() as database:
            rates = await _Rounds(database, page_size).run(settings.dossiers)
        figures += [_figure(kind, page_size, rates) for kind in _AIMS]
    return figures


def _figure(kind: str, page_size: int, rates: dict[str, list[float]]) -> Figure:
    return Figure(
        benchmark="ingest",
        what=f"{kind}, pages of {page_size}",
        value=typical(rates[kind]),
        unit="records/s",
        ceiling=typical(rates[_BESIDE[kind]]),
        ceiling_is=_BESIDE[kind],
        aim=_AIMS[kind],
    )


class _Rounds:
    """Each round brings ten thousand dossiers the database does not have, then the same again, then a few of them changed."""

    def __init__(self, database: Database, page_size: int) -> None:
        self._database = database
        self._page_size = page_size
        self._source = _Answers(province.portal_adapter())
        config = province.POLL.model_copy(update={"page_size": page_size})
        self._poll = Poll(database, self._source, Ingest(database, self._source), config)
        self._rates: dict[str, list[float]] = defaultdict(list)

    async def run(self, dossiers: int) -> dict[str, list[float]]:
        """Return the records a second of every round, by kind of data."""
        await province.register(self._database)
        lease = (await province.take(self._database, [self._source.name]))[self._source.name]
        raw = await asyncpg.connect(self._database.direct_url)
        for tables in _COPIED.values():
            for table in tables:
                await raw.execute(f"CREATE TABLE {_ceiling(tables, table)} (LIKE {table} INCLUDING ALL)")
        for start in range(0, dossiers, _ROUND):
            numbers = range(start, min(start + _ROUND, dossiers))
            await self._round(lease, numbers)
            for name, tables in _COPIED.items():
                self._rates[name].append(len(numbers) / await _copy(raw, tables, numbers, self._page_size))
        await raw.close()
        await self._source.aclose()
        return self._rates

    async def _round(self, lease: Lease, numbers: range) -> None:
        pages = [items.portal_body(page) for page in _pages(numbers, self._page_size, changed=False)]
        changed = [items.portal_body(page) for page in _pages(numbers, self._page_size, changed=True)]
        for kind, bodies in (("new", pages), ("unchanged", pages), ("1 % changed", changed)):
            start = perf_counter()
            counts = await self._store(lease, bodies)
            self._rates[kind].append(len(numbers) / (perf_counter() - start))
            _check(kind, counts, len(numbers))

    async def _store(self, lease: Lease, bodies: Sequence[bytes]) -> Counts:
        self._source.bodies = list(reversed(bodies))
        return await self._poll.run(lease)


class _Answers:
    """The portal's adapter, for which the bodies of its answers lie ready: whatever is asked for, the next one comes."""

    def __init__(self, adapter: DvcqgSource) -> None:
        self.name, self.mark = adapter.name, adapter.mark
        self._adapter = adapter
        self.bodies: list[bytes] = []

    async def page(self, *, since: datetime, number: int, size: int) -> Page:  # noqa: ARG002 - as a listing is asked
        answer = decode_answer(self.name, self.bodies.pop(), wire.ANSWER)
        return Page(tuple(decode_answer(self.name, bytes(answer.result), wire.ITEMS)), full=bool(self.bodies))

    async def look_up(self, spellings: Sequence[str]) -> tuple[msgspec.Raw, ...]:
        raise NotImplementedError("a poll looks nothing up")

    def head(self, item: msgspec.Raw) -> Head:
        return self._adapter.head(item)

    def reading(self, item: msgspec.Raw, *, requested_at: datetime) -> Reading:
        return self._adapter.reading(item, requested_at=requested_at)

    async def aclose(self) -> None:
        await self._adapter.aclose()


def _pages(numbers: range, size: int, *, changed: bool) -> Iterator[list[dict[str, Any]]]:
    """Return the items of each page; where `changed`, every hundredth dossier has another status and update time."""
    for start in range(numbers.start, numbers.stop, size):
        page = range(start, min(start + size, numbers.stop))
        yield [_changed(number) if changed and number % 100 == 0 else items.portal_item(number) for number in page]


def _changed(number: int) -> dict[str, Any]:
    return items.portal_item(number, TrangThaiHoSo="6", NgayCapNhat=to_portal(items.updated_at(number) + timedelta(seconds=1)))


def _check(kind: str, counts: Counts, received: int) -> None:
    """A figure for something else than was meant is worse than none."""
    expected = {"new": (received, 0), "unchanged": (0, 0), "1 % changed": (0, -(-received // 100))}[kind]
    if (counts.added, counts.changed) != expected or counts.refused:
        raise AssertionError(f"{kind}: stored {counts.as_dict()}")


async def _copy(raw: asyncpg.Connection, tables: Sequence[str], numbers: range, page_size: int) -> float:
    """Return how long it takes to copy the rows of these dossiers into other tables, page by page."""
    codes = [items.code(number) for number in numbers]
    rows = {table: [tuple(row) for row in await raw.fetch(_ROWS.format(table), codes)] for table in tables}
    start = perf_counter()
    for first in range(0, len(numbers), page_size):
        async with raw.transaction():
            for table in tables:
                page = rows[table][first : first + page_size]
                await raw.copy_records_to_table(_ceiling(tables, table), records=page)
    return perf_counter() - start


def _ceiling(tables: Sequence[str], table: str) -> str:
    return f"ceiling_{table}_of_{len(tables)}"
