"""Working time: which days and hours count, and arithmetic at their edges (`facts/calendar.md`)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config import CalendarConfig
from shared.domain.working_time import LOCAL, Days, WorkingTime, check_hours
from shared.policy import working_time

from .builders import MICROSECOND, at, calendar

HOUR = timedelta(hours=1)
NOTHING = timedelta()

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(LOCAL))  # noqa: DTZ001 - hypothesis asks for naive bounds
lengths = st.timedeltas(NOTHING, timedelta(hours=120))


def test_a_day_has_eight_hours_in_two_shifts():
    assert calendar().day_length == 8 * HOUR
    assert calendar().between(at("17 00:00"), at("18 00:00")) == 8 * HOUR
    assert calendar().between(at("17 07:00"), at("17 11:30")) == 4.5 * HOUR
    assert calendar().between(at("17 11:30"), at("17 13:30")) == NOTHING
    assert calendar().between(at("17 13:30"), at("17 17:00")) == 3.5 * HOUR


def test_time_counts_from_seven_local_time_whatever_zone_it_is_told_in():
    seven = datetime(2026, 11, 17, 0, 0, tzinfo=UTC)
    assert calendar().between(seven - HOUR, seven) == NOTHING
    assert calendar().between(seven, seven + MICROSECOND) == MICROSECOND
    assert calendar().after(seven, HOUR) == datetime(2026, 11, 17, 1, 0, tzinfo=UTC)
    assert calendar().after(seven, HOUR).tzinfo is UTC


def test_backwards_is_negative():
    assert calendar().between(at("18 07:00"), at("17 07:00")) == -8 * HOUR


@pytest.mark.parametrize("end", ["17 17:00", "17 20:00", "18 06:00", "18 07:00"])
def test_eight_hours_before_an_evening_is_seven_in_the_morning(end):
    assert calendar().before(at(end), 8 * HOUR) == at("17 07:00")


@pytest.mark.parametrize("start", ["17 07:00", "17 06:00", "16 17:00", "16 20:00"])
def test_eight_hours_after_an_evening_are_over_at_five(start):
    assert calendar().after(at(start), 8 * HOUR) == at("17 17:00")


def test_a_length_that_ends_with_the_morning_ends_at_its_close():
    assert calendar().after(at("17 07:00"), 4.5 * HOUR) == at("17 11:30")
    assert calendar().after(at("17 07:00"), 4.5 * HOUR + MICROSECOND) == at("17 13:30") + MICROSECOND


def test_what_remains_after_lunch_was_last_whole_when_the_afternoon_began():
    assert calendar().before(at("17 17:00"), 3.5 * HOUR) == at("17 13:30")
    assert calendar().before(at("17 17:00"), 3.5 * HOUR + MICROSECOND) == at("17 11:30") - MICROSECOND


@pytest.mark.parametrize("moment", ["17 03:00", "17 12:00", "21 09:00", "17 07:00", "17 17:00"])
def test_no_length_moves_no_moment_even_out_of_hours(moment):
    assert calendar().after(at(moment), NOTHING) == at(moment) == calendar().before(at(moment), NOTHING)


def test_a_friday_evening_goes_on_on_monday():
    assert calendar().after(at("20 16:00"), 2 * HOUR) == at("23 08:00")
    assert calendar().before(at("23 08:00"), 2 * HOUR) == at("20 16:00")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),  # off by swap, missing in the package
        (date(2026, 1, 5), True),
        (date(2026, 1, 10), True),  # the Saturday worked for it
        (date(2026, 1, 11), False),
        (date(2026, 8, 22), True),
        (date(2026, 8, 31), False),  # swapped with 22 August
        (date(2026, 9, 2), False),
        (date(2025, 4, 26), True),
        (date(2025, 5, 2), False),  # swapped with 26 April
        (date(2026, 2, 16), False),  # Tết
        (date(2026, 2, 17), False),
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 11, 24), False),  # from 2026
        (date(2025, 11, 24), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), True),
    ],
)
def test_the_days_of_the_government_are_known(day, works):
    assert calendar().is_working_day(day) is works


def test_a_swapped_saturday_counts_eight_hours():
    assert calendar().between(at("10/1 00:00"), at("11/1 00:00")) == 8 * HOUR
    assert calendar().after(at("31/12/2025 17:00"), 8 * HOUR) == at("5/1 17:00")


def test_the_province_has_the_last_word_on_a_day():
    config = CalendarConfig(days_off=frozenset({date(2026, 1, 10)}), days_worked=frozenset({date(2026, 1, 2)}))
    ours = working_time(config)
    assert ours.is_working_day(date(2026, 1, 2))
    assert not ours.is_working_day(date(2026, 1, 10))
    assert not ours.is_working_day(date(2026, 1, 1))


def test_the_province_sets_its_hours():
    ours = working_time(CalendarConfig(hours=((time(7, 30), time(11, 30)), (time(13), time(16, 30)))))
    assert ours.day_length == 7.5 * HOUR
    assert ours.days(10) == 75 * HOUR
    assert ours.after(at("17 07:30"), 7.5 * HOUR) == at("17 16:30")


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(11), time(7)),),
        ((time(7), time(7)),),
        ((time(7), time(11)), (time(10), time(17))),
        ((time(7), time(11)), (time(11), time(17))),
        ((time(13), time(17)), (time(7), time(11))),
    ],
)
def test_shifts_out_of_order_are_refused(hours):
    with pytest.raises(ValueError, match="in order"):
        check_hours(hours)


@pytest.mark.parametrize("year", [1999, 2100])
def test_a_moment_outside_the_table_is_refused_with_its_year(year):
    with pytest.raises(ValueError, match=str(year)):
        calendar().between(datetime(year, 6, 1, tzinfo=LOCAL), at("17 08:00"))


def test_a_weekday_is_worked_unless_off_and_a_weekend_is_off_unless_worked():
    days = Days(off=frozenset({date(2026, 11, 17)}), worked=frozenset({date(2026, 11, 21)}))
    ours = WorkingTime(days)
    assert [ours.is_working_day(date(2026, 11, day)) for day in (16, 17, 21, 22)] == [True, False, True, False]


@given(moments, lengths)
def test_a_length_later_is_exactly_that_length_away(moment, length):
    assert calendar().between(moment, calendar().after(moment, length)) == length


@given(moments, lengths)
def test_a_length_earlier_is_exactly_that_length_away(moment, length):
    assert calendar().between(calendar().before(moment, length), moment) == length


@given(moments, lengths.filter(bool))
def test_after_is_the_earliest_such_moment(moment, length):
    assert calendar().between(moment, calendar().after(moment, length) - MICROSECOND) < length


@given(moments, lengths.filter(bool))
def test_before_is_the_latest_such_moment(moment, length):
    assert calendar().between(calendar().before(moment, length) + MICROSECOND, moment) < length


@given(moments, moments, moments)
def test_working_time_adds_up_and_never_runs_backwards(a, b, c):
    a, b, c = sorted((a, b, c))
    assert calendar().between(a, b) >= NOTHING
    assert calendar().between(a, b) + calendar().between(b, c) == calendar().between(a, c)


@given(moments, moments, lengths)
def test_what_starts_later_never_ends_sooner(a, b, length):
    a, b = sorted((a, b))
    assert calendar().after(a, length) <= calendar().after(b, length)
    assert calendar().before(a, length) <= calendar().before(b, length)


@given(moments, lengths, lengths)
def test_longer_is_never_sooner(moment, short, long):
    short, long = sorted((short, long))
    assert calendar().after(moment, short) <= calendar().after(moment, long)
    assert calendar().before(moment, short) >= calendar().before(moment, long)
