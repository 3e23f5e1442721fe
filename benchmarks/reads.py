"""How long answers take while somebody writes: four callers ask for everything in turns, as fast as they are answered.

Once a second a hundred alerts are changed, so that nothing from before is good any more. At the size asked for, and ten times as
large.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import cycle
from statistics import quantiles
from time import perf_counter

import httpx

from benchmarks.asking import asking, reads, write
from benchmarks.drawn import draw
from benchmarks.figures import Figure, Settings
from benchmarks.temporary import Server
from shared.db.engine import Database

CALLERS = 4
_LASTS = 30.0  # seconds
PERCENTILES = (50, 95, 99)


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure at both sizes, each in a database of its own."""
    figures = []
    for dossiers in (settings.dossiers, 10 * settings.dossiers):
        async with server.database() as database:
            await draw(database, dossiers)
            async with asking(database) as client:
                taken = await _taken(client, database)
        figures += [figure for name, each in taken.items() for figure in _figures(f"{name}, {dossiers:,} dossiers", each)]
    return figures


async def _taken(client: httpx.AsyncClient, database: Database) -> Mapping[str, Sequence[float]]:
    """Return the seconds each answer took, by what was read."""
    paths = await reads(client)
    taken: dict[str, list[float]] = {name: [] for name in paths}
    until = perf_counter() + _LASTS
    callers = [ask(client, paths, first, taken, until) for first in range(CALLERS)]
    await asyncio.gather(_write(database, until), *callers)
    return taken


async def ask(
    client: httpx.AsyncClient, paths: Mapping[str, str], first: int, taken: Mapping[str, list[float]], until: float
) -> None:
    """Ask for everything in turns, from the `first` on, until a moment; notes in `taken` how many seconds each answer took."""
    names = list(paths)
    for name in cycle(names[first:] + names[:first]):
        start = perf_counter()
        if start > until:
            return
        (await client.get(paths[name])).raise_for_status()
        taken[name].append(perf_counter() - start)


async def _write(database: Database, until: float) -> None:
    while perf_counter() < until:
        await write(database)
        await asyncio.sleep(1)


def _figures(what: str, taken: Sequence[float]) -> list[Figure]:
    cuts = quantiles(taken, n=100)
    return [
        Figure(benchmark="reads", what=f"{what}, p{cut}", value=cuts[cut - 1] * 1000, unit="ms", small_is_good=True)
        for cut in PERCENTILES
    ]
