"""When the portal's own scores are read, and for which periods."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from services.monitor.steps.evaluate import due, periods_to_ask
from shared.db.stores.sources import SourceState

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY, HOUR, INSTANT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)


def state(**values):
    known = dict.fromkeys(SourceState.__struct_fields__)
    return msgspec.convert({**known, "name": "evaluation", "interval": DAY, "progress_at": NOW, **values}, SourceState)


def asked(day, stored=()):
    return [str(period) for period in periods_to_ask(day, set(stored))]


def test_what_was_never_read_is_due():
    assert due(state(), DAY, NOW)


@pytest.mark.parametrize(("ago", "is_due"), [(DAY - INSTANT, False), (DAY, True)])
def test_it_is_read_again_after_its_interval(ago, is_due):
    assert due(state(read_to=NOW - ago), DAY, NOW) is is_due


@pytest.mark.parametrize(("ago", "is_due"), [(HOUR - INSTANT, False), (HOUR, True)])
def test_what_failed_is_tried_again_after_an_hour(ago, is_due):
    assert due(state(read_to=NOW - DAY, error="x", error_at=NOW - ago), DAY, NOW) is is_due


def test_what_is_read_more_often_is_tried_again_as_often():
    assert due(state(error="x", error_at=NOW - 2 * INSTANT), INSTANT, NOW)


def test_a_running_month_is_never_asked_for():
    for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(800)):
        months = [period for period in periods_to_ask(day, set()) if period.months == 1]
        assert all(period.last_day < day for period in months)
        assert len(months) >= 2


def test_the_year_two_quarters_and_the_months_that_ended_are_asked_for():
    months = [f"2026-{month:02}" for month in range(10, 0, -1)]
    assert asked(date(2026, 11, 20)) == ["2026", "2026-Q4", "2026-Q3", *months]
    always = ["2026", "2026-Q4", "2026-Q3", "2026-10", "2026-09"]
    assert asked(date(2026, 11, 20), months) == always
    assert asked(date(2026, 11, 20), [*months[:4], *months[5:]]) == [*always, "2026-06"]


def test_a_month_is_asked_for_from_the_day_after_its_last():
    assert "2026-10" not in asked(date(2026, 10, 31))
    assert "2026-10" in asked(date(2026, 11, 1))


def test_a_year_begins_with_the_end_of_the_last():
    assert asked(date(2027, 1, 1)) == ["2027", "2027-Q1", "2026-Q4", "2026-12", "2026-11"]
