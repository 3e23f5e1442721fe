"""One cycle of a province at work: a thousand dossiers changed on both sides since the last, everything else as it was.

Both sides are polled one after the other (in practice at the same time), what changed is reviewed, the alerts are settled. The
systems answer at once and without HTTP, so that the time is ours alone. Rows of the last five minutes are read again, as always;
the update times of the changes of each cycle lie further apart than that.

Ceiling: the same cycle when nothing changed.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter

from benchmarks import items
from benchmarks.figures import Figure, Settings, typical
from benchmarks.province import Province, watched_province
from benchmarks.temporary import Server

_CHANGES = 1000
_CYCLES = 5
_APART = timedelta(minutes=10)
_PARTS = ("poll of the portal", "poll of the home system", "review", "settling", "in all")


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure five cycles with changes, and as many without between them."""
    taken: dict[str, list[float]] = defaultdict(list)
    idle: dict[str, list[float]] = defaultdict(list)
    async with server.database() as database, watched_province(database) as province:
        for number in range(settings.dossiers):
            province.change(number, finished=number % 4 != 0)
        await province.load()
        await province.monitor.settle()
        for cycle in range(_CYCLES):
            _change(province, cycle, settings.dossiers)
            reviewed = await _cycle(province, taken)
            _check(reviewed, settings.dossiers)
            await _cycle(province, idle)
    return [_figure(part, taken[part], idle[part], settings.dossiers) for part in _PARTS]


def _change(province: Province, cycle: int, dossiers: int) -> None:
    """Give a thousand dossiers another due date."""
    updated = items.NOW - _APART * (_CYCLES - cycle)
    for count in range(min(_CHANGES, dossiers)):
        number = (count * 97 + cycle) % dossiers
        province.change(number, updated=updated + timedelta(seconds=count // 5), due=items.NOW + timedelta(days=30 + cycle))


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


def _check(reviewed: int, dossiers: int) -> None:
    if reviewed < min(_CHANGES, dossiers):
        raise AssertionError(f"only {reviewed} dossiers were reviewed")


def _figure(part: str, taken: list[float], idle: list[float], dossiers: int) -> Figure:
    return Figure(
        benchmark="cycle",
        what=f"{part}, 1,000 changes on {dossiers:,} dossiers",
        value=typical(taken),
        unit="s",
        ceiling=typical(idle),
        ceiling_is="nothing changed",
        small_is_good=True,
    )
