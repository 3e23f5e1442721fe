"""The stretches of a plan: the times in which neither side changes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from services.simulator.timeline import FOREVER, Phase, Plan, Span
from shared.domain.working_time import WorkingTime


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A time in which nothing changes. `judged` is home's word, else the portal's: what the deadlines are judged by."""

    begins: datetime
    ends: datetime
    home: Phase | None
    portal: Phase | None
    judged: Phase


class Case(msgspec.Struct, frozen=True, gc=False):
    """What the truth about one dossier is told from."""

    plan: Plan
    stretches: Sequence[Stretch]
    office: WorkingTime


Rule = Callable[[Case], Iterable[Span]]
"""Tells the spans of one or more alerts of a plan."""


def split(plan: Plan) -> list[Stretch]:
    """Return the stretches of a plan, from the first change on either side."""
    home, portal = plan.at_home, plan.portal
    if home is portal or not portal:
        return _one_side(home, with_portal=home is portal)
    moments = sorted({phase.at for phase in (*home, *portal)})
    return [
        _stretch(begins, ends, _last(home, begins), _last(portal, begins))
        for begins, ends in zip(moments, [*moments[1:], FOREVER], strict=True)
    ]


def runs(stretches: Sequence[Stretch], wrong: Callable[[Stretch], bool]) -> Iterator[tuple[Stretch, datetime]]:
    """Yield each unbroken time in which something is wrong: its first stretch and its end."""
    first: Stretch | None = None
    for stretch in stretches:
        if wrong(stretch):
            first = first or stretch
        elif first:
            yield first, stretch.begins
            first = None
    if first:
        yield first, FOREVER


def _one_side(phases: Sequence[Phase], *, with_portal: bool) -> list[Stretch]:
    ends = [*(phase.at for phase in phases[1:]), FOREVER]
    return [Stretch(phase.at, end, phase, phase if with_portal else None, phase) for phase, end in zip(phases, ends, strict=True)]


def _stretch(begins: datetime, ends: datetime, home: Phase | None, portal: Phase | None) -> Stretch:
    readable = [side for side in (home, portal) if side]
    judged = next((side for side in readable if not side.odd_status), readable[0])
    return Stretch(begins, ends, home, portal, judged)


def _last(phases: Sequence[Phase], moment: datetime) -> Phase | None:
    return next((phase for phase in reversed(phases) if phase.at <= moment), None)
