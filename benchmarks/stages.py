"""The stages of a page on its way into the database, each timed by itself through the functions the monitor calls."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from time import perf_counter, process_time

import asyncpg

from benchmarks.figures import typical
from services.monitor.sources.decoding import decode_answer
from services.monitor.sources.dvcqg import wire
from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.steps.ingest import Ingest, Item, Translated, open_items, plan, translate
from shared.db.engine import Database
from shared.db.stores import records
from shared.db.stores.sources import Lease


class Lengths:
    """How long each part of something took, in seconds: a page, a batch."""

    def __init__(self) -> None:
        self._lengths: list[float] = []

    def add(self, length: float) -> None:
        """Add the length of another part."""
        self._lengths.append(length)

    @contextmanager
    def one(self, clock: Callable[[], float] = perf_counter) -> Iterator[None]:
        """Add what the block takes, by `process_time` where it waits for nobody: other work does not count then."""
        start = clock()
        yield
        self.add(clock() - start)

    @property
    def total(self) -> float:
        """What all took."""
        return sum(self._lengths)

    @property
    def typical(self) -> float:
        """The median: what one takes that is not disturbed by other work."""
        return typical(self._lengths)

    @property
    def steady(self) -> float:
        """What all would have taken had none been disturbed by other work."""
        return self.typical * len(self._lengths)


class Watch:
    """What each stage took, by its name; `least`: the least it could have taken."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, Lengths] = defaultdict(Lengths)
        self.least: defaultdict[str, Lengths] = defaultdict(Lengths)


class Pages:
    """Takes bodies of the portal to the commit, page by page, stage by stage."""

    def __init__(self, database: Database, source: DvcqgSource, lease: Lease) -> None:
        self._database = database
        self._source = source
        self._ingest = Ingest(database, source)
        self._lease = lease

    async def run(self, bodies: Sequence[bytes], watch: Watch, *, kind: str, requested_at: datetime) -> None:
        """Store pages that are all `kind`: new or changed."""
        for body in bodies:
            with watch.taken["decoded"].one(process_time):
                items = self._decoded(body)
            with watch.taken["translated"].one(process_time):
                translated = await translate(self._source, items, requested_at)
            compared = await self._compared(translated, watch)
            start = perf_counter()
            await self._ingest.page(self._lease, translated, [], cursor=None)
            watch.taken[f"stored, {kind}"].add(perf_counter() - start - compared)

    def _decoded(self, body: bytes) -> list[Item]:
        answer = decode_answer(self._source.name, body, wire.ANSWER)
        items, refused = open_items(self._source, decode_answer(self._source.name, bytes(answer.result), wire.ITEMS))
        if refused:
            raise AssertionError(f"refused: {refused[0]}")
        return items

    async def _compared(self, translated: Translated, watch: Watch) -> float:
        """Compare in a transaction of its own, as storing does in its own once more; returns how long it takes there."""
        async with self._database.begin() as connection:
            start = perf_counter()
            known = await records.known(connection, self._lease, translated.source_ids)
            asked = perf_counter()
            plan(translated, known)
            taken = perf_counter() - start
        watch.taken["compared"].add(taken)
        watch.least["compared"].add(asked - start)
        return taken


def least_of_bytes(bodies: Sequence[bytes], watch: Watch) -> None:
    """Measure the least that decoding and translating take: splitting into items alone, and the typed decoding alone."""
    for body in bodies:
        with watch.least["decoded"].one(process_time):
            items = wire.ITEMS.decode(bytes(wire.ANSWER.decode(body).result))
        with watch.least["translated"].one(process_time):
            for item in items:
                wire.DOSSIER.decode(item)


@asynccontextmanager
async def copying(database: Database) -> AsyncIterator["Copying"]:
    """Give what copies rows that are there into a table like theirs."""
    raw = await asyncpg.connect(database.direct_url)
    try:
        yield Copying(raw)
    finally:
        await raw.close()


class Copying:
    """The least that writing takes: a COPY of the very rows, with the same indexes, so many a transaction."""

    def __init__(self, raw: asyncpg.Connection) -> None:
        self._raw = raw

    async def measure(self, table: str, lengths: Lengths, *, at_once: int, where: str = "true") -> None:
        """Copy these rows of a table, each transaction a part of `lengths`."""
        rows = [tuple(row) for row in await self._raw.fetch(f"SELECT * FROM {table} WHERE {where}")]
        copy = f"least_{table}"  # the driver remembers the columns of a name
        await self._raw.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
        for first in range(0, len(rows), at_once):
            with lengths.one():
                async with self._raw.transaction():
                    await self._raw.copy_records_to_table(copy, records=rows[first : first + at_once])
        await self._raw.execute(f"DROP TABLE {copy}")
