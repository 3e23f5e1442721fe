"""What the arithmetic of growth starts from: rows, bytes, WAL, transactions and statements of a dossier and of a change.

The monitor reads both sides, reviews and settles, as in a cycle. Bytes are those of tables with their indexes once PostgreSQL has
tidied up. A change is one dossier's new due date on both sides: two records changed, one review. WAL is told twice: right after a
checkpoint, when the first change of a page writes all of it, with so few changes that hardly two share a page, as on a large
database; and with every page written before. Sizes for whole provinces follow from that and from what is assumed beside it.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter

import msgspec
from sqlalchemy import text

from benchmarks import items
from benchmarks.asked import Asked, counting
from benchmarks.figures import Figure, Settings
from benchmarks.province import CALENDAR, RULES, Province, watched_province
from benchmarks.temporary import Server
from services.monitor.steps.audit import Auditor
from shared.db.engine import Database

_DOSSIERS = 20_000
_LATE = 20
_FEW, _MANY = 100, 1000
_APART = timedelta(minutes=20)

CHANGES = 6
"""Assumed: how often both sides of a dossier change from its acceptance to its end: taken in, handed on, signed, finished,
returned, and once more for a supplement.
"""

WORKING_SECONDS = 250 * 8 * 3600
PEAK = 10
PLACES = (("a province of 1,000,000 a year", 1e6), ("five times that", 5e6), ("34 provinces, 25,000,000 a year", 25e6))
YEARS = 2

_TABLES = text(
    "SELECT coalesce(inhparent, oid)::regclass::text AS name, sum(pg_total_relation_size(oid)) AS bytes"
    " FROM pg_class LEFT JOIN pg_inherits ON inhrelid = oid"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' GROUP BY 1"
)
_WAL = text("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")


class Sizes(msgspec.Struct, frozen=True):
    """Rows and bytes of each table."""

    rows: dict[str, int]
    bytes: dict[str, int]


class Cost(msgspec.Struct, frozen=True):
    """What something cost the database: WAL in bytes, transactions and statements."""

    wal: int
    asked: Asked


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Fill a province, change some of it, then all of it, and change nothing."""
    dossiers = min(_DOSSIERS, settings.dossiers)
    async with server.database() as database, watched_province(database) as province:
        empty = await _sizes(database)
        _list(province, range(dossiers))
        first = await _cost(database, lambda: _cycle(province))
        full = await _sizes(database)
        changes = _Changes(province, dossiers)
        idle = await _cost(database, lambda: _cycle(province))
        await _administer(database, "CHECKPOINT")
        fresh = await _cost(database, lambda: changes.make(_FEW))
        await changes.make(_MANY)
        warm = await _cost(database, lambda: changes.make(_MANY))
        before = await _sizes(database)
        await changes.make(dossiers)
        after = await _sizes(database)
        audit = await _audit(database, dossiers)
    of_dossier, of_change = _less(full, empty), _less(after, before)
    return [
        *_by_table("a new dossier", of_dossier, dossiers),
        *_by_table("a change", of_change, dossiers),
        _figure("WAL of a new dossier, first load", first.wal / dossiers / 1024, "KiB"),
        _figure("WAL of a change, right after a checkpoint", fresh.wal / _FEW / 1024, "KiB"),
        _figure("WAL of a change, pages written before", warm.wal / _MANY / 1024, "KiB"),
        _figure("WAL of a cycle with nothing changed", idle.wal / 1024, "KiB"),
        _figure("transactions of a cycle with nothing changed", idle.asked.transactions, "transactions"),
        _figure("statements of a cycle with nothing changed", idle.asked.statements, "statements"),
        _figure(f"transactions of a cycle with {_MANY:,} changes", warm.asked.transactions, "transactions"),
        _figure(f"statements of a cycle with {_MANY:,} changes", warm.asked.statements, "statements"),
        _figure("audit of a dossier", audit * 1e6, "µs"),
        *_of_places(sum(of_dossier.bytes.values()) / dossiers, sum(of_change.bytes.values()) / dossiers, fresh.wal / _FEW, audit),
    ]


def _figure(what: str, value: float, unit: str) -> Figure:
    return Figure(benchmark="arithmetic", what=what, value=value, unit=unit, small_is_good=True)


def _list(province: Province, numbers: range) -> None:
    for number in numbers:
        late = items.LATE if number % _LATE == 0 else None
        province.change(number, due=late, finished=number % 4 == 1)


async def _cycle(province: Province) -> None:
    await province.load()
    await province.monitor.settle()


class _Changes:
    """Changes other dossiers, spread over all of them, each time."""

    def __init__(self, province: Province, dossiers: int) -> None:
        self._province = province
        self._dossiers = dossiers
        self._rounds = 0

    async def make(self, number: int) -> None:
        """Give so many dossiers another due date on both sides, one of twenty a past one, and run a cycle."""
        self._rounds += 1
        step = self._dossiers // number
        for count in range(number):
            due = items.LATE + timedelta(days=0 if count % _LATE == 0 else 30, minutes=-self._rounds)
            updated = items.NOW - _APART * (10 - self._rounds) + timedelta(seconds=count // 20)
            place = (count * step + self._rounds) % self._dossiers
            self._province.change(place, updated=updated, due=due, finished=place % 4 == 1)
        await _cycle(self._province)


async def _cost(database: Database, step: Callable[[], Awaitable[None]]) -> Cost:
    before = await _wal(database)
    with counting(database.engine) as asked:
        await step()
    return Cost(await _wal(database) - before, asked)


async def _audit(database: Database, dossiers: int) -> float:
    """Return how many seconds the nightly audit takes for a dossier."""
    start = perf_counter()
    report = await Auditor(database, RULES, CALENDAR).run()
    taken = perf_counter() - start
    if report.judged < dossiers or report.differences:
        raise AssertionError(f"{report.judged} of {dossiers} were judged again, {report.differences} differently")
    return taken / dossiers


async def _wal(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(_WAL) or 0)


async def _sizes(database: Database) -> Sizes:
    await _administer(database, "VACUUM FULL")
    async with database.engine.connect() as connection:
        found = {row.name: int(row.bytes) for row in await connection.execute(_TABLES)}
        rows = {name: int(await connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0) for name in found}
    return Sizes(rows, found)


async def _administer(database: Database, statement: str) -> None:
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text(statement))


def _less(after: Sizes, before: Sizes) -> Sizes:
    return Sizes(
        {name: count - before.rows.get(name, 0) for name, count in after.rows.items()},
        {name: taken - before.bytes.get(name, 0) for name, taken in after.bytes.items()},
    )


def _by_table(of: str, grown: Sizes, number: int) -> list[Figure]:
    """Return rows and bytes of each table that takes a part, the largest first; the small ones together."""
    whole = sum(grown.bytes.values())
    large = [name for name in sorted(grown.bytes, key=lambda name: -grown.bytes[name]) if grown.bytes[name] > whole / 100]
    named = [
        _figure(f"{of}: {name}, {grown.rows[name] / number:.2f} rows", grown.bytes[name] / number, "bytes") for name in large
    ]
    rest = whole - sum(grown.bytes[name] for name in large)
    all_rows = sum(grown.rows.values()) / number
    return [
        *named,
        _figure(f"{of}: all other tables", rest / number, "bytes"),
        _figure(f"{of}: in all, {all_rows:.2f} rows", whole / number, "bytes"),
    ]


def _of_places(dossier: float, change: float, wal: float, audit: float) -> list[Figure]:
    """Return what follows for whole provinces: the tidy database after two years and the nightly audit of it, changes a second at
    the peak and their WAL.
    """
    figures = []
    for place, a_year in PLACES:
        peak = a_year * CHANGES / WORKING_SECONDS * PEAK
        size = a_year * YEARS * (dossier + CHANGES * change) / 2**30
        figures += [
            _figure(f"{place}: tidy database after {YEARS} years", size, "GiB"),
            _figure(f"{place}: audit of that, one process", a_year * YEARS * audit / 3600, "h"),
            _figure(f"{place}: changes a second, {PEAK} times the mean of working time", peak, "changes/s"),
            _figure(f"{place}: WAL of these, each right after a checkpoint", peak * wal / 2**20, "MiB/s"),
        ]
    return figures
