"""Plans every dossier of a world: what was handed in before it begins, what happens and goes wrong in it, what keeps arriving."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import msgspec
from msgspec.structs import replace

from services.simulator import ordinary, schedule
from services.simulator.catalogue import Catalogue
from services.simulator.draft import Desk, Draft
from services.simulator.scenarios import Place, named_later
from services.simulator.schedule import Happening, Planted
from services.simulator.serials import Kind
from services.simulator.timeline import ONLINE, Phase, Plan
from services.simulator.truth import is_steady, tell
from shared.domain.working_time import WorkingTime

BACKLOG_DAYS = 60
_ATTEMPTS = 60
_ONE_DAY = timedelta(days=1)
_ON_DAYS_OFF = 0.25
"""How many dossiers a day off brings, against a working day."""

NAMED_EVERY = timedelta(minutes=2)
"""How often home takes a dossier in under a code of its own."""


class Size(msgspec.Struct, frozen=True):
    """What makes one world differ from another."""

    seed: int
    origin: datetime
    dossiers: int
    arrival_every: timedelta


class Planner:
    """Plans dossiers one by one. The same size, the same plans; a draw that gives a too hasty story is drawn again."""

    def __init__(self, size: Size, office: WorkingTime, catalogue: Catalogue) -> None:
        self.size, self.office, self.catalogue = size, office, catalogue

    def backlog(self) -> Iterator[Plan]:
        """Yield what was planted and, up to the wanted number, ordinary dossiers handed in before the origin."""
        items = schedule.planted(self.size.seed, self.size.origin, self.size.dossiers, self.office)
        made = 0
        for number, item in enumerate(items):
            if plan := self._planted(f"planted/{number}", item, Kind.PLANTED.serial(number)):
                made += 1
                yield plan
        for number, happening in enumerate(schedule.happenings(self.size.seed, self.size.origin, self.size.dossiers)):
            plans = self._happened(f"habit/{number}", happening, Kind.HABIT.serial(number))
            made += len(plans)
            yield from plans
        days = self._days_before()
        for number in range(max(self.size.dossiers - made, 0)):
            yield self._handed_in_before(number, days)

    def day(self, midnight: datetime) -> Iterator[Plan]:
        """Yield the ordinary dossiers of one local day, as far as they are handed in after the origin."""
        for number in range(round(self._daily_rate() * self._weight(midnight))):
            plan = self._ordinary(f"day/{midnight:%Y%m%d}/{number}", Kind.LATER.serial(number), self._ordinary_on(midnight))
            if plan.submitted > self.size.origin:
                yield plan

    def arrival(self, number: int) -> Plan:
        """Return the dossier of one slot of the steady stream; a few of them go wrong."""
        slot = self.size.origin + (number + 1) * self.size.arrival_every
        moment = slot.replace(microsecond=0)  # the systems write whole seconds
        rng = Random(f"{self.size.seed}/slot/{number}")
        serial = Kind.ARRIVAL.serial(number)
        if rng.random() < 0.03 and (plan := self._planted(f"arrival/{number}", schedule.among_arrivals(rng, moment), serial)):
            return plan
        return self._ordinary(f"arrival/{number}", serial, lambda desk: self._simple(desk, moment))

    def named_later(self, number: int) -> tuple[Plan, ...]:
        """Return the dossier of one slot in which home takes one in under a code of its own, under each of its codes."""
        happening = Happening(named_later, self.size.origin + (number + 1) * NAMED_EVERY)
        return self._happened(f"named/{number}", happening, Kind.NAMED.serial(number))

    def _happened(self, key: str, happening: Happening, serial: int) -> tuple[Plan, ...]:
        def recipe(desk: Desk) -> Draft:
            return happening.habit(desk, happening.at.replace(microsecond=0))

        return self._settled(key, serial, recipe, happening.habit.__name__) or ()

    def _planted(self, key: str, item: Planted, serial: int) -> Plan | None:
        """Return a planted dossier, mended some minutes later where that makes a steady story; None where nothing does."""

        def recipe(desk: Desk) -> Draft:
            mended = item.place.mended and item.place.mended + desk.minutes(0, 6)
            return item.scenario(desk, Place(item.place.opens, mended))

        plans = self._settled(key, serial, recipe, item.scenario.__name__)
        return replace(plans[0], rule=item.rule, opens=item.place.opens) if plans else None

    def _handed_in_before(self, number: int, days: "_Days") -> Plan:
        """Return one ordinary dossier of the backlog, its serial number counted per day."""
        origin = self.size.origin
        for attempt in range(_ATTEMPTS):
            rng = Random(f"{self.size.seed}/backlog/{number}/{attempt}")
            midnight = days.draw(rng)
            recipe = self._ordinary_on(midnight)
            plan = self._ordinary(f"backlog/{number}/{attempt}", Kind.BACKLOG.serial(days.count[midnight]), recipe)
            if plan.submitted < origin:
                days.count[midnight] += 1
                return plan
        raise RuntimeError("no moment before the origin was drawn")  # pragma: no cover - the days before it always have some

    def _ordinary(self, key: str, serial: int, recipe: Callable[[Desk], Draft]) -> Plan:
        plans = self._settled(key, serial, recipe, "ordinary")
        if plans is None:  # pragma: no cover - an ordinary story has nothing fixed that could be in its way
            raise RuntimeError(f"no steady story was drawn for {key}")
        return plans[0]

    def _settled(self, key: str, serial: int, recipe: Callable[[Desk], Draft], scenario: str) -> tuple[Plan, ...] | None:
        """Draw until the story is in order and none of its alerts flashes by; return it with its truth, None after many draws.

        A story is one plan, or one under each code that the dossier has had.
        """
        for attempt in range(_ATTEMPTS):
            desk = Desk(Random(f"{self.size.seed}/{key}/{attempt}"), self.office, self.catalogue, serial)
            plans = recipe(desk).plans(scenario)
            if not all(map(_in_order, plans)):
                continue
            told = tuple(replace(plan, spans=tell(plan, self.office)) for plan in plans)
            if all(is_steady(plan.spans) for plan in told):
                return told
        return None

    def _ordinary_on(self, midnight: datetime) -> Callable[[Desk], Draft]:
        def recipe(desk: Desk) -> Draft:
            procedure = self.catalogue.any_procedure(desk.rng)
            how = ordinary.channel(desk, procedure, midnight)
            return ordinary.live(desk, ordinary.moment(desk, midnight, how), procedure, how)

        return recipe

    def _simple(self, desk: Desk, moment: datetime) -> Draft:
        """Return a dossier of the steady stream: mostly served at once, sometimes an ordinary one."""
        if desk.rng.random() < 0.03:
            return ordinary.live(desk, moment, self.catalogue.any_procedure(desk.rng), ONLINE)
        return ordinary.quick(desk, moment, desk.procedure())

    def _daily_rate(self) -> float:
        return self.size.dossiers / BACKLOG_DAYS

    def _weight(self, midnight: datetime) -> float:
        return 1.0 if self.office.is_working_day(midnight.date()) else _ON_DAYS_OFF

    def _days_before(self) -> "_Days":
        today = ordinary.midnight(self.size.origin)
        days = [today - number * _ONE_DAY for number in range(BACKLOG_DAYS, -1, -1)]
        weights = [self._weight(day) for day in days]
        weights[-1] *= (self.size.origin - today) / _ONE_DAY
        return _Days(days, weights)


class _Days:
    """The days before the origin, how much each brings, and how many dossiers each has already."""

    def __init__(self, days: list[datetime], weights: list[float]) -> None:
        self._days, self._weights = days, weights
        self.count = dict.fromkeys(days, 0)

    def draw(self, rng: Random) -> datetime:
        return rng.choices(self._days, self._weights)[0]


def _in_order(plan: Plan) -> bool:
    """Return whether every timeline moves forward, in whole seconds."""
    return all(_forward(side) for side in {id(s): s for s in (plan.home, plan.special, plan.portal)}.values())


def _forward(phases: tuple[Phase, ...]) -> bool:
    return all(a.at < b.at for a, b in pairwise(phases)) and not any(p.at.microsecond for p in phases)
