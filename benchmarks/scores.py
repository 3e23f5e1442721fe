"""Score cards from tallies, and what the same figures cost when every dossier is counted.

PostgreSQL itself draws the marks of so many dossiers of one year, over 150 agencies with 60 of 400 procedures each, and sums them
up into the tallies the monitor would have kept. Then, seven times each: all that is counted of the province for its card, and of
all 150 agencies for their ranking, as the API reads it; and one statement that counts the same from the marks of each dossier.
Both must agree. One after the other, since a scan of all marks pushes the tallies out of memory, and in life nobody scans.

Counting every dossier is no ceiling to be reached: it is what the tallies are there to avoid.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from time import perf_counter
from typing import TypeVar

from sqlalchemy import text

from benchmarks.figures import Figure, Settings, typical
from benchmarks.province import CALENDAR, PROVINCE
from benchmarks.temporary import Server
from shared.db.engine import Database, clock
from shared.db.stores import catalogue
from shared.db.views.counted import counted
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.catalogue import Procedure
from shared.domain.counters import COUNTERS, Counters, View
from shared.domain.figures import Services
from shared.domain.offers import count
from shared.domain.periods import Period, PeriodKind
from shared.domain.units import Unit

T = TypeVar("T")

_AGENCIES = 150
_PROCEDURES = 400
_OF_EACH = 60
_ROUNDS = 7
_TIMES_FASTER = 50
_LARGE = 1_000_000
_YEAR = Period.of(PeriodKind.YEAR, date(2026, 6, 30))

_SHARES = {"accepted": 100, "to_sync": 100, "received": 100, "fee": 40, "paper": 70, "synced": 98, "on_time": 95, "wanting": 6}
"""Of a hundred dossiers so many count in a counter; half of them in every other."""

_DRAW = text(
    "INSERT INTO marks (province_code, code, view, position, day, agency, procedure, " + ", ".join(COUNTERS) + ")"
    " SELECT :province, :province || '.' || lpad(n::text, 9, '0'), 'portal', 0, date '2026-01-01' + (n * 7919 % 365)::int,"
    " :province || '.' || n % :agencies, 'TTHC-' || (n % :agencies * 7 + n / :agencies % :each) % :procedures, "
    + ", ".join(f"(n * {2 * place + 3} % 100 < {_SHARES.get(name, 50)})::int" for place, name in enumerate(COUNTERS))
    + " FROM generate_series(1::bigint, :dossiers) AS n"
)
_SUMS = ", ".join(f"sum({name})" for name in COUNTERS)
_TALLIES = (
    text(
        f"INSERT INTO agency_tally SELECT province_code, view, date_trunc('month', day), agency, {_SUMS}"
        " FROM marks GROUP BY 1, 2, 3, 4"
    ),
    text(
        "INSERT INTO procedure_tally"
        f" SELECT province_code, view, span, date_trunc(span, day), agency, procedure, {_SUMS}"
        " FROM marks, unnest(ARRAY['month', 'quarter', 'year']) AS span GROUP BY 1, 2, 3, 4, 5, 6"
    ),
)
_SCAN = (
    "SELECT {key}, {sums}, count(DISTINCT procedure) FILTER (WHERE service_used > 0),"
    " count(DISTINCT procedure) FILTER (WHERE service_paid > 0)"
    " FROM marks WHERE province_code = :province AND view = 'portal' AND day BETWEEN :first AND :last GROUP BY 1"
)


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure at the size asked for and at ten times as many dossiers."""
    figures = []
    for dossiers in (settings.dossiers, 10 * settings.dossiers):
        async with server.database() as database:
            await _fill(database, dossiers)
            figures += [
                await _figure(database, "province card", [_whole()], "CAST(:province AS text)", dossiers),
                await _figure(database, f"ranking of {_AGENCIES} agencies", _units(), "agency", dossiers),
            ]
    return figures


async def _fill(database: Database, dossiers: int) -> None:
    drawn = {"province": PROVINCE, "agencies": _AGENCIES, "procedures": _PROCEDURES, "each": _OF_EACH, "dossiers": dossiers}
    async with database.begin() as connection:
        await connection.execute(_DRAW, drawn)
        for statement in _TALLIES:
            await connection.execute(statement)
        now = await clock(connection)
        await catalogue.store_procedures(connection, PROVINCE, _offered(), now=now)
        await catalogue.store_counts(connection, PROVINCE, count(_offered(), CALENDAR), now=now)
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM (ANALYZE) marks, agency_tally, procedure_tally, procedures"))


def _offered() -> list[Procedure]:
    """Return the catalogue: every service an agency has dossiers of, online and with a fee."""
    offering: dict[int, list[str]] = {}
    for agency in range(_AGENCIES):
        for number in range(_OF_EACH):
            offering.setdefault((agency * 7 + number) % _PROCEDURES, []).append(f"{PROVINCE}.{agency}")
    return [
        Procedure(code=f"TTHC-{number}", name=f"TTHC-{number}", agencies=tuple(agencies), online_level=2, has_fee=True)
        for number, agencies in offering.items()
    ]


def _units() -> list[Unit]:
    codes = [f"{PROVINCE}.{number}" for number in range(_AGENCIES)]
    return [Unit(code=code, name=code, kind=None, agencies=frozenset({code})) for code in codes]


def _whole() -> Unit:
    agencies = frozenset().union(*(unit.agencies for unit in _units()))
    return Unit(code=PROVINCE, name=PROVINCE, kind=None, agencies=agencies)


async def _figure(database: Database, what: str, units: Sequence[Unit], key: str, dossiers: int) -> Figure:
    async with open_snapshot(database, PROVINCE) as snapshot:
        found, kept = await _timed(lambda: counted(snapshot, View.PORTAL, _YEAR, units, within=WHOLE_PROVINCE))
        from_marks, counting = await _timed(lambda: _scan(snapshot, key))
    if {code: (one.counters, one.services) for code, one in found.items()} != from_marks:
        raise AssertionError(f"{what}: the tallies differ from the marks")
    slow = typical(counting) * 1000
    return Figure(
        benchmark="scores",
        what=f"{what}, {dossiers:,} dossiers",
        value=typical(kept) * 1000,
        unit="ms",
        ceiling=slow,
        ceiling_is="counting",
        aim=slow / _TIMES_FASTER if dossiers >= _LARGE else None,
        small_is_good=True,
    )


async def _timed(count: Callable[[], Awaitable[T]]) -> tuple[T, list[float]]:
    """Return what was counted and how long it took each time, in seconds."""
    lengths = []
    for _ in range(_ROUNDS):
        start = perf_counter()
        found = await count()
        lengths.append(perf_counter() - start)
    return found, lengths


async def _scan(snapshot: Snapshot, key: str) -> dict[str, tuple[Counters, Services]]:
    statement = text(_SCAN.format(key=key, sums=", ".join(f"sum({name})::bigint" for name in COUNTERS)))
    bounds = {"province": PROVINCE, "first": _YEAR.first_day, "last": _YEAR.last_day}
    rows = await snapshot.connection.execute(statement, bounds)
    return {row[0]: (Counters(**dict(zip(COUNTERS, row[1:-2], strict=True))), Services(row[-2], row[-1])) for row in rows}
