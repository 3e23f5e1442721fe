"""What a run takes of the machine: processor time, memory, connections, and the room of tables."""

from collections.abc import Iterable, Mapping
from time import perf_counter, process_time

import msgspec
import psutil
from sqlalchemy import text

from shared.db.engine import Database

_MB = 1e6
_FULL = 0.85
"""Share of a core from which a process that waits for others now and then has no more to give."""

_MOST = 0.9
"""Of what the machine does, from which on it is ours."""

_LARGE = 1000
"""Rows from which a table is large enough to tell of."""

_TABLES = text(
    "SELECT relname, n_live_tup, n_dead_tup, pg_total_relation_size(relid) AS size, autovacuum_count FROM pg_stat_user_tables"
    " WHERE n_live_tup >= :rows ORDER BY n_tup_upd DESC LIMIT :limit"
)
_CONNECTIONS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
_SIZE = text("SELECT pg_database_size(current_database())")
_POSTMASTER = text("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int")


class Used(msgspec.Struct, frozen=True):
    """Seconds of processor time so far: of all that runs on the machine, of the monitors, and of each of PostgreSQL's that runs.

    `ended`: of those that ended.
    """

    at: float
    machine: float
    python: float
    postgres: Mapping[int, float]
    ended: float


class Shares(msgspec.Struct, frozen=True):
    """Of one core, between two moments. `busiest`: the one process of PostgreSQL that took most; `machine`: all that runs."""

    machine: float
    python: float
    postgres: float
    busiest: float


class Room(msgspec.Struct, frozen=True):
    """A table: its rows, those that are dead, its size in MB with indexes, and how often it was vacuumed by PostgreSQL itself."""

    name: str
    live: int
    dead: int
    megabytes: float
    vacuumed: int


class Held(msgspec.Struct, frozen=True):
    """What is held at a moment; memory and database in MB, `tables` those with the most updates."""

    at: float
    memory: float
    connections: int
    database: float
    tables: tuple[Room, ...]


async def postmaster(database: Database) -> int:
    """Return the number of PostgreSQL's first process, on this machine."""
    async with database.begin() as connection:
        return int(await connection.scalar(_POSTMASTER) or 0)


def used(first: int, monitors: Iterable[int] = ()) -> Used:
    """Return what was used so far; `first`: the postmaster; `monitors`: their processes, this one if there is none."""
    parent = psutil.Process(first)
    ended = parent.cpu_times()
    running = {first: ended.user + ended.system}
    for child in parent.children():
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        running[child.pid] = times.user + times.system
    of_all = psutil.cpu_times()
    machine = sum(of_all) - of_all.idle - getattr(of_all, "iowait", 0.0)
    return Used(
        perf_counter(),
        machine,
        sum(map(_spent, monitors)) or process_time(),
        running,
        ended.children_user + ended.children_system,
    )


def _spent(process: int) -> float:
    times = psutil.Process(process).cpu_times()
    return times.user + times.system


def shares(before: Used, after: Used, *, less: float = 0.0) -> Shares:
    """Return how much of a core each took; `less`: seconds of its processes that are none of the monitor's."""
    passed = after.at - before.at
    each = {pid: seconds - before.postgres.get(pid, 0.0) for pid, seconds in after.postgres.items()}
    postgres = sum(after.postgres.values()) - sum(before.postgres.values()) + after.ended - before.ended
    machine = (after.machine - before.machine) / passed
    python = (after.python - before.python - less) / passed
    return Shares(machine, python, postgres / passed, max(each.values()) / passed)


def limit(found: Shares, *, cores: int, monitors: int = 1) -> str:
    """Return what keeps a run from going faster; `monitors`: how many processes they are."""
    ours = found.python + found.postgres
    if found.python >= _FULL * monitors:
        return "the monitor's one core" if monitors == 1 else "a core for each monitor"
    if found.busiest >= _FULL:
        return "one process of PostgreSQL"
    if found.machine >= _FULL * cores:
        return "all cores" if ours >= _MOST * found.machine else "other processes on the machine"
    return "monitor and PostgreSQL waiting for each other"


async def held(database: Database, *, tables: int = 5) -> Held:
    """Return what this process and the database hold now."""
    async with database.begin() as connection:
        rows = await connection.execute(_TABLES, {"limit": tables, "rows": _LARGE})
        rooms = tuple(Room(name, live, dead, size / _MB, count) for name, live, dead, size, count in rows)
        connections = await connection.scalar(_CONNECTIONS)
        size = await connection.scalar(_SIZE)
    return Held(perf_counter(), psutil.Process().memory_info().rss / _MB, connections or 0, (size or 0) / _MB, rooms)


def an_hour(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return the growth an hour between two readings, each a time in seconds and a value."""
    return (after[1] - before[1]) / (after[0] - before[0]) * 3600
