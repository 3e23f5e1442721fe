"""No two dossiers of a simulated province have one code, however large it is."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from services.simulator.catalogue import load
from services.simulator.planner import BACKLOG_DAYS, Planner, Size
from services.simulator.serials import Kind, own
from shared.config import CalendarConfig
from shared.domain.working_time import LOCAL
from shared.policy import working_time

ORIGIN = datetime(2026, 11, 18, 9, 30, tzinfo=LOCAL)
LATER = Kind.PLANTED - Kind.LATER
"""So many dossiers of a day have serial numbers below those of what is planted."""


@pytest.mark.parametrize(("kind", "following"), [*pairwise((*Kind, 500_000))])
def test_a_kind_keeps_to_its_range_up_to_the_last_number_and_leaves_it_with_the_next(kind: Kind, following: int) -> None:
    room = following - kind
    assert (kind.serial(0), kind.serial(room - 1)) == (kind, following - 1)
    assert kind.serial(room) >= 1_000_000


def test_no_number_is_given_twice_within_the_ranges_and_beyond_them() -> None:
    given = [kind.serial(number) for kind in Kind for number in range(250_000)]
    by_home = [own(kind.serial(number)) for kind in (Kind.HABIT, Kind.NAMED) for number in range(250_000)]
    assert len({*given, *by_home}) == len(given) + len(by_home)


def test_a_day_of_more_dossiers_than_its_range_holds_gives_each_a_code_of_its_own() -> None:
    size = Size(seed=766, origin=ORIGIN, dossiers=(LATER + 1) * BACKLOG_DAYS, arrival_every=timedelta(seconds=5))
    tomorrow = datetime(2026, 11, 19, tzinfo=LOCAL)
    plans = list(Planner(size, working_time(CalendarConfig()), load()).day(tomorrow))
    serials = [int(plan.code.rpartition("-")[2]) for plan in plans]
    assert serials[:LATER] == [*range(Kind.LATER, Kind.PLANTED)]
    assert serials[LATER:] == [Kind.LATER.serial(LATER)]
