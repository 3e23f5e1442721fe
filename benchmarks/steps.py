"""Rising rates, each for some time: what is reviewed, how long a change waits, what that takes, until it bends."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import quantiles
from typing import Protocol

import msgspec

from benchmarks.arrivals import NATION, RECORDS, Rate, Waiting, mean
from benchmarks.figures import Figure
from benchmarks.machine import Shares, Used, limit, shares
from benchmarks.reads import PERCENTILES
from benchmarks.soak import EVERY

POLL = EVERY.total_seconds()
LASTS, PATIENCE = 30.0, 120.0
_WARM = 2 * POLL
_FOLLOWED = 0.7
"""Share of what arrives from which it is followed: the last poll's worth is still under way when a step ends."""

NATION_RATE = mean("nation", NATION)
BUSY = NATION_RATE.times(10)
_DOUBLINGS = 6


class Arriving(Protocol):
    """Changes at a rate, wherever they are made; `spent`: CPU seconds of the monitors' processes on making them."""

    @property
    def spent(self) -> float: ...

    async def arrive(self, rate: Rate, seconds: float) -> None: ...


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
        return self.behind > 3 * POLL or self.reviewed < _FOLLOWED * self.rate.changes


def doubled() -> list[Rate]:
    """Return ten times the nation's mean and what is tried after it."""
    return [BUSY, *(BUSY.times(2**times) for times in range(1, _DOUBLINGS))]


async def until_it_bends(arriving: Arriving, waiting: Waiting, rates: Sequence[Rate], used: Callable[[], Used]) -> list[Step]:
    """Return one step for each rate up to the first that bends; `used`: what was used so far."""
    steps = []
    for rate in rates:
        steps.append(await _step(arriving, waiting, rate, used))
        print(_line(steps[-1]), file=sys.stderr, flush=True)
        if steps[-1].bends:
            break
    return steps


async def _step(arriving: Arriving, waiting: Waiting, rate: Rate, used: Callable[[], Used]) -> Step:
    await arriving.arrive(rate, _WARM)
    waiting.waited.clear()
    before, spent = used(), arriving.spent
    await arriving.arrive(rate, LASTS)
    took = shares(before, after := used(), less=arriving.spent - spent)
    reviewed = len(waiting.waited) * RECORDS / (after.at - before.at)
    ended = datetime.now(UTC)
    left, behind = len(waiting), waiting.age(ended)
    drained = left * RECORDS / await waiting.at_most(0, within=PATIENCE) if left else 0.0
    await waiting.settled(ended, within=PATIENCE)
    return Step(
        rate=rate, reviewed=reviewed, waiting=left, behind=behind, waited=tuple(waiting.waited), took=took, drained=drained
    )


def percentile(found: Sequence[float], percent: int) -> float:
    """Return a percentile of at least two."""
    return quantiles(found, n=100, method="inclusive")[percent - 1]


def told(rate: Rate) -> str:
    """Return a rate in words."""
    return f"{rate.name}, {rate.changes:,.3g} changes/s"


def figures_of(benchmark: str, steps: Sequence[Step], *, monitors: int = 1) -> Iterator[Figure]:
    """Tell each step, and what is held; `monitors`: how many processes they are."""
    for step in steps:
        yield from _reviewed(benchmark, step) if step.rate.changes else ()
        yield from _took(benchmark, step)
    yield from _held(benchmark, steps, monitors)


def _line(step: Step) -> str:
    return (
        f"{told(step.rate)}: {step.reviewed:.4g} reviewed/s, {step.waiting} waiting, {step.behind:.3g} s behind,"
        f" monitor {step.took.python:.0%}, PostgreSQL {step.took.postgres:.0%} (busiest {step.took.busiest:.0%}),"
        f" machine {step.took.machine:.0%}, then {step.drained:,.0f} reviewed/s"
    )


def _reviewed(benchmark: str, step: Step) -> Iterator[Figure]:
    said = told(step.rate)
    yield Figure(
        benchmark=benchmark,
        what=f"{said}: reviewed",
        value=step.reviewed,
        unit="changes/s",
        ceiling=step.rate.changes,
        ceiling_is="arriving",
    )
    for percent in PERCENTILES if len(step.waited) > 1 else ():
        yield Figure(
            benchmark=benchmark,
            what=f"{said}: change to review, p{percent}",
            value=percentile(step.waited, percent),
            unit="s",
            ceiling=POLL * percent / 100,
            ceiling_is="poll alone",
            small_is_good=True,
        )
    oldest = f"{said}: age of the oldest of {step.waiting * RECORDS:,} waiting at the end"
    yield Figure(benchmark=benchmark, what=oldest, value=step.behind, unit="s", small_is_good=True)


def _took(benchmark: str, step: Step) -> Iterator[Figure]:
    cores = os.cpu_count() or 1
    for who, share in (("monitor", step.took.python), ("PostgreSQL", step.took.postgres)):
        what = f"{told(step.rate)}: {who}"
        yield Figure(
            benchmark=benchmark, what=what, value=100 * share, unit="% of a core", ceiling=100 * cores, ceiling_is="all cores"
        )


def _held(benchmark: str, steps: Sequence[Step], monitors: int) -> Iterator[Figure]:
    """Tell the most that was followed and what limits the rate at which it bends; the last is what a core would do alone."""
    *followed, bent = steps
    if not followed or not bent.bends:
        return
    most = followed[-1]
    yield Figure(
        benchmark=benchmark,
        what=f"held; more is limited by {limit(bent.took, cores=os.cpu_count() or 1, monitors=monitors)}",
        value=most.reviewed,
        unit="changes/s",
        ceiling=bent.drained,
        ceiling_is="nothing arriving",
        aim=BUSY.changes,
    )
    a_second = most.reviewed / most.took.python
    what = "reviewed in a second of the monitor's processor time"
    yield Figure(benchmark=benchmark, what=what, value=a_second, unit="changes")
