"""Periods: what is read, where they begin and end, and which version of the policy scores them."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.periods import NoPolicy, Period, PeriodKind, PeriodState, policy_for, policy_on
from shared.domain.working_time import LOCAL
from shared.policy.scoring import scoring_policies

OLD = msgspec.structs.replace(scoring_policies()[0], id="old", valid_from=date(2026, 1, 1), valid_until=date(2026, 11, 14))
NEW = msgspec.structs.replace(OLD, id="new", valid_from=date(2026, 11, 15), valid_until=None)
BOTH = (OLD, NEW)


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026", PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", PeriodKind.QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", PeriodKind.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-11", PeriodKind.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        ("2028-02", PeriodKind.MONTH, date(2028, 2, 1), date(2028, 2, 29)),
        ("2025", PeriodKind.YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        ("2100-02", PeriodKind.MONTH, date(2100, 2, 1), date(2100, 2, 28)),
    ],
)
def test_a_period_is_read_and_written_the_same(text, kind, first, last):
    period = Period.parse(text)
    assert (period.kind, period.first_day, period.last_day, str(period)) == (kind, first, last, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 2026",
        "2026 ",
        "2026-",
        "26",
        "2026-Q5",
        "2026-Q0",
        "2026-q4",
        "2026-Q",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026-011",
        "2026-11-01",
        "2026Q4",
        "2026/11",
        "-2026",
        "2026.0",
        "２０２６",
        "2026-11\n",
        "now",
        "2024",
        "2101",
        "0000",
        "9999-12",
    ],
)
def test_nonsense_is_no_period(text):
    with pytest.raises(ValueError, match="must"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("day", "within"),
    [(date(2026, 9, 30), False), (date(2026, 10, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_period_holds_its_first_and_last_day(day, within):
    assert Period.parse("2026-Q4").contains(day) is within


def test_a_period_runs_from_midnight_to_midnight_in_vietnam():
    november, microsecond = Period.parse("2026-11"), timedelta(microseconds=1)
    begins, ends = datetime(2026, 11, 1, tzinfo=LOCAL), datetime(2026, 12, 1, tzinfo=LOCAL)
    assert november.state(begins - microsecond) is PeriodState.FUTURE
    assert november.state(begins) is PeriodState.RUNNING
    assert november.state(ends - microsecond) is PeriodState.RUNNING
    assert november.state(ends) is PeriodState.COMPLETE


def test_a_moment_counts_by_its_local_day_whatever_zone_it_is_told_in():
    assert Period.parse("2026-11").state(datetime(2026, 10, 31, 17, 0, tzinfo=UTC)) is PeriodState.RUNNING
    with pytest.raises(ValueError, match="offset"):
        Period.parse("2026-11").state(datetime(2026, 11, 1))  # noqa: DTZ001 - that is what is refused


@given(st.dates(date(2025, 1, 1), date(2100, 12, 31)))
def test_every_day_lies_in_one_month_of_one_quarter_of_one_year(day):
    quarters = [Period.parse(f"{day.year}-Q{number}") for number in range(1, 5)]
    months = [Period.parse(f"{day.year}-{number:02}") for number in range(1, 13)]
    assert Period.parse(str(day.year)).contains(day)
    assert [sum(period.contains(day) for period in periods) for periods in (quarters, months)] == [1, 1]


@pytest.mark.parametrize(
    ("period", "today", "version"),
    [
        ("2026-11", date(2026, 11, 14), "old"),  # running: today's
        ("2026-11", date(2026, 11, 15), "new"),
        ("2026-11", date(2026, 12, 1), "new"),  # over: that of its last day
        ("2026-10", date(2026, 11, 20), "old"),
        ("2026-Q3", date(2027, 1, 1), "old"),
        ("2026", date(2026, 11, 14), "old"),
        ("2026", date(2027, 1, 1), "new"),
        ("2027", date(2026, 11, 1), "new"),  # not begun: that of its last day
        ("2026-Q4", date(2026, 9, 30), "new"),
    ],
)
def test_a_period_is_scored_by_the_version_of_its_last_day_while_it_runs_by_todays(period, today, version):
    assert policy_for(BOTH, Period.parse(period), today).id == version


@pytest.mark.parametrize(
    ("day", "version"), [(date(2026, 1, 1), "old"), (date(2026, 11, 14), "old"), (date(2026, 11, 15), "new")]
)
def test_a_version_is_valid_on_its_first_and_last_day(day, version):
    assert policy_on(BOTH, day).id == version


def test_a_day_without_a_version_is_told_with_those_there_are():
    with pytest.raises(NoPolicy, match=r"2025-12-31; there is old from 2026-01-01 to 2026-11-14, new from .* to further notice"):
        policy_on(BOTH, date(2025, 12, 31))
    with pytest.raises(NoPolicy, match="2025-12-31"):
        policy_for(BOTH, Period.parse("2025"), date(2026, 11, 20))
    with pytest.raises(NoPolicy, match="none at all"):
        policy_on((), date(2026, 1, 1))
