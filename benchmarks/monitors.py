"""Monitors of some provinces in a process of their own, each with a system on both sides: `python -m benchmarks.monitors`.

It reads what it watches from the first line of standard input, loads it and says so; with the next line its monitors begin to
run, one a little after the other. Each line says at which rate changes arrive in the nation and how long; it makes its provinces'
shares of them and tells of each change on standard output. It ends with its standard input.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import thread_time

import msgspec

from benchmarks.arrivals import Arrivals, Change, Rate
from benchmarks.province import Province
from benchmarks.running import running
from benchmarks.soak import EVERY, telling
from shared import logging
from shared.db.engine import Database, create_engine
from shared.garbage import collect_seldom

_TELL_EVERY = 0.2
_LONGEST = 2**24
_POOL = 5
"""Connections that a monitor keeps, as by default."""

_POOL_AT_MOST = 30


class Watched(msgspec.Struct, frozen=True):
    """A province: the numbers of its dossiers that change, its share of all changes, and when in a poll's time it begins."""

    code: str
    first: int
    last: int
    share: float
    phase: float


class _Given(msgspec.Struct, frozen=True):
    url: str
    port: int
    provinces: tuple[Watched, ...]


class _Arrive(msgspec.Struct, frozen=True):
    changes: float
    seconds: float


class _Told(msgspec.Struct, frozen=True):
    """What was made since the last time; `spent`: CPU seconds on it so far; whether that is all of what was asked for."""

    made: tuple[Change, ...]
    spent: float
    is_done: bool


class Monitors:
    """A process with monitors, seen from outside. `spent`: its CPU seconds on making changes."""

    def __init__(self, process: asyncio.subprocess.Process, made: Callable[[Change], None]) -> None:
        self.process = process
        self.spent = 0.0
        self._tell = made

    async def heard(self) -> None:
        """Hear of what it makes until it is done with what it was asked for."""
        assert self.process.stdout
        is_done = False
        while not is_done:
            line = await self.process.stdout.readline()
            if not line:
                raise AssertionError("a process with monitors ended")
            told = msgspec.json.decode(line, type=_Told)
            for change in told.made:
                self._tell(change)
            self.spent, is_done = told.spent, told.is_done

    async def arrive(self, rate: Rate, seconds: float) -> None:
        """Let its share of the nation's changes arrive for so long."""
        self.ask(_Arrive(rate.changes, seconds))
        await self.heard()

    def ask(self, what: msgspec.Struct) -> None:
        """Give it a line to read."""
        assert self.process.stdin
        self.process.stdin.write(msgspec.json.encode(what) + b"\n")


@asynccontextmanager
async def monitors(
    database: Database, port: int, groups: Sequence[Sequence[Watched]], made: Callable[[Change], None]
) -> AsyncIterator[list[Monitors]]:
    """Run a process for each group of provinces, told to a receiver at a port; all are loaded, none runs yet."""
    pipe, command = asyncio.subprocess.PIPE, (sys.executable, "-m", "benchmarks.monitors")
    running: list[Monitors] = []
    try:
        for group in groups:
            process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=_LONGEST)
            running.append(Monitors(process, made))
            running[-1].ask(_Given(database.direct_url, port, tuple(group)))
        await asyncio.gather(*(each.heard() for each in running))
        yield running
    finally:
        for each in running:
            assert each.process.stdin
            each.process.stdin.close()
        await asyncio.gather(*(each.process.wait() for each in running))


class _Here:
    """The changes made in this process, told now and then."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[Arrivals, float]] = []
        self._made: list[Change] = []
        self._telling = 0.0

    def add(self, province: Province, watched: Watched) -> None:
        """Let a province's share of changes arrive in it."""
        numbers = range(watched.first, watched.last)
        self.arrivals.append((Arrivals(province, numbers, self._made.append, phase=watched.phase), watched.share))

    async def arrive(self, asked: _Arrive) -> None:
        """Let changes arrive and tell of them."""
        nation = Rate("nation", asked.changes)
        telling = asyncio.create_task(self._now_and_then())
        await asyncio.gather(*(each.arrive(nation.times(share), asked.seconds) for each, share in self.arrivals))
        telling.cancel()
        self.tell(is_done=True)

    def tell(self, *, is_done: bool) -> None:
        """Tell of what was made since the last time."""
        started = thread_time()
        spent = self._telling + sum(each.spent for each, _ in self.arrivals)
        print(msgspec.json.encode(_Told(tuple(self._made), spent, is_done)).decode(), flush=True)
        self._made.clear()
        self._telling += thread_time() - started

    async def _now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_TELL_EVERY)
            if self._made:
                self.tell(is_done=False)


async def work() -> None:
    """Watch what the first line says until standard input ends."""
    lines = await _standard_input()
    given = msgspec.json.decode(await lines.readline(), type=_Given)
    here = _Here()
    async with AsyncExitStack() as stack:
        pool = min(_POOL * len(given.provinces), _POOL_AT_MOST)
        database = Database(create_engine(given.url, application="watch766 monitor", pool_size=pool))
        stack.push_async_callback(database.aclose)
        provinces = []
        for watched in given.provinces:
            provinces.append(await stack.enter_async_context(telling(database, given.port, watched.code)))
            await _load(provinces[-1], watched)
            here.add(provinces[-1], watched)
        here.tell(is_done=True)
        line = await lines.readline()
        began = asyncio.get_running_loop().time()
        for province, watched in zip(provinces, given.provinces, strict=True):
            at = began + watched.phase * EVERY.total_seconds()
            await asyncio.sleep(at - asyncio.get_running_loop().time())  # as processes do that were not started at once
            await stack.enter_async_context(running(province, database))
        while line:
            await here.arrive(msgspec.json.decode(line, type=_Arrive))
            line = await lines.readline()


async def _load(province: Province, watched: Watched) -> None:
    province.fill(range(watched.first, watched.last))
    await province.load()
    await province.monitor.settle()


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


if __name__ == "__main__":
    logging.configure("ERROR")
    collect_seldom()
    asyncio.run(work())
