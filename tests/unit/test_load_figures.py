"""The rates a machine is tried with, and what is told of it."""

import pytest

from benchmarks.arrivals import LARGEST_PROVINCE, NATION, Rate, mean
from benchmarks.machine import Shares, Used, an_hour, limit, shares
from benchmarks.nation import PROVINCES, SHARES, check
from benchmarks.steps import Step, percentile


def test_a_year_of_dossiers_is_a_mean_rate_of_record_changes_in_working_time():
    assert mean("largest", LARGEST_PROVINCE).changes == pytest.approx(1.667, abs=0.001)
    assert mean("nation", NATION).times(10).changes == pytest.approx(416.7, abs=0.1)


def test_a_multiple_of_a_rate_says_of_what():
    assert mean("nation", NATION).times(10).name == "nation × 10"


def test_a_percentile_lies_between_the_least_and_the_most():
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert percentile([1.0, 3.0], 99) == pytest.approx(2.98)


def test_what_a_process_of_postgresql_took_counts_after_it_ended():
    before = Used(0.0, 0.0, 0.0, {1: 1.0, 2: 5.0}, ended=0.0)
    after = Used(10.0, 20.0, 4.0, {1: 1.0, 3: 2.0}, ended=6.0)
    assert shares(before, after, less=1.0) == Shares(machine=2.0, python=0.3, postgres=0.3, busiest=0.2)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Shares(machine=1.2, python=0.85, postgres=0.3, busiest=0.2), "the monitor's one core"),
        (Shares(machine=1.2, python=0.84, postgres=0.9, busiest=0.85), "one process of PostgreSQL"),
        (Shares(machine=1.7, python=0.8, postgres=0.8, busiest=0.3), "all cores"),
        (Shares(machine=1.7, python=0.5, postgres=0.3, busiest=0.3), "other processes on the machine"),
        (Shares(machine=1.0, python=0.5, postgres=0.4, busiest=0.3), "monitor and PostgreSQL waiting for each other"),
    ],
)
def test_what_limits_is_what_has_no_more_to_give(found: Shares, said: str):
    assert limit(found, cores=2) == said


@pytest.mark.parametrize(("took", "said"), [(1.7, "a core for each monitor"), (1.69, "all cores")])
def test_two_processes_of_monitors_may_take_two_cores(took: float, said: str):
    assert limit(Shares(machine=3.4, python=took, postgres=1.6, busiest=0.3), cores=4, monitors=2) == said


def test_the_provinces_of_the_nation_share_all_of_its_dossiers():
    assert len(PROVINCES) == 34
    assert sum(SHARES.values()) == pytest.approx(1)
    assert max(SHARES.values()) * NATION == pytest.approx(LARGEST_PROVINCE)


def test_as_many_alerts_as_late_dossiers_in_every_province_are_right():
    check({"H01": 3, "H34": 1}, {"H01": 3, "H34": 1}, 0)


@pytest.mark.parametrize(
    ("found", "waiting", "told"),
    [
        ({"H01": 2, "H02": 2}, 0, "H01 2 instead of 3, H02 2 instead of 1"),
        ({"H01": 3}, 0, "H02 0 instead of 1"),
        ({"H01": 3, "H02": 1}, 5, "5 changes were never reviewed"),
    ],
)
def test_alerts_that_went_to_another_province_or_never_came_fail(found: dict[str, int], waiting: int, told: str):
    with pytest.raises(AssertionError, match=told):
        check(found, {"H01": 3, "H02": 1}, waiting)


def test_growth_is_told_an_hour():
    assert an_hour((0.0, 100.0), (900.0, 101.0)) == 4.0


@pytest.mark.parametrize(
    ("reviewed", "behind", "bends"), [(100.0, 15.0, False), (100.0, 15.001, True), (70.0, 0.0, False), (69.9, 0.0, True)]
)
def test_it_bends_where_the_oldest_waits_longer_than_three_polls_or_much_less_is_done_than_comes(
    reviewed: float, behind: float, *, bends: bool
):
    step = Step(
        rate=Rate("any", 100.0),
        reviewed=reviewed,
        waiting=0,
        behind=behind,
        waited=(),
        took=Shares(machine=1.0, python=0.5, postgres=0.2, busiest=0.1),
        drained=0.0,
    )
    assert step.bends is bends
