"""What one machine holds: record changes a second, from what the largest province has to what the monitor cannot follow.

The monitor runs on its schedule over a large stock, with a webhook that hears everything; the changes are made in its process, at
a steady rate for each step, and what that takes is not counted as the monitor's. Sources are polled every 5 s with an overlap of
25 s, the default's proportions twelve times as often: what waits for the schedule waits up to 5 s here and 60 s by default. It
bends where the oldest change waits longer than three polls at the end of a step, or much less is reviewed than
arrives; what is reviewed a second in the step before is what it holds.

Ceiling of that: the rate at which the backlog goes away once nothing arrives any more. Beside it: a spike of five times the rate
for ten seconds, and the API asked by four callers in another process, with the changes of the largest province and without.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from statistics import quantiles

import msgspec
from sqlalchemy import text

from benchmarks.arrivals import LARGEST_PROVINCE, NATION, RECORDS, Arrivals, Rate, Waiting, mean
from benchmarks.drawn import REAL, draw
from benchmarks.figures import Figure, Settings
from benchmarks.machine import Shares, limit, postmaster, shares, used
from benchmarks.multiply import tidy_up
from benchmarks.readers import read_along
from benchmarks.reads import PERCENTILES
from benchmarks.running import running
from benchmarks.soak import EVERY, STEADY, at_work, watching
from benchmarks.temporary import Server
from shared.db.engine import Database

_POLL = EVERY.total_seconds()
_WARM, _LASTS, _PATIENCE = 2 * _POLL, 30.0, 120.0
_READ = 20.0
_SPIKE, _FOLD = 10.0, 5
_DOUBLINGS = 6
_FOLLOWED = 0.7
"""Share of what arrives from which it is followed: the last poll's worth is still under way when a step ends."""

PROVINCE_RATE, NATION_RATE = mean("largest province", LARGEST_PROVINCE), mean("nation", NATION)
BUSY = NATION_RATE.times(10)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rate for some time. `reviewed`: record changes a second; `behind`: age in s of the oldest of `waiting` at the end;
    `drained`: record changes a second with nothing arriving.
    """

    rate: Rate
    reviewed: float
    waiting: int
    behind: float
    waited: Sequence[float]
    took: Shares
    drained: float

    @property
    def bends(self) -> bool:
        return self.behind > 3 * _POLL or self.reviewed < _FOLLOWED * self.rate.changes


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure reading, spikes, then rates until it bends: ten times the dossiers asked for are stored, half as many change."""
    async with server.database() as database:
        await draw(database, 10 * settings.dossiers)
        async with _loaded(database, range(REAL, REAL + settings.dossiers // 2)) as arrivals:
            quiet = await read_along(database, _READ)
            async with running(arrivals.province, database), watching(arrivals.waiting):
                along = asyncio.create_task(read_along(database, _READ))
                await arrivals.arrive(PROVINCE_RATE, _PATIENCE, until=along)
                figures = [*_reading(await along, quiet)]
                figures += [_spiked(rate, await _spike(arrivals, rate)) for rate in (STEADY, NATION_RATE)]
                steps = await _steps(arrivals, await postmaster(database))
    return [*(figure for step in steps for figure in _figures(step)), *_held(steps), *figures]


@asynccontextmanager
async def _loaded(database: Database, numbers: range) -> AsyncIterator[Arrivals]:
    """Open the monitor on what is drawn with so many dossiers more, read and judged, of which the changes are."""
    async with at_work(database) as province:
        province.fill(numbers)
        await province.load()
        await province.monitor.settle()
        async with database.begin() as connection:
            await connection.execute(text("UPDATE sources SET swept_at = clock_timestamp()"))  # once a day, not now
        await tidy_up(database)
        yield Arrivals(province, numbers, Waiting(database))


async def _steps(arrivals: Arrivals, server: int) -> list[Step]:
    """Return one step for each rate up to the first that bends."""
    steps = []
    doubled = (BUSY.times(2**times) for times in range(1, _DOUBLINGS))
    for rate in (PROVINCE_RATE, STEADY, NATION_RATE, BUSY, *doubled):
        steps.append(await _step(arrivals, rate, server))
        if steps[-1].bends:
            break
    return steps


async def _step(arrivals: Arrivals, rate: Rate, server: int) -> Step:
    waiting = arrivals.waiting
    await arrivals.arrive(rate, _WARM)
    waiting.waited.clear()
    before, spent = used(server), arrivals.spent
    await arrivals.arrive(rate, _LASTS)
    took = shares(before, after := used(server), less=arrivals.spent - spent)
    reviewed = len(waiting.waited) * RECORDS / (after.at - before.at)
    ended = datetime.now(UTC)
    left, behind = len(waiting), waiting.age(ended)
    drained = left * RECORDS / await waiting.at_most(0, within=_PATIENCE) if left else 0.0
    await waiting.settled(ended, within=_PATIENCE)
    step = Step(
        rate=rate, reviewed=reviewed, waiting=left, behind=behind, waited=tuple(waiting.waited), took=took, drained=drained
    )
    print(_line(step), file=sys.stderr, flush=True)
    return step


async def _spike(arrivals: Arrivals, rate: Rate) -> float:
    """Return how many seconds after a spike no more waits than before it; the rate goes on."""
    waiting = arrivals.waiting
    waiting.most = 0
    await arrivals.arrive(rate, _LASTS)
    usual = waiting.most
    await arrivals.arrive(rate.times(_FOLD), _SPIKE)
    back = asyncio.create_task(waiting.at_most(usual, within=_PATIENCE))
    await arrivals.arrive(rate, _PATIENCE, until=back)
    return await back


def percentile(found: Sequence[float], percent: int) -> float:
    """Return a percentile of at least two."""
    return quantiles(found, n=100, method="inclusive")[percent - 1]


def _line(step: Step) -> str:
    return (
        f"{_told(step.rate)}: {step.reviewed:.4g} reviewed/s, {step.waiting} waiting, {step.behind:.3g} s behind,"
        f" monitor {step.took.python:.0%}, PostgreSQL {step.took.postgres:.0%} (busiest {step.took.busiest:.0%}),"
        f" machine {step.took.machine:.0%}, then {step.drained:,.0f} reviewed/s"
    )


def _told(rate: Rate) -> str:
    return f"{rate.name}, {rate.changes:,.3g} changes/s"


def _figures(step: Step) -> Iterator[Figure]:
    told, cores = _told(step.rate), os.cpu_count() or 1
    yield _figure(f"{told}: reviewed", step.reviewed, "changes/s", step.rate.changes, "arriving", small_is_good=False)
    for percent in PERCENTILES if len(step.waited) > 1 else ():
        yield _figure(
            f"{told}: change to review, p{percent}", percentile(step.waited, percent), "s", _POLL * percent / 100, "poll alone"
        )
    yield _figure(f"{told}: age of the oldest of {step.waiting * RECORDS:,} waiting at the end", step.behind, "s")
    yield _figure(f"{told}: monitor", 100 * step.took.python, "% of a core", 100, "one core", small_is_good=False)
    yield _figure(f"{told}: PostgreSQL", 100 * step.took.postgres, "% of a core", 100 * cores, "all cores", small_is_good=False)


def _held(steps: Sequence[Step]) -> Iterator[Figure]:
    """Tell the most that was followed and what limits the rate at which it bends; the last is what a core would do alone."""
    *followed, bent = steps
    if not followed or not bent.bends:
        return
    most = followed[-1]
    what = f"held; more is limited by {limit(bent.took, cores=os.cpu_count() or 1)}"
    yield _figure(what, most.reviewed, "changes/s", bent.drained, "nothing arriving", BUSY.changes, small_is_good=False)
    a_second = most.reviewed / most.took.python
    yield _figure("reviewed in a second of the monitor's processor time", a_second, "changes", small_is_good=False)


def _spiked(rate: Rate, seconds: float) -> Figure:
    what = f"{_told(rate)}: back after {_SPIKE:g} s of {_FOLD} times as many"
    return _figure(what, seconds, "s", _POLL, "poll every", 60)


def _reading(along: Mapping[str, Sequence[float]], quiet: Mapping[str, Sequence[float]]) -> Iterator[Figure]:
    for name, taken in along.items():
        for percent in PERCENTILES:
            value, ceiling = (1000 * percentile(found, percent) for found in (taken, quiet[name]))
            yield _figure(f"{name}, {_told(PROVINCE_RATE)}, p{percent}", value, "ms", ceiling, "no changes")


def _figure(
    what: str,
    value: float,
    unit: str,
    ceiling: float | None = None,
    ceiling_is: str = "",
    aim: float | None = None,
    *,
    small_is_good: bool = True,
) -> Figure:
    return Figure(
        benchmark="load",
        what=what,
        value=value,
        unit=unit,
        ceiling=ceiling,
        ceiling_is=ceiling_is,
        aim=aim,
        small_is_good=small_is_good,
    )
