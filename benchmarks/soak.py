"""Whether anything grows: the monitor at work for a long time at a steady rate, five times that of the largest province.

The changes are of dossiers that are stored already, so that what holds the present stays as large as it is; what grows is memory
that leaks, connections that are not given back, dead rows nobody clears away, and the histories, which are meant to. Read at a
quarter, at half and at the end; the growth an hour is that from the quarter on, when every path was taken once.

Sources are polled every 5 s with an overlap of 25 s, the default's proportions twelve times as often. `WATCH766_SOAK_MINUTES`
says how long, 5 if unset.
"""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from benchmarks.arrivals import LARGEST_PROVINCE, RECORDS, Arrivals, Rate, Waiting, mean, watching
from benchmarks.figures import Figure, Settings
from benchmarks.machine import Held, an_hour, held
from benchmarks.multiply import tidy_up
from benchmarks.province import POLL, PROVINCE, Province, watched_province
from benchmarks.receiving import receiver
from benchmarks.running import running
from benchmarks.subscribing import sending
from benchmarks.temporary import Server
from shared.db.engine import Database

EVERY = timedelta(seconds=5)
OFTEN = POLL.model_copy(update={"overlap": 5 * EVERY})
STEADY = mean("largest province", LARGEST_PROVINCE).times(5)
_DOSSIERS = 20_000
_READINGS = 12


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Soak for as long as the environment says."""
    minutes = float(os.environ.get("WATCH766_SOAK_MINUTES", "5"))
    dossiers = min(_DOSSIERS, settings.dossiers)
    async with server.database() as database, at_work(database) as province:
        province.fill(range(dossiers))
        await province.load()
        await province.monitor.settle()
        await database.engine.dispose()  # a connection tells at its end what rows it left dead
        await tidy_up(database)
        waiting = Waiting(database)
        arrivals = Arrivals(province, range(dossiers), waiting.add)
        async with running(province, database), watching(waiting):
            readings = [await _reading(database, arrivals, waiting, minutes * 60 / _READINGS) for _ in range(_READINGS)]
        behind = waiting.age(datetime.now(UTC))
    quarter, half, end = (readings[_READINGS * part // 4 - 1] for part in (1, 2, 4))
    return [*_figures(quarter, half, end, minutes), _behind(behind)]


@asynccontextmanager
async def at_work(database: Database) -> AsyncIterator[Province]:
    """Open the monitor as it works here; the receiver is a process of its own."""
    async with receiver() as port, telling(database, port) as province:
        yield province


@asynccontextmanager
async def telling(database: Database, port: int, code: str = PROVINCE) -> AsyncIterator[Province]:
    """Open the monitor of a province as it works here: polls often, tells the receiver at a port."""
    async with (
        sending(database, port, code) as dispatcher,
        watched_province(database, code, every=EVERY, poll=OFTEN, dispatcher=dispatcher) as province,
    ):
        yield province


async def _reading(database: Database, arrivals: Arrivals, waiting: Waiting, seconds: float) -> Held:
    await arrivals.arrive(STEADY, seconds)
    waiting.waited.clear()
    reading = await held(database)
    print(_line(arrivals, reading), file=sys.stderr, flush=True)
    return reading


def _line(arrivals: Arrivals, reading: Held) -> str:
    tables = ", ".join(f"{room.name} {room.dead}/{room.live} {room.megabytes:.1f} MB" for room in reading.tables)
    return (
        f"{arrivals.made * RECORDS:,} changes: {reading.memory:.1f} MB, {reading.connections} connections,"
        f" database {reading.database:.1f} MB; dead/live: {tables}"
    )


def _behind(behind: float) -> Figure:
    return _figure(f"age of the oldest change not reviewed at the end, {_told(STEADY)}", behind, "s", 4 * EVERY.total_seconds())


def _told(rate: Rate) -> str:
    return f"{rate.changes:.3g} changes/s"


def _figures(quarter: Held, half: Held, end: Held, minutes: float) -> list[Figure]:
    after = f"after {minutes:g} min at {_told(STEADY)}"
    grown = f"growth from {minutes / 4:g} to {minutes:g} min"
    return [
        _figure(f"memory of the process {after}", end.memory, "MB"),
        _figure(f"memory, {grown}", an_hour((quarter.at, quarter.memory), (end.at, end.memory)), "MB/h", 20),
        _figure("memory, growth of the second half", an_hour((half.at, half.memory), (end.at, end.memory)), "MB/h", 20),
        _figure(f"connections {after}", end.connections, "connections", 16),
        _figure(f"whole database, {grown}", an_hour((quarter.at, quarter.database), (end.at, end.database)), "MB/h"),
        *_tables(quarter, end),
    ]


def _tables(quarter: Held, end: Held) -> Iterator[Figure]:
    earlier = {room.name: room for room in quarter.tables}
    for room in end.tables:
        before = earlier.get(room.name, room)
        yield _figure(f"{room.name}: dead rows of all", 100 * room.dead / max(room.dead + room.live, 1), "%", 25)
        yield _figure(f"{room.name}: growth", an_hour((quarter.at, before.megabytes), (end.at, room.megabytes)), "MB/h")


def _figure(what: str, value: float, unit: str, aim: float | None = None) -> Figure:
    return Figure(benchmark="soak", what=what, value=value, unit=unit, aim=aim, small_is_good=True)
