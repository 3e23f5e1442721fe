"""At which hours somebody is told."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.findings import Severity
from shared.domain.windows import OPEN, Window, held_until, next_open, window_of

from .builders import MICROSECOND, at, calendar

OFFICE = Window(shifts=None)
NIGHT = at("18 22:00")


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("18 06:59", "18 07:00"),
        ("18 07:00", "18 07:00"),
        ("18 11:29", "18 11:29"),
        ("18 11:30", "18 13:30"),
        ("18 17:00", "19 07:00"),
        ("20 17:00", "23 07:00"),
        ("21 10:00", "23 07:00"),
    ],
)
def test_what_happens_outside_working_time_waits_until_offices_open(moment: str, opens: str) -> None:
    assert next_open(calendar(), calendar().hours, at(moment)) == at(opens)


def test_a_shift_has_begun_at_its_first_moment_and_not_just_before() -> None:
    assert held_until(OFFICE, None, calendar(), now=at("18 07:00") - MICROSECOND) == at("18 07:00")
    assert held_until(OFFICE, None, calendar(), now=at("18 07:00")) is None
    assert held_until(OFFICE, None, calendar(), now=at("18 17:00") - MICROSECOND) is None


def test_what_is_critical_waits_only_where_that_is_wished() -> None:
    at_any_hour = Window(shifts=None, critical_at_once=True)
    waits = Window(shifts=None, critical_at_once=False)
    assert held_until(at_any_hour, Severity.CRITICAL, calendar(), now=NIGHT) is None
    assert held_until(at_any_hour, Severity.WARNING, calendar(), now=NIGHT) == at("19 07:00")
    assert held_until(waits, Severity.CRITICAL, calendar(), now=NIGHT) == at("19 07:00")
    assert held_until(OPEN, Severity.WARNING, calendar(), now=NIGHT) is None


def test_hours_of_its_own_are_hours_of_working_days() -> None:
    own = window_of(["06:00-08:00", "20:00-23:00"], critical_at_once=False)
    assert held_until(own, Severity.CRITICAL, calendar(), now=NIGHT) is None
    assert held_until(own, None, calendar(), now=at("20 23:00")) == at("23 06:00")


def test_a_window_is_read_as_it_is_written() -> None:
    assert window_of(["always"], critical_at_once=True) == OPEN
    assert window_of(["working_time"], critical_at_once=False) == Window(shifts=None, critical_at_once=False)
    assert window_of(["07:00-11:30"], critical_at_once=True).shifts == ((time(7), time(11, 30)),)


@pytest.mark.parametrize(
    "written", [[], ["never"], ["always", "07:00-08:00"], ["08:00-07:00"], ["07:00-09:00", "09:00-10:00"], ["7-8"], ["07:00"]]
)
def test_anything_else_is_refused(written: list[str]) -> None:
    with pytest.raises(ValueError, match=r"shifts|isoformat"):
        window_of(written, critical_at_once=True)


@given(st.integers(0, 60 * 24 * 700), st.sampled_from([["06:00-22:00"], ["07:00-11:30", "13:30-17:00"]]))
def test_nothing_waits_longer_than_the_longest_holiday_and_what_opens_is_open(minutes: int, written: list[str]) -> None:
    moment, own = at("1/1 00:00") + timedelta(minutes=minutes), window_of(written, critical_at_once=True)
    opens = held_until(own, None, calendar(), now=moment) or moment
    assert moment <= opens <= moment + timedelta(days=12)
    assert held_until(own, None, calendar(), now=opens) is None
