"""One cycle of a province at work: a thousand dossiers changed on both sides since the last, everything else as it was.

Both sides are polled one after the other (in practice at the same time), what changed is reviewed, the alerts are settled. The
systems answer at once and without HTTP, so that the time is ours alone. Rows of the last five minutes are read again, as always;
the update times of the changes of each cycle lie further apart than that.

Ceiling: the same cycle when nothing changed. Then the same at ten times the dossiers (`multiply`), of which the newest change, as
in life; its ceiling is the first cycle, since a cycle costs what changes, not what there is. In life the newest are also what was
written last and lies in memory; here the copies were, which is why the newest are read once by their keys before they change.
Told beside it: the cycle whose changes are spread over all there are, new and old, as they lie. At most 100,000 dossiers are read
and judged by the monitor; `--dossiers 1000000` goes on to ten million. Copies that the monitor would not find under their keys,
and cycles that add rows to them, end the benchmark (`copied`).
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from time import perf_counter

from benchmarks import items
from benchmarks.copied import check_keys, check_rows, counted, read_once
from benchmarks.figures import Figure, Settings, typical
from benchmarks.multiply import MONTHS, YEARS, ten_times, tidy_up
from benchmarks.province import Province, watched_province
from benchmarks.temporary import Server

_CHANGES = 1000
_READ = 100_000
_CYCLES = 5
_TIMES = 10
_OLDER = (YEARS, MONTHS)
_AT_MOST = 1.25
_APART = timedelta(minutes=10)
_PARTS = ("poll of the portal", "poll of the home system", "review", "settling", "in all")
_LAST = (1 + 2 * len(_OLDER)) * _CYCLES

Taken = Mapping[str, Sequence[float]]
"""Seconds of each cycle, by part."""


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure five cycles with changes, and as many without between them; then at ten times the dossiers, and at a hundred."""
    first = min(settings.dossiers, _READ)
    sizes = [size for size in (first * _TIMES, first * _TIMES**2) if size <= settings.dossiers * _TIMES]
    async with server.database() as database, watched_province(database) as province:
        for number in range(first):
            province.change(number, finished=number % 4 != 0)
        await province.load()
        await province.monitor.settle()
        await tidy_up(database)
        cycles = _Cycles(province, first)
        rows = await counted(database)
        once, idle = await cycles.run([0])
        check_rows(await counted(database), rows, f"cycles at {first:,} dossiers")
        figures = [_figure(part, once[part], first, idle[part], "nothing changed") for part in _PARTS]
        ages = [0]
        for size, older in zip(sizes, _OLDER, strict=False):
            await ten_times(database, older)
            rows = {table: _TIMES * count for table, count in rows.items()}
            check_rows(await counted(database), rows, f"copying to {size:,} dossiers")
            await tidy_up(database)
            copied = {age + older.age * digit: age for age in ages for digit in range(1, _TIMES)}
            await check_keys(database, province, first, copied)
            ages += copied
            await read_once(database, first)
            many, _ = await cycles.run([0])
            spread, _ = await cycles.run(ages)
            check_rows(await counted(database), rows, f"cycles at {size:,} dossiers")
            figures += [_figure(part, many[part], size, once[part], f"{first:,}") for part in _PARTS]
            figures.append(_growth(once, many, size, first))
            figures.append(_figure("in all, spread over all", spread["in all"], size, once["in all"], f"{first:,}"))
    return figures


class _Cycles:
    """Runs cycles, each with later changes than all before."""

    def __init__(self, province: Province, read: int) -> None:
        self._province = province
        self._read = read
        self._number = 0

    async def run(self, ages: Sequence[int]) -> tuple[Taken, Taken]:
        """Return what five cycles took, and five in which nothing changed; `ages`: of which copies the changes are, in turns."""
        taken: dict[str, list[float]] = defaultdict(list)
        idle: dict[str, list[float]] = defaultdict(list)
        for _ in range(_CYCLES):
            changed = self._change(ages)
            reviewed = await _cycle(self._province, taken)
            if reviewed < changed:
                raise AssertionError(f"only {reviewed} dossiers of {changed} were reviewed")
            await _cycle(self._province, idle)
            self._number += 1
        return taken, idle

    def _change(self, ages: Sequence[int]) -> int:
        """Give a thousand dossiers another due date; returns how many."""
        updated = items.NOW - _APART * (_LAST - self._number)
        changes = min(_CHANGES, self._read)
        for count in range(changes):
            moment = updated + timedelta(seconds=count // 5)
            due = items.NOW + timedelta(days=30 + self._number)
            number = (count * 97 + self._number) % self._read
            self._province.change(number, updated=moment, due=due, age=ages[count % len(ages)])
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
