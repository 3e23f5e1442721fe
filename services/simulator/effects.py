"""What faults do to the rows of the systems: whose they choose, nothing else becomes true of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.simulator.breakage import UNREADABLE
from services.simulator.faults import BrokenRecords, ClockAhead, ClockBehind, Fault, LateRows, MovingRows, Ties, WrongClock
from services.simulator.timeline import HOME, PORTAL, Plan
from services.simulator.world import SYSTEMS, World

AT_ONCE = (Ties, LateRows)
"""Faults that are over as soon as they begin."""


def begin(world: World, fault: Fault, now: datetime) -> Sequence[Plan]:
    """Let a fault begin; return the dossiers that have news by it at once."""
    match fault:
        case BrokenRecords():
            return _break(world, fault, now, broken=True)
        case Ties():
            return _save_again(world, fault.system, fault.n, now, SYSTEMS)
        case LateRows():
            return _save_again(world, fault.system, fault.n, now - timedelta(seconds=fault.behind_seconds), (fault.system,))
        case ClockAhead() | ClockBehind():
            sign = 1 if isinstance(fault, ClockAhead) else -1
            world.clocks[fault.system].off = sign * timedelta(seconds=fault.seconds)
            return _save_again(world, fault.system, fault.n, now, (fault.system,))
        case _:
            return ()


def end(world: World, fault: Fault, now: datetime) -> None:
    """Let a fault end."""
    if isinstance(fault, BrokenRecords):
        _break(world, fault, now, broken=False)
    if isinstance(fault, WrongClock):
        world.clocks[fault.system].set_right(now)


def move_rows(world: World, fault: MovingRows, size: int, now: datetime) -> None:
    """Let rows move before a page of so many rows is answered."""
    _save_again(world, fault.system, min(fault.n, size // 4), now, (fault.system,))


def _save_again(world: World, system: str, n: int, at: datetime, systems: Sequence[str]) -> list[Plan]:
    """Let quiet dossiers be saved again at a moment, in one second, their content unchanged."""
    at = at.replace(microsecond=0)
    plans = world.some_quiet(system, n, before=at)
    world.touch(plans, systems, at)
    return plans


def _break(world: World, fault: BrokenRecords, now: datetime, *, broken: bool) -> list[Plan]:
    """Spoil every k-th quiet dossier of the system in varied ways, or mend it; either way it has news for its reader."""
    spoils = UNREADABLE[PORTAL if fault.system == PORTAL else HOME]
    rows = [(plan, row) for plan in world.quiet if (row := world.row(plan, fault.system))][:: fault.every]
    for number, (_, row) in enumerate(rows):
        row.spoil = spoils[number % len(spoils)] if broken else None
    plans = [plan for plan, _ in rows]
    world.touch(plans, (fault.system,), now)
    return plans
