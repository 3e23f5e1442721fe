"""When an alert nobody acknowledged is passed on or reminded of."""

from datetime import timedelta

import pytest

from shared.domain.escalation import Escalation, morning, open_before
from shared.domain.findings import Severity
from tests.unit.builders import MICROSECOND, at, calendar

HOURS = timedelta(hours=1)
BOTH = Escalation(warning=16 * HOURS, critical=8 * HOURS)


@pytest.mark.parametrize(
    ("severity", "opened", "passed_on"),
    [
        (Severity.CRITICAL, "18 07:00", "18 17:00"),
        (Severity.CRITICAL, "18 14:30", "19 14:30"),
        (Severity.CRITICAL, "20 14:00", "23 14:00"),
        (Severity.WARNING, "18 07:00", "19 17:00"),
        (Severity.CRITICAL, "23 14:00", "25 14:00"),
    ],
)
def test_an_alert_is_passed_on_after_its_working_time_and_not_before(severity: Severity, opened: str, passed_on: str) -> None:
    moment = at(passed_on)
    assert at(opened) <= open_before(BOTH, calendar(), now=moment)[severity]
    assert at(opened) > open_before(BOTH, calendar(), now=moment - MICROSECOND)[severity]


def test_what_is_never_passed_on_has_no_moment() -> None:
    assert open_before(Escalation(critical=8 * HOURS), calendar(), now=at("18 17:00")).keys() == {Severity.CRITICAL}
    assert open_before(Escalation(), calendar(), now=at("18 17:00")) == {}


def test_the_working_day_begins_at_its_first_minute() -> None:
    assert morning(calendar(), now=at("18 07:00") - MICROSECOND) is None
    assert morning(calendar(), now=at("18 07:00")) == at("18 07:00")
    assert morning(calendar(), now=at("18 23:59")) == at("18 07:00")


@pytest.mark.parametrize("day", ["21", "22", "24"])
def test_on_a_day_off_nobody_is_reminded(day: str) -> None:
    assert morning(calendar(), now=at(f"{day} 09:00")) is None


@pytest.mark.parametrize(
    ("least", "reminded"),
    [
        (Severity.CRITICAL, (Severity.CRITICAL,)),
        (Severity.WARNING, (Severity.WARNING, Severity.CRITICAL)),
        (None, ()),
    ],
)
def test_what_is_reminded_of_is_what_is_severe_enough(least: Severity | None, reminded: tuple[Severity, ...]) -> None:
    assert Escalation(least_reminded=least).reminded == reminded
