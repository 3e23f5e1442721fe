"""Changes that arrive at a steady rate while the monitor works, and how long each waits to be reviewed.

A change is made on both sides at once: two records. Of twenty one makes its dossier late, which opens an alert; the next change
of that dossier ends it. What is waited for is that both records are stored and the dossier is judged with them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import perf_counter, thread_time
from typing import Any

import msgspec
from sqlalchemy import text

from benchmarks import items
from benchmarks.province import Province
from shared.db.engine import Database

RECORDS = 2
"""Records that change with a dossier: one on each side."""

LARGEST_PROVINCE, NATION = 1_000_000, 25_000_000
"""Dossiers a year."""

_LIFE = 6
"""How often a dossier changes on each side between its submission and its end."""

_WORKING_YEAR = 250 * timedelta(hours=8)
_TICK = 0.05
_LOOK_EVERY = 0.5
_LOOKED_AT = 400
_CUT = 10
"""How many seconds earlier than the change a record may say it was: it is cut to the second, and never later than the request."""

_LATE_OF = 20

_REVIEWED = text(
    "SELECT d.province_code, d.code, wanted.at, d.judged_at"
    " FROM unnest(CAST(:provinces AS text[]), CAST(:codes AS text[]), CAST(:moments AS timestamptz[]))"
    " AS wanted (province, code, at)"
    " JOIN dossiers d ON d.province_code = wanted.province AND d.code = wanted.code"
    " WHERE (d.next_review_at IS NULL OR d.next_review_at > clock_timestamp()) AND d.judged_at > wanted.at"
    " AND (SELECT count(*) FROM records r WHERE r.province_code = d.province_code AND r.code = d.code"
    f" AND r.updated_at >= wanted.at - interval '{_CUT} seconds') >= {RECORDS}"
)

_SETTLED = text("SELECT coalesce(min(settled_to) >= :moment, false) FROM sources")


class Rate(msgspec.Struct, frozen=True):
    """How many records change a second, and what that is the rate of."""

    name: str
    changes: float

    def times(self, factor: float) -> "Rate":
        return Rate(f"{self.name} × {factor:g}", self.changes * factor)


def mean(name: str, dossiers_a_year: int) -> Rate:
    """Return the mean rate in working time."""
    return Rate(name, dossiers_a_year * _LIFE * RECORDS / _WORKING_YEAR.total_seconds())


class Change(msgspec.Struct, frozen=True, array_like=True):
    """A change of one dossier on both sides."""

    province: str
    code: str
    made_at: datetime
    is_late: bool
    """Whether the dossier is late from now on."""


class Waiting:
    """The changes not reviewed yet, oldest first; how many seconds each of the others `waited`; the `most` there were at once.

    Each waits for itself: one whose dossier changes again meanwhile is reviewed with the next, and waited since it was made.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changes: dict[tuple[str, str, datetime], None] = {}
        self.waited: list[float] = []
        self.most = 0

    def __len__(self) -> int:
        return len(self._changes)

    def add(self, change: Change) -> None:
        """Wait for a change."""
        self._changes[change.province, change.code, change.made_at] = None

    def age(self, now: datetime) -> float:
        """Return how many seconds the oldest waits."""
        *_, first = next(iter(self._changes), ("", "", now))
        return (now - first).total_seconds()

    async def look(self) -> None:
        """Note what is reviewed, as long as most of the oldest are."""
        reviewed = _LOOKED_AT
        while self._changes and reviewed * 2 >= _LOOKED_AT:
            asked = zip(*islice(self._changes, _LOOKED_AT), strict=True)
            given = dict(zip(("provinces", "codes", "moments"), map(list, asked), strict=True))
            async with self._database.begin() as connection:
                rows = (await connection.execute(_REVIEWED, given)).all()
            for *change, judged_at in rows:
                if (key := tuple(change)) in self._changes:  # a look beside this one may have seen it
                    del self._changes[key]
                    self.waited.append((judged_at - key[-1]).total_seconds())
            reviewed = len(rows)

    async def watch(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await self.look()
            self.most = max(self.most, len(self))
            await asyncio.sleep(_LOOK_EVERY)

    async def at_most(self, number: int, *, within: float) -> float:
        """Look until no more than so many wait; returns after how many seconds that was, `within` if it did not come to that."""
        start = perf_counter()
        while len(self) > number and perf_counter() - start < within:
            await self.look()
            await asyncio.sleep(_LOOK_EVERY)
        return min(perf_counter() - start, within)

    async def settled(self, moment: datetime, *, within: float) -> None:
        """Wait until every alert of every province is settled up to a moment, or so long.

        What waited for the other side is judged by then, too.
        """
        start, is_settled = perf_counter(), False
        while not is_settled and perf_counter() - start < within:
            async with self._database.begin() as connection:
                is_settled = bool(await connection.scalar(_SETTLED, {"moment": moment}))
            await asyncio.sleep(_LOOK_EVERY)


@asynccontextmanager
async def watching(waiting: Waiting) -> AsyncIterator[None]:
    """Note what is reviewed for the length of the block."""
    task = asyncio.create_task(waiting.watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class Arrivals:
    """Changes one dossier after the other of those that are listed on both sides, and says so to `made`.

    `phase`: how much of a change is there already when changes begin to arrive, so that not all provinces change at once.
    `spent`: CPU seconds of this process on it.
    """

    def __init__(self, province: Province, numbers: range, made: Callable[[Change], None], *, phase: float = 0.0) -> None:
        self._province = province
        self._numbers = numbers
        self._tell = made
        self._phase = phase
        self.made = 0
        self.spent = 0.0

    async def arrive(self, rate: Rate, seconds: float, *, until: asyncio.Future[Any] | None = None) -> None:
        """Let changes arrive at a rate, so long or until something is done; those a busy process is late with come in one go."""
        start, before = perf_counter(), self.made
        while (passed := perf_counter() - start) < seconds and not (until and until.done()):
            self._catch_up(before + int(passed * rate.changes / RECORDS + self._phase))
            await asyncio.sleep(_TICK)

    def _catch_up(self, wanted: int) -> None:
        started = thread_time()
        while self.made < wanted:
            self._change()
        self.spent += thread_time() - started

    def _change(self) -> None:
        rounds, place = divmod(self.made, len(self._numbers))
        number, now = self._numbers[place], datetime.now(UTC)
        is_late = (place + rounds) % _LATE_OF == 0
        due = items.LATE if is_late else items.NOW + timedelta(days=30 + rounds % 30)
        self._province.change(number, updated=now, due=due)
        code = items.code(number, province=self._province.code)
        self._tell(Change(self._province.code, code, now, is_late))
        self.made += 1
