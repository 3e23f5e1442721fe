"""Measures: exact percentages, targets reached or not, and whatever is wrong in their file."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.catalogue import Agency
from shared.domain.measures import NUMBERS, TALLY, Figure, Goal, Level, Must, Over, Tally, added, figures, levels_of
from shared.domain.stock import STOCK, RateLimit, Stock, due_soon_until, of_units, summed
from shared.domain.units import Offices, units_of
from shared.policy.measures import load_measures, measures

from .builders import at, calendar
from .policy_texts import GONE, changed, refusal

PLAN = measures()
TODAY = date(2026, 11, 20)


def measures_refusal(*changes: tuple[str, Any]) -> str:
    return refusal(lambda: load_measures(changed("measures.yaml", *changes), "measures.yaml"))


def test_the_measures_are_those_of_the_plans():
    goals = {name: measure.goal and (measure.goal.must, measure.goal.percent) for name, measure in PLAN.of.items()}
    odd = {name: goal for name, goal in goals.items() if goal != (Must.AT_LEAST, 100)}
    assert odd == {
        "m.overdue_on_portal": (Must.BELOW, 2),
        "m.paused": None,
        "m.land_online": (Must.ABOVE, 90),
        "m.digitised": None,
    }
    assert {name for name, measure in PLAN.of.items() if measure.over is Over.MOMENT} == {"m.overdue_on_portal", "m.paused"}
    rate = PLAN.overdue_rate
    assert (rate.percent, rate.least_open, rate.ends_below) == (2, 20, Fraction(3, 2))


@pytest.mark.parametrize(
    ("level", "day", "percent"),
    [
        (Level.PROVINCE, date(2020, 12, 31), None),
        (Level.PROVINCE, date(2021, 1, 1), 30),
        (Level.COMMUNE, date(2021, 12, 31), 15),
        (Level.COMMUNE, date(2022, 1, 1), 35),
        (Level.PROVINCE, TODAY, 100),
        (Level.COMMUNE, TODAY, 95),
    ],
)
def test_what_must_be_digitised_grows_from_year_to_year(level, day, percent):
    goal = PLAN.goal_of(level, day)
    assert (goal and goal.percent) == percent


@pytest.mark.parametrize(
    ("must", "percent", "of", "reached"),
    [
        (Must.AT_LEAST, 100, (1000, 1000), True),
        (Must.AT_LEAST, 100, (99_999, 100_000), False),
        (Must.ABOVE, 90, (90, 100), False),
        (Must.ABOVE, 90, (90_001, 100_000), True),
        (Must.BELOW, 2, (2, 100), False),
        (Must.BELOW, 2, (1_999, 100_000), True),
        (Must.BELOW, 2, (0, 0), None),
    ],
)
def test_a_target_is_reached_by_the_exact_ratio(must, percent, of, reached):
    assert Goal(must, Decimal(percent)).is_reached(*of) is reached


@given(st.integers(1, 10**6).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_percentage_is_cut_and_100_is_said_of_all_alone(of):
    found = Figure(measure=PLAN.of["m.apology"], numerator=of[0], denominator=of[1], goal=None)
    assert 0 <= Fraction(100 * of[0], of[1]) - Fraction(found.percent) < Fraction(1, 100)
    assert (found.percent == 100) == (of[0] == of[1])


tallies = st.builds(Tally, **{name: st.integers(0, 500) for name in TALLY})


@given(st.dictionaries(st.sampled_from([*Level, None]), tallies))
def test_each_measure_is_its_two_numbers_summed_over_the_levels(counted):
    found = figures(counted, PLAN, NUMBERS, until=TODAY, day_minutes=480)
    for figure in found:
        levels = counted.keys() if figure.level is None else counted.keys() & {figure.level}
        wanted = [sum(getattr(counted[level], name) for level in levels) for name in NUMBERS[figure.measure.id]]
        assert [figure.numerator, figure.denominator] == wanted
    assert [figure.level for figure in found if figure.measure.id == "m.digitised"] == list(Level)
    paused, minutes = (sum(getattr(tally, name) for tally in counted.values()) for name in ("paused", "paused_minutes"))
    (days,) = [figure.days for figure in found if figure.measure.id == "m.paused"]
    assert days == (None if not paused else Decimal(minutes * 100 // (paused * 480)) / 100)


@given(st.lists(tallies, max_size=4))
def test_tallies_add_up_name_by_name(found):
    assert added(found) == Tally(**{name: sum(getattr(tally, name) for tally in found) for name in TALLY})


def test_an_office_has_the_level_of_the_agency_above_it():
    listed = [
        Agency(code="H20", name="", level=1),
        Agency(code="H20.14", name="", level=2),
        Agency(code="H20.14.05", name=""),
        Agency(code="H20.114", name="", level=3),
        Agency(code="H20.114.01", name="", parent="H20.114"),
        Agency(code="G09.20", name=""),
    ]
    assert levels_of(units_of(listed, Offices()).values()) == {
        **dict.fromkeys(("H20", "H20.14", "H20.14.05"), Level.PROVINCE),
        **dict.fromkeys(("H20.114", "H20.114.01"), Level.COMMUNE),
    }


# Stock

stocks = st.builds(Stock, **{name: st.integers(0, 500) for name in STOCK})


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), stocks))
def test_the_stock_of_a_unit_is_that_of_its_agencies(own):
    found = of_units(own, {"whole": ["a", "b", "c"], "one": ["a"], "none": ["d"]})
    assert found["none"] == Stock()
    assert found["one"] == own.get("a", Stock())
    assert found["whole"] == summed(own.values())
    assert found["whole"].open == sum(stock.open for stock in own.values())


def test_due_soon_is_what_is_due_within_three_working_days():
    assert due_soon_until(calendar(), at("18 10:00")) == at("23 10:00"), "Wednesday to Monday"
    assert due_soon_until(calendar(), at("20 17:00")) == at("26 17:00"), "Tuesday the 24th is a holiday"


@pytest.mark.parametrize(
    ("overdue", "open_", "reached"),
    [
        (1, 50, True),
        (1, 51, False),
        (19, 19, False),
        (1, 20, True),
        (2, 100, True),
        (1999, 100_000, False),
        (2000, 100_000, True),
        (0, 0, False),
    ],
)
def test_the_rate_is_reached_at_the_limit_and_by_agencies_large_enough(overdue, open_, reached):
    assert PLAN.overdue_rate.is_reached(overdue, open_) is reached


def test_no_rate_is_reached_of_nothing():
    limit = RateLimit(percent=Fraction(0), least_open=0, margin=Fraction(0))
    assert not limit.is_reached(0, 0)
    assert not limit.is_reached(0, 0, told=True)


# The file


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("colour", "red", "colour: unknown key"),
        ("measures.0.over", "year", "measures.0.over: "),
        ("measures.0.source", "rumour", "measures.0.source: the file lists no source rumour"),
        ("measures.0.id", "m.guessed", "measures.0.id: unknown measure m.guessed"),
        ("measures.0.id", "m.result_in_step", "measures.1.id: the measure m.result_in_step is there twice"),
        ("measures.0", GONE, "measures: there is no m.status_in_step"),
        ("measures.0.target.percent", 101, "measures.0.target.percent: "),
        ("measures.0.target.must", "be", "measures.0.target.must: "),
        ("measures.4.target", None, "measures.4.target: must be below a percentage"),
        ("measures.4.target.must", "above", "measures.4.target: must be below a percentage"),
        ("measures.9.target", {"must": "above", "percent": 1}, "measures.9.target: its targets are those of the levels"),
        ("digitised.1.from", "2021-01-01", "digitised.1.from: must be later than the one before"),
        ("overdue_rate.least_open.value", 0, "overdue_rate.least_open.value: "),
        ("overdue_rate.least_open.source", GONE, "overdue_rate.least_open.source: Field required"),
        ("overdue_rate.margin.value", 0, "overdue_rate.margin.value: "),
        ("overdue_rate.margin.value", 2, "overdue_rate.margin.value: must be less than the target, 2: no share is below that"),
    ],
)
def test_what_is_wrong_in_the_measures_is_named_by_file_and_place(place, value, told):
    assert measures_refusal((place, value)).startswith(f"measures.yaml: {told}")


def test_a_measure_has_two_different_numbers():
    for numerator, denominator in NUMBERS.values():
        assert numerator != denominator
        assert {numerator, denominator} <= set(TALLY)
