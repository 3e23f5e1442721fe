"""What one machine holds of the nation: 34 provinces in one database, the monitor of each at work, changes by their shares.

As `load`, but the provinces are real: each has its code, its systems, its stock, its webhook and its monitor, by default in a
process of its own as `watch766 monitor` is; `WATCH766_NATION_PROCESSES` says over how many processes they are spread. The changes
are made in these processes, which is not counted as theirs. The largest province has a million dossiers a year, the others the
rest of 25 million in equal parts. Rates rise from nothing over the nation's mean and ten times that until it bends.

At the end the open alerts of every province must be those of its own dossiers that are late: as many, and no other's.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
import psutil
from sqlalchemy import text

from benchmarks.arrivals import LARGEST_PROVINCE, NATION, Change, Rate, Waiting, watching
from benchmarks.drawn import REAL, draw
from benchmarks.figures import Figure, Settings
from benchmarks.machine import postmaster, used
from benchmarks.monitors import Monitors, Watched, monitors
from benchmarks.multiply import tidy_up
from benchmarks.receiving import receiver
from benchmarks.running import swept
from benchmarks.steps import NATION_RATE, PATIENCE, doubled, figures_of, until_it_bends
from benchmarks.temporary import Server, temporary_server
from shared.db.engine import Database

PROVINCES = tuple(f"H{number:02d}" for number in range(1, 35))
_LARGEST = LARGEST_PROVINCE / NATION
SHARES = {code: _LARGEST if place == 0 else (1 - _LARGEST) / (len(PROVINCES) - 1) for place, code in enumerate(PROVINCES)}
"""Of all dossiers, by province."""

NOTHING = Rate("nothing", 0.0)
_CONNECTIONS = 500
_MB = 1e6

_OPEN = text(
    "SELECT province_code, split_part(dossier_code, '.', 1), count(*) FROM alerts"
    " WHERE state = 'open' AND family = 'deadline' GROUP BY 1, 2"
)
_STARTED = text(
    "SELECT (SELECT count(DISTINCT province_code) FROM score_days) = :provinces"
    " AND (SELECT count(DISTINCT province_code) FROM stock_days) = :provinces"
)
"""What a monitor does first of all, beside its first reviews, is to keep the day."""

_LOOK_EVERY = 1.0
_CONNECTED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'benchmarks'")


class Held(msgspec.Struct, frozen=True):
    """What all monitors hold: connections, and memory of their processes and of PostgreSQL's in MB, shared pages counted once."""

    connections: int
    monitors: float
    postgres: float


class Nation:
    """The changes of all provinces, which of their dossiers are late by them, and the processes they are made in."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._late: set[tuple[str, str]] = set()
        self.monitors: Sequence[Monitors] = ()

    @property
    def spent(self) -> float:
        return sum(each.spent for each in self.monitors)

    @property
    def processes(self) -> list[int]:
        return [each.process.pid for each in self.monitors]

    @property
    def late(self) -> Counter[str]:
        """How many of those that changed are late, by province."""
        return Counter(province for province, _ in self._late)

    def note(self, change: Change) -> None:
        """Wait for a change."""
        self._waiting.add(change)
        (self._late.add if change.is_late else self._late.discard)((change.province, change.code))

    async def arrive(self, rate: Rate, seconds: float) -> None:
        """Let changes arrive in all provinces."""
        await asyncio.gather(*(each.arrive(rate, seconds) for each in self.monitors))


async def run(_: Server, settings: Settings) -> list[Figure]:
    """Measure rates until it bends: ten times the dossiers asked for are stored, half as many change.

    On a server of its own, that lets in as many as 34 monitors need.
    """
    processes = int(os.environ.get("WATCH766_NATION_PROCESSES", len(PROVINCES)))
    async with temporary_server(_CONNECTIONS) as server, server.database() as database:
        await draw(database, 10 * settings.dossiers, SHARES)
        drawn, waiting = await open_by_province(database), Waiting(database)
        nation, groups = Nation(waiting), _spread(settings.dossiers // 2, processes)
        async with receiver() as port, monitors(database, port, groups, nation.note) as nation.monitors:
            await swept(database)
            await tidy_up(database)
            await nation.arrive(NOTHING, 0)
            await started(database)
            first = await postmaster(database)
            async with watching(waiting):
                rates = (NOTHING, NATION_RATE, *doubled())
                steps = await until_it_bends(nation, waiting, rates, partial(used, first, nation.processes))
            holds = await _held(database, first, nation.processes)
            await waiting.at_most(0, within=PATIENCE)
        check(await open_by_province(database), drawn + nation.late, len(waiting))
    return [*figures_of("nation", steps, monitors=processes), *_figures(holds, processes)]


def _spread(dossiers: int, processes: int) -> list[list[Watched]]:
    """Return the provinces of each process, which changes so many dossiers in all."""
    watched = [
        Watched(code, REAL, REAL + round(share * dossiers), share, place / len(PROVINCES))
        for place, (code, share) in enumerate(SHARES.items())
    ]
    return [watched[place::processes] for place in range(processes)]


async def open_by_province(database: Database) -> Counter[str]:
    """Return how many alerts of deadlines are open in each province; raises `AssertionError` for one of another's dossier."""
    async with database.begin() as connection:
        rows = (await connection.execute(_OPEN)).all()
    if strange := [f"{province} has {count} of {named}" for province, named, count in rows if province != named]:
        raise AssertionError(f"alerts of other provinces' dossiers: {', '.join(strange)}")
    return Counter({province: count for province, _, count in rows})


def check(found: Mapping[str, int], expected: Mapping[str, int], waiting: int) -> None:
    """Raise `AssertionError` unless all changes were reviewed and every province has as many alerts as dossiers that are late."""
    if waiting:
        raise AssertionError(f"{waiting} changes were never reviewed")
    differing = [code for code in PROVINCES if found.get(code, 0) != expected.get(code, 0)]
    if differing:
        told = ", ".join(f"{code} {found.get(code, 0)} instead of {expected.get(code, 0)}" for code in differing)
        raise AssertionError(f"open alerts: {told}")


async def started(database: Database) -> None:
    """Wait until every monitor has kept its day."""
    is_started = False
    while not is_started:
        await asyncio.sleep(_LOOK_EVERY)
        async with database.begin() as connection:
            is_started = bool(await connection.scalar(_STARTED, {"provinces": len(PROVINCES)}))


async def _held(database: Database, first: int, processes: Sequence[int]) -> Held:
    async with database.begin() as connection:
        connections = await connection.scalar(_CONNECTED)
    server = psutil.Process(first)
    return Held(
        connections or 0,
        sum(_memory(psutil.Process(process)) for process in processes),
        sum(map(_memory, [server, *server.children()])),
    )


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / _MB
    except psutil.NoSuchProcess:
        return 0.0


def _figures(holds: Held, processes: int) -> list[Figure]:
    told = f"all monitors, {processes} processes"
    return [
        Figure(benchmark="nation", what=f"connections of {told}", value=holds.connections, unit="connections"),
        Figure(benchmark="nation", what=f"memory of {told} with the systems they read", value=holds.monitors, unit="MB"),
        Figure(benchmark="nation", what="memory of PostgreSQL", value=holds.postgres, unit="MB"),
    ]
