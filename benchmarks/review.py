"""Reviews: microseconds per dossier of the pure function, and dossiers a second of the whole step.

The pure function meets three dossiers: quiet (finished on both sides), running (due in some days) and out of step (the sides name
another status and another due date). Its ceiling: the agreed dossier with the least to do, the quiet one.

The whole step reviews a stored backlog of dossiers just read for the first time, one of twenty late: claim, read, judge, write
findings, alerts, history, outbox, marks, tallies and repairs. Its ceiling: the reads alone of as many batches, in transactions of
their own. What counting adds is told beside it: the pure marks and repairs of a dossier, and writing those of the same backlog
once more, by itself, into tables emptied before.
"""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import msgspec
from sqlalchemy import text

from benchmarks import items, province
from benchmarks.figures import Figure, Settings, seconds, typical
from benchmarks.province import CALENDAR, PROVINCE, RULES, watched_province
from benchmarks.temporary import Server
from services.monitor.sources.moments import to_home
from shared.db.engine import Database, clock
from shared.db.stores import alerts, dossiers, marks, repairs, reviews, sources
from shared.domain.case import Case, procedure_code
from shared.domain.dossiers import Dossier, Seen
from shared.domain.marks import VIEWS
from shared.domain.repairs import repairs as repairs_of
from shared.domain.review import review

_BACKLOG = 20_000
_CALLS = 1000
_RUNS = 9


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure the function, then the step."""
    return [*_of_the_function(), _of_counting(), *await _of_the_step(server, min(_BACKLOG, settings.dossiers))]


def _of_the_function() -> list[Figure]:
    kinds = {"quiet": quiet(), "running": running(), "out of step": out_of_step()}
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(_RUNS):
        for name, dossier in kinds.items():
            taken[name].append(seconds(_judging(dossier)) / _CALLS * 1e6)
    return [_figure(name, taken[name], taken["quiet"]) for name in kinds]


def _of_counting() -> Figure:
    """Return what the marks of both views and the repairs of a running dossier take, of the function."""
    dossier = running()
    case = Case(dossier=dossier, procedure=None, rules=RULES, calendar=CALENDAR)
    counted = review(dossier, None, RULES, CALENDAR, dict.fromkeys(RULES.sources, items.NOW), now=items.NOW).marks

    def count() -> None:
        for _ in range(_CALLS):
            for view in VIEWS:
                view.course(case)
            repairs_of(case, counted)

    taken = [seconds(count) / _CALLS * 1e6 for _ in range(_RUNS)]
    return Figure(
        benchmark="review", what="pure, of these marks and repairs", value=typical(taken), unit="µs", small_is_good=True
    )


def _figure(name: str, taken: list[float], least: list[float]) -> Figure:
    return Figure(
        benchmark="review",
        what=f"pure, a dossier {name}",
        value=typical(taken),
        unit="µs",
        ceiling=None if taken is least else typical(least),
        ceiling_is="quiet",
        small_is_good=True,
    )


def _judging(dossier: Dossier) -> Callable[[], None]:
    read_to = dict.fromkeys(RULES.sources, items.NOW)

    def judge() -> None:
        for _ in range(_CALLS):
            review(dossier, None, RULES, CALENDAR, read_to, now=items.NOW)

    return judge


def quiet() -> Dossier:
    """Return a dossier that is done, on both sides."""
    return _dossier(*items.both(1, finished=True))


def running() -> Dossier:
    """Return a dossier that is worked on, its due date ahead."""
    return _dossier(*items.both(1))


def out_of_step() -> Dossier:
    """Return a dossier of which the two sides say different things, and have for hours."""
    on_the_portal, at_home = items.both(1)
    later = items.NOW + timedelta(days=50)
    return _dossier(on_the_portal | {"TrangThaiHoSo": "2"}, at_home | {"appointmentDate": to_home(later)})


def _dossier(on_the_portal: dict[str, object], at_home: dict[str, object]) -> Dossier:
    sides = {}
    for adapter, item in ((province.portal_adapter(), on_the_portal), (province.home_adapter(), at_home)):
        record = adapter.reading(msgspec.Raw(msgspec.json.encode(item)), requested_at=items.NOW).record
        at = record.updated_at
        sides[adapter.name] = Seen(record=record, updated_at=at, status_since=at, first_updated_at=at)
    return Dossier(code=items.code(1), sides=sides)


async def _of_the_step(server: Server, backlog: int) -> list[Figure]:
    async with server.database() as database, watched_province(database) as watched:
        for number in range(backlog):
            late = items.LATE if number % 20 == 0 else None
            watched.change(number, due=late, finished=number % 4 == 1)
        await watched.load()
        reads = await _reads(database, backlog)
        start = perf_counter()
        reviewed = await watched.reviewer.drain()
        rate = reviewed / (perf_counter() - start)
        written = await _writing(database, backlog) / backlog * 1e6
    if reviewed < backlog:
        raise AssertionError(f"only {reviewed} of {backlog} dossiers were reviewed")
    step = Figure(
        benchmark="review",
        what=f"whole step, a backlog of {backlog:,}",
        value=rate,
        unit="dossiers/s",
        ceiling=reads,
        ceiling_is="reads alone",
    )
    what = "writing marks, tallies and repairs by itself"
    counted = Figure(benchmark="review", what=what, value=written, unit="µs/dossier", small_is_good=True)
    return [step, counted]


async def _reads(database: Database, backlog: int) -> float:
    """Return how many dossiers a second can be read for their reviews; each batch is claimed and let go again."""
    start, read = perf_counter(), 0
    while read < backlog:
        read += await _read_batch(database)
    return read / (perf_counter() - start)


async def _read_batch(database: Database) -> int:
    async with database.begin() as connection:
        await sources.states(connection, PROVINCE)
        claimed = await dossiers.claim(connection, PROVINCE, now=await clock(connection))
        loaded = await reviews.load(connection, PROVINCE, [claim.code for claim in claimed], RULES.sources)
        await reviews.procedure_facts(connection, PROVINCE, {procedure_code(dossier, RULES) for dossier in loaded})
        await alerts.unresolved_of_dossiers(connection, PROVINCE, [claim.code for claim in claimed])
    return len(claimed)


async def _writing(database: Database, backlog: int) -> float:
    """Return the seconds that writing what was counted takes, batch by batch into empty tables, without reading or committing."""
    every = [items.code(number) for number in range(backlog)]
    batches = [every[start : start + dossiers.BATCH] for start in range(0, backlog, dossiers.BATCH)]
    async with database.begin() as connection:
        counted = [await marks.load(connection, PROVINCE, codes) for codes in batches]
        possible = [await repairs.load(connection, PROVINCE, codes) for codes in batches]
        await connection.execute(text("TRUNCATE marks, repairs, agency_tally, procedure_tally"))
    taken = 0.0
    for batch_counted, batch_possible in zip(counted, possible, strict=True):
        async with database.begin() as connection:
            await clock(connection)  # begins the transaction
            start = perf_counter()
            await marks.write(connection, PROVINCE, {}, batch_counted)
            await repairs.write(connection, PROVINCE, dict.fromkeys(batch_possible, ()), batch_possible)
            taken += perf_counter() - start
    return taken
