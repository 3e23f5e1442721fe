"""What one monitor holds: record changes a second, from what the largest province has to what the monitor cannot follow.

The monitor runs on its schedule over a large stock, with a webhook that hears everything; the changes are made in its process, at
a steady rate for each step, and what that takes is not counted as the monitor's. Sources are polled every 5 s with an overlap of
25 s, the default's proportions twelve times as often: what waits for the schedule waits up to 5 s here and 60 s by default. It
bends where the oldest change waits longer than three polls at the end of a step, or much less is reviewed than
arrives; what is reviewed a second in the step before is what it holds. All is one province here; `nation` is 34.

Ceiling of that: the rate at which the backlog goes away once nothing arrives any more. Beside it: a spike of five times the rate
for ten seconds, and the API asked by four callers in another process, with the changes of the largest province and without.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from benchmarks.arrivals import LARGEST_PROVINCE, Arrivals, Rate, Waiting, mean, watching
from benchmarks.drawn import REAL, draw
from benchmarks.figures import Figure, Settings
from benchmarks.machine import postmaster, used
from benchmarks.multiply import tidy_up
from benchmarks.province import Province
from benchmarks.readers import read_along
from benchmarks.reads import PERCENTILES
from benchmarks.running import running, swept
from benchmarks.soak import STEADY, at_work
from benchmarks.steps import LASTS, NATION_RATE, PATIENCE, POLL, doubled, figures_of, percentile, told, until_it_bends
from benchmarks.temporary import Server
from shared.db.engine import Database

_READ = 20.0
_SPIKE, _FOLD = 10.0, 5

PROVINCE_RATE = mean("largest province", LARGEST_PROVINCE)


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure reading, spikes, then rates until it bends: ten times the dossiers asked for are stored, half as many change."""
    numbers = range(REAL, REAL + settings.dossiers // 2)
    async with server.database() as database:
        await draw(database, 10 * settings.dossiers)
        async with _loaded(database, numbers) as province:
            waiting = Waiting(database)
            arrivals = Arrivals(province, numbers, waiting.add)
            quiet = await read_along(database, _READ)
            async with running(province, database), watching(waiting):
                along = asyncio.create_task(read_along(database, _READ))
                await arrivals.arrive(PROVINCE_RATE, PATIENCE, until=along)
                figures = [*_reading(await along, quiet)]
                figures += [_spiked(rate, await _spike(arrivals, waiting, rate)) for rate in (STEADY, NATION_RATE)]
                rates = (PROVINCE_RATE, STEADY, NATION_RATE, *doubled())
                steps = await until_it_bends(arrivals, waiting, rates, partial(used, await postmaster(database)))
    return [*figures_of("load", steps), *figures]


@asynccontextmanager
async def _loaded(database: Database, numbers: range) -> AsyncIterator[Province]:
    """Open the monitor on what is drawn with so many dossiers more, read and judged, of which the changes are."""
    async with at_work(database) as province:
        province.fill(numbers)
        await province.load()
        await province.monitor.settle()
        await swept(database)
        await tidy_up(database)
        yield province


async def _spike(arrivals: Arrivals, waiting: Waiting, rate: Rate) -> float:
    """Return how many seconds after a spike no more waits than before it; the rate goes on."""
    waiting.most = 0
    await arrivals.arrive(rate, LASTS)
    usual = waiting.most
    await arrivals.arrive(rate.times(_FOLD), _SPIKE)
    back = asyncio.create_task(waiting.at_most(usual, within=PATIENCE))
    await arrivals.arrive(rate, PATIENCE, until=back)
    return await back


def _spiked(rate: Rate, seconds: float) -> Figure:
    what = f"{told(rate)}: back after {_SPIKE:g} s of {_FOLD} times as many"
    return _figure(what, seconds, "s", POLL, "poll every", 60)


def _reading(along: Mapping[str, Sequence[float]], quiet: Mapping[str, Sequence[float]]) -> Iterator[Figure]:
    for name, taken in along.items():
        for percent in PERCENTILES:
            value, ceiling = (1000 * percentile(found, percent) for found in (taken, quiet[name]))
            yield _figure(f"{name}, {told(PROVINCE_RATE)}, p{percent}", value, "ms", ceiling, "no changes")


def _figure(what: str, value: float, unit: str, ceiling: float, ceiling_is: str, aim: float | None = None) -> Figure:
    return Figure(
        benchmark="load",
        what=what,
        value=value,
        unit=unit,
        ceiling=ceiling,
        ceiling_is=ceiling_is,
        aim=aim,
        small_is_good=True,
    )
