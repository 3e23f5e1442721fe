"""The world up to now: every plan, and what each system shows of it. Nothing is stored; the same size gives the same world."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count, cycle, islice
from random import Random

from services.simulator import breakage, petitions, publications, wording
from services.simulator.catalogue import CENTRAL_SECTOR, SPECIAL_SECTOR, load
from services.simulator.clocks import SystemClock, is_indifferent
from services.simulator.ordinary import midnight
from services.simulator.petition_draws import ARRIVE_EVERY, Petitioners
from services.simulator.petitions import Petition, PetitionPlan
from services.simulator.planner import NAMED_EVERY, Planner, Size
from services.simulator.shelf import Row, Shelf
from services.simulator.timeline import HOME, PORTAL, SPECIAL, Plan, Span, current
from shared.config import CalendarConfig
from shared.domain.catalogue import Procedure
from shared.policy import working_time

SYSTEMS = (PORTAL, HOME, SPECIAL)
_QUIET_FOR = timedelta(days=5)
_ENOUGH_QUIET = 60
"""A world with fewer quiet dossiers is too small to spoil some of them."""

_SAVED_IN_BULK = 700
"""So many dossiers were saved again in one second, more than fit on a page."""

_ONE_DAY = timedelta(days=1)
_Event = tuple[datetime, int, Plan, str, int]


class World:
    """A province from its origin on. `advance` brings it to a moment; it never goes back.

    `central_sectors` and `special_sectors` are what a configuration of the reader has to name.
    """

    def __init__(self, size: Size, now: datetime) -> None:
        self.size = size
        whole = load()
        self.catalogue = copy(whole)
        self.central_sectors = (CENTRAL_SECTOR,)
        self.special_sectors = (SPECIAL_SECTOR,)
        self.shelves = {system: Shelf() for system in SYSTEMS}
        self.plans: dict[str, Plan] = {}
        self.now = max(now, size.origin)
        self.office = working_time(CalendarConfig())
        self._planner = Planner(size, self.office, whole)
        self._next_day, self._next_slot, self._next_named, self._next_petition = midnight(size.origin), 0, 0, 0
        self.decisions = publications.decisions(size.origin, whole.procedures, self.office)
        self._list_procedures()
        self._tie = count()
        self._coming: list[_Event] = []
        self.clocks = {system: SystemClock() for system in SYSTEMS}
        with _nothing_thrown_away():
            self._add_silently(self._planner.backlog())
            self._petitioners = Petitioners(size.seed, size.origin, list(self.plans.values()), self.office)
            self._petitions = list(self._petitioners.backlog())
            self.quiet = self._find_quiet()
            self._add_silently(self._arriving(self.now))
            self._show_all()
        self._spoil_some()
        self._rota = {system: cycle(self._quiet_rows(system)) for system in SYSTEMS}

    def advance(self, now: datetime) -> None:
        """Let everything happen that was planned until `now`."""
        self._await(self._arriving(now))
        self.now = max(self.now, now)
        self._list_procedures()
        while self._coming and self._coming[0][0] <= self.now:
            at, _, plan, system, position = heappop(self._coming)
            self._enter(plan, system, position, at)
        for system, clock in self.clocks.items():
            for row, right in clock.stamped_anew(self.now):
                self.shelves[system].move(row, right)

    def truth(self, at: datetime) -> list[tuple[str, Span]]:
        """Return the alerts that should be open at a moment (at most a day ahead), in order of code and rule."""
        self._await(self._arriving(min(at, self.now + _ONE_DAY)))
        found = [(plan.code, span) for plan in self.plans.values() for span in plan.spans if span.begins <= at < span.ends]
        return sorted(found, key=lambda item: (item[0], item[1].rule))

    @property
    def petitions(self) -> list[Petition]:
        """What the portal shows of its petitions now, in the order of their last change."""
        self._petitions += self._petitioning(self.now)
        return petitions.shown(self._petitions, self.now)

    def truth_of_petitions(self, at: datetime) -> list[tuple[PetitionPlan, Span]]:
        """Return the alerts about petitions that should be open at a moment (at most a day ahead), in order of code."""
        self._petitions += self._petitioning(min(at, self.now + _ONE_DAY))
        found = [(plan, span) for plan in self._petitions for span in plan.spans if span.begins <= at < span.ends]
        return sorted(found, key=lambda item: item[0].code)

    def truth_of_procedures(self, at: datetime) -> list[tuple[Procedure, Span]]:
        """Return the alerts about procedures that should be open at a moment, in order of code."""
        decided = ((self.catalogue.by_code[code], decision.spans) for code, decision in sorted(self.decisions.items()))
        return [(procedure, span) for procedure, spans in decided for span in spans if span.begins <= at < span.ends]

    def touch(self, plans: Iterable[Plan], systems: Iterable[str], at: datetime) -> None:
        """Give dossiers a new update time by each system's clock, their content unchanged."""
        at = at.replace(microsecond=0)
        for plan in plans:
            for system in systems:
                if row := self.row(plan, system):
                    self.shelves[system].move(row, self.clocks[system].stamp(row, at))

    def some_quiet(self, system: str, n: int, before: datetime) -> list[Plan]:
        """Return so many quiet dossiers of a system, or as many as were last updated before a moment; others each time."""
        turns = islice(self._rota[system], len(self.quiet))
        old = (row.plan for row in turns if row.plan and row.updated < before)
        return list(islice(old, n))

    def row(self, plan: Plan, system: str) -> Row | None:
        """Return what a system shows of a dossier at present."""
        return self.shelves[system].get(_key(plan, system))

    def _arriving(self, until: datetime) -> Iterator[Plan]:
        """Yield the dossiers whose day has begun or whose slot has come, each once."""
        while self._next_day <= until:
            yield from self._planner.day(self._next_day)
            self._next_day += _ONE_DAY
        while self.size.origin + (self._next_slot + 1) * self.size.arrival_every <= until:
            yield self._planner.arrival(self._next_slot)
            self._next_slot += 1
        while self.size.origin + (self._next_named + 1) * NAMED_EVERY <= until:
            yield from self._planner.named_later(self._next_named)
            self._next_named += 1

    def _petitioning(self, until: datetime) -> Iterator[PetitionPlan]:
        """Yield the petitions whose slot has come, each once."""
        while self.size.origin + (self._next_petition + 1) * ARRIVE_EVERY <= until:
            if petition := self._petitioners.arrival(self._next_petition):
                yield petition
            self._next_petition += 1

    def _list_procedures(self) -> None:
        """Let the catalogue list its procedures as the portal does now; a list that changed is another one."""
        listed = publications.listed(self.catalogue.procedures, self.decisions, self.now)
        if listed != self.catalogue.procedures:
            self.catalogue.procedures = listed

    def _add_silently(self, plans: Iterable[Plan]) -> None:
        for plan in plans:
            self.plans[plan.code] = plan

    def _await(self, plans: Iterable[Plan]) -> None:
        """Take up new plans; what of them has happened already is shown at the next step forward."""
        for plan in plans:
            self.plans[plan.code] = plan
            for system in SYSTEMS:
                if phases := plan.phases(system):
                    heappush(self._coming, (phases[0].at, next(self._tie), plan, system, 0))

    def _show_all(self) -> None:
        """Show every plan as it stands now, and note what comes next. Done once, at the start."""
        for system in SYSTEMS:
            self.shelves[system].fill(self._standing(system))
        heapify(self._coming)

    def _standing(self, system: str) -> Iterator[tuple[Row, tuple[str, ...]]]:
        for plan in self.plans.values():
            phases = plan.phases(system)
            position = current(phases, self.now)
            if position >= 0 and (plan.left_at is None or plan.left_at > self.now):
                yield _row(plan, system, position, phases[position].at), _codes(plan, system)
            if position + 1 < len(phases):
                self._coming.append((phases[position + 1].at, next(self._tie), plan, system, position + 1))

    def _enter(self, plan: Plan, system: str, position: int, at: datetime) -> None:
        """Let a system go over to the next phase of a dossier, which may be the first under another code."""
        shelf = self.shelves[system]
        row = shelf.get(_key(plan, system))
        if row is None:
            row = _row(plan, system, position, at)
            shelf.put(row, _codes(plan, system))
        elif row.plan is not plan:
            shelf.hand_over(row, plan, _codes(plan, system))
        row.phase = position
        shelf.move(row, self.clocks[system].stamp(row, at) if is_indifferent(plan) else at)
        phases = plan.phases(system)
        if position + 1 < len(phases):
            heappush(self._coming, (phases[position + 1].at, next(self._tie), plan, system, position + 1))

    def _find_quiet(self) -> list[Plan]:
        """Return the ordinary dossiers that ended long ago in step and carry no alert: nothing depends on them."""
        latest = self.size.origin - _QUIET_FOR
        return [
            plan
            for plan in self.plans.values()
            if plan.home is plan.portal and plan.last_change < latest and plan.home[-1].end and _is_settled(plan, latest)
        ]

    def _quiet_rows(self, system: str) -> list[Row]:
        """Return the quiet dossiers as a system has them, mixed: neighbours here are far apart in its listing."""
        rows = [row for plan in self.quiet if (row := self.row(plan, system))]
        return Random(f"{self.size.seed}/rota/{system}").sample(rows, len(rows))

    def _spoil_some(self) -> None:
        """Spoil a few quiet dossiers in place, each for good, show two of them twice, and add junk that belongs to nobody."""
        self._add_junk()
        if len(self.quiet) < _ENOUGH_QUIET:
            return
        self.touch(self.quiet[: min(_SAVED_IN_BULK, len(self.quiet) // 3)], SYSTEMS, self.size.origin - 3 * _ONE_DAY)
        for system in (PORTAL, HOME):
            for spoil in breakage.UNREADABLE[system]:
                self._spoil(self.quiet.pop(), {system: spoil})
        for spoils in breakage.ODD:
            self._spoil(self.quiet.pop(), spoils)
        for system in (PORTAL, HOME):
            for number, plan in enumerate(self.quiet[-4:-2]):
                self._double(plan, system, number)
        del self.quiet[-4:-2]

    def _spoil(self, plan: Plan, spoils: dict[str, breakage.Spoil]) -> None:
        for system, spoil in spoils.items():
            if row := self.row(plan, system):
                row.spoil = spoil

    def _double(self, plan: Plan, system: str, number: int) -> None:
        if row := self.row(plan, system):
            twin = Row(f"{row.key}+{number}", row.updated, plan, row.phase)
            self.shelves[system].put(twin, ())

    def _add_junk(self) -> None:
        updated = self.size.origin - timedelta(days=2)
        for system, items in ((PORTAL, breakage.portal_junk(updated)), (HOME, breakage.home_junk(updated))):
            for number, item in enumerate(items):
                self.shelves[system].put(Row(f"junk-{number}", updated, junk=item), ())


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Build without looking for garbage again and again: all that is made here stays."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_settled(plan: Plan, moment: datetime) -> bool:
    return all(span.ends < moment for span in plan.spans)


def _row(plan: Plan, system: str, position: int, at: datetime) -> Row:
    return Row(_key(plan, system), at, plan, position)


def _key(plan: Plan, system: str) -> str:
    return wording.portal_code(plan) if system == PORTAL else wording.home_id(plan, system)


def _codes(plan: Plan, system: str) -> tuple[str, ...]:
    if system == PORTAL:
        return (wording.portal_code(plan),)
    code, national = wording.home_codes(plan)
    return (code, national) if national and national != code else (code,)
