"""When things go wrong or happen: what has when the world begins, and what follows minute by minute in its first hours."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import msgspec

from services.simulator.scenarios import HABITS, IN_OFFICE_HOURS, SCENARIOS, SOON, Habit, Place, Scenario, named_later
from shared.domain.working_time import WorkingTime

EVERY = timedelta(seconds=75)
"""How often each rule finds something new at the beginning."""

_HABIT_EVERY = timedelta(minutes=4)
"""How often each habit is seen at the beginning."""

_HABIT_SHARE = 0.003
"""How many of the dossiers of the backlog each habit has."""

_OLDEST = 40 * 86400
_JUST_NOW = 900
"""Seconds before the origin: how long ago a habit was seen at most, and what has only just begun."""

_FRESH = frozenset({"intake.due_soon", "intake.breached", "deadline.due_soon", "payment.unnoticed"})
"""Alerts that end or worsen by themselves: those open at the beginning opened in the last hours."""


class Planted(msgspec.Struct, frozen=True):
    """One dossier to be planned: which rule's alert, by which scenario, from when to when."""

    rule: str
    scenario: Scenario
    place: Place


class Happening(msgspec.Struct, frozen=True):
    """One dossier to be planned by a habit, and when that is seen."""

    habit: Habit
    at: datetime


def planted(seed: int, origin: datetime, dossiers: int, office: WorkingTime) -> list[Planted]:
    """Return all that is planted around the origin, in proportion to the size of the world."""
    rng = Random(f"{seed}/schedule")
    standing = min(max(dossiers // 1000, 2), 20)
    following = min(max(dossiers // 200, 3), 100)
    return [
        item
        for rule in SCENARIOS
        for item in (*_standing(rule, standing, origin, office, rng), *_following(rule, following, origin, office, rng))
    ]


def happenings(seed: int, origin: datetime, dossiers: int) -> list[Happening]:
    """Return the habits of the backlog and of the first hours, in proportion to the size of the world."""
    rng = Random(f"{seed}/habits")
    past, following = max(round(dossiers * _HABIT_SHARE), 6), min(max(dossiers // 600, 3), 40)
    happened = [
        Happening(habit, origin - timedelta(seconds=rng.randint(60, _JUST_NOW if number % 3 == 0 else _OLDEST)))
        for habit in (*HABITS, named_later)
        for number in range(past)
    ]
    coming = [
        Happening(habit, origin + _HABIT_EVERY * (number + 0.3) + timedelta(seconds=rng.randint(0, 60)))
        for habit in HABITS
        for number in range(following)
    ]
    return happened + coming


def among_arrivals(rng: Random, moment: datetime) -> Planted:
    """Return something that will go wrong with a dossier handed in at or after a moment."""
    rule = rng.choice(SOON)
    opens = moment + timedelta(hours=8, seconds=rng.randint(0, 3600))
    mended = opens + timedelta(seconds=rng.randint(1800, 40000)) if rng.random() < 0.8 else None
    return Planted(rule, rng.choice(SCENARIOS[rule]), Place(opens, mended))


def _standing(rule: str, count: int, origin: datetime, office: WorkingTime, rng: Random) -> Iterator[Planted]:
    """Yield what is open at the origin, some of it to be mended in the first two hours."""
    oldest = 100 if rule in _FRESH else 4 * 1440
    for number in range(count):
        scenario = SCENARIOS[rule][number % len(SCENARIOS[rule])]
        ago = timedelta(seconds=rng.randint(25 * 60, oldest * 60))
        opens = office.before(origin, ago / 3) if scenario in IN_OFFICE_HOURS else origin - ago
        yield Planted(rule, scenario, Place(opens.replace(microsecond=0), _mended_after(origin, rule, number, rng)))


def _mended_after(origin: datetime, rule: str, number: int, rng: Random) -> datetime | None:
    """One in four is mended in the first two hours, one in four in the next days, the others stay as they are."""
    if number % 4 == 0:
        return origin + timedelta(seconds=rng.randint(120, 7200))
    if number % 4 == 2 or rule in _FRESH:
        return origin + timedelta(seconds=rng.randint(3 * 3600, 4 * 86400))
    return None


def _following(rule: str, count: int, origin: datetime, office: WorkingTime, rng: Random) -> Iterator[Planted]:
    """Yield what opens one after the other from the origin on, or from when the offices open."""
    for number in range(count):
        scenario = SCENARIOS[rule][number % len(SCENARIOS[rule])]
        wait = EVERY * (number + 0.4) + timedelta(seconds=rng.randint(0, 40))
        opens = (office.after(origin, wait) if scenario in IN_OFFICE_HOURS else origin + wait).replace(microsecond=0)
        yield Planted(rule, scenario, Place(opens, _mended_soon(opens, number, rng)))


def _mended_soon(opens: datetime, number: int, rng: Random) -> datetime | None:
    """Two in five are mended within the hour or so, one in five in the next days."""
    if number % 5 in (0, 2):
        return opens + timedelta(seconds=rng.randint(1200, 4200))
    if number % 5 == 4:
        return opens + timedelta(seconds=rng.randint(86400, 3 * 86400))
    return None
