"""One cycle of a province at work: a thousand dossiers changed on both sides since the last, everything else as it was.

Both sides are polled one after the other (in practice at the same time), what changed is reviewed, the alerts are settled. The
systems answer at once and without HTTP, so that the time is ours alone. Rows of the last five minutes are read again, as always;
the update times of the changes of each cycle lie further apart than that.

Ceiling: the same cycle when nothing changed. Then the same at ten times the dossiers (`multiply`), of which the changes are
spread over all; its ceiling is the first cycle, since a cycle costs what changes, not what there is. At most 100,000 dossiers
are read and judged by the monitor; `--dossiers 1000000` goes on to ten million.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from time import perf_counter

from benchmarks import items
from benchmarks.figures import Figure, Settings, typical
from benchmarks.multiply import multiply, tidy_up
from benchmarks.province import Province, watched_province
from benchmarks.temporary import Server

_CHANGES = 1000
_READ = 100_000
_CYCLES = 5
_TIMES = 10
_MOST_SIZES = 3
_AT_MOST = 1.25
_APART = timedelta(minutes=10)
_PARTS = ("poll of the portal", "poll of the home system", "review", "settling", "in all")
_LAST = _MOST_SIZES * _CYCLES

Taken = Mapping[str, Sequence[float]]
"""Seconds of each cycle, by part."""


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure five cycles with changes, and as many without between them; then at ten times the dossiers, up to `_MOST_SIZES`."""
    sizes = [min(settings.dossiers, _READ)]
    while sizes[-1] < _TIMES * settings.dossiers and len(sizes) < _MOST_SIZES:
        sizes.append(_TIMES * sizes[-1])
    async with server.database() as database, watched_province(database) as province:
        for number in range(sizes[0]):
            province.change(number, finished=number % 4 != 0)
        await province.load()
        await province.monitor.settle()
        await tidy_up(database)
        once, idle = await _cycles(province, sizes[0], [""], first=0)
        figures = [_figure(part, once[part], sizes[0], idle[part], "nothing changed") for part in _PARTS]
        copies = [""]
        for count, dossiers in enumerate(sizes[1:], start=1):
            before = "0" * (count - 1)
            await multiply(database, _TIMES, before=before)
            await tidy_up(database)
            copies += [f"{copy}{before}{digit}" for copy in copies for digit in range(1, _TIMES)]
            many, _ = await _cycles(province, sizes[0], copies, first=count * _CYCLES)
            figures += [_figure(part, many[part], dossiers, once[part], f"{sizes[0]:,}") for part in _PARTS]
            figures.append(_growth(once, many, dossiers, sizes[0]))
    return figures


async def _cycles(province: Province, read: int, copies: Sequence[str], *, first: int) -> tuple[Taken, Taken]:
    """Return what five cycles took, and five in which nothing changed. `first`: the number of the first of them."""
    taken: dict[str, list[float]] = defaultdict(list)
    idle: dict[str, list[float]] = defaultdict(list)
    for cycle in range(first, first + _CYCLES):
        changed = _change(province, cycle, read, copies)
        reviewed = await _cycle(province, taken)
        if reviewed < changed:
            raise AssertionError(f"only {reviewed} dossiers of {changed} were reviewed")
        await _cycle(province, idle)
    return taken, idle


def _change(province: Province, cycle: int, read: int, copies: Sequence[str]) -> int:
    """Give a thousand dossiers another due date, originals and their copies in turn; returns how many."""
    updated = items.NOW - _APART * (_LAST - cycle)
    changes = min(_CHANGES, read)
    for count in range(changes):
        moment = updated + timedelta(seconds=count // 5)
        due = items.NOW + timedelta(days=30 + cycle)
        province.change((count * 97 + cycle) % read, updated=moment, due=due, copy=copies[count % len(copies)])
    return changes


async def _cycle(province: Province, taken: dict[str, list[float]]) -> int:
    """Run one cycle, note how long each part took, and return how many dossiers were reviewed."""
    monitor, reviewed = province.monitor, 0

    async def review() -> None:
        nonlocal reviewed
        reviewed = await province.reviewer.drain()

    portal, home = monitor.watched
    parts: list[Callable[[], Awaitable[object]]] = [
        lambda: monitor.poll(portal),
        lambda: monitor.poll(home),
        review,
        monitor.settle,
    ]
    lengths = [await _timed(part) for part in parts]
    for name, length in zip(_PARTS, [*lengths, sum(lengths)], strict=True):
        taken[name].append(length)
    return reviewed


async def _timed(part: Callable[[], Awaitable[object]]) -> float:
    start = perf_counter()
    await part()
    return perf_counter() - start


def _figure(part: str, taken: Sequence[float], dossiers: int, ceiling: Sequence[float], ceiling_is: str) -> Figure:
    return Figure(
        benchmark="cycle",
        what=f"{part}, 1,000 changes on {dossiers:,} dossiers",
        value=typical(taken),
        unit="s",
        ceiling=typical(ceiling),
        ceiling_is=ceiling_is,
        small_is_good=True,
    )


def _growth(once: Taken, many: Taken, dossiers: int, first: int) -> Figure:
    """Return how many times as long a cycle takes at so many dossiers as at the `first` size."""
    return Figure(
        benchmark="cycle",
        what=f"in all, at {dossiers:,} dossiers beside {first:,}",
        value=typical(many["in all"]) / typical(once["in all"]),
        unit="times",
        ceiling=1,
        ceiling_is="no growth",
        aim=_AT_MOST,
        small_is_good=True,
    )
