"""`publication.*`: a procedure that was decided and is not public yet."""

from datetime import date

import pytest

from shared.domain.findings import Responsible, Severity
from shared.domain.phases import read_off
from shared.domain.rules import publication as rule

from .builders import MICROSECOND, RULES, at, calendar, procedure

DECIDED = date(2026, 11, 16)  # a Monday; the fifth working day after it is the next Monday


def judge(now, **facts):
    about = procedure(**({"decided_on": DECIDED} | facts))
    return read_off(rule.FAMILY, rule.unpublished(about, RULES, calendar()), as_of=now).findings


def turns(moment, before, after, **facts):
    assert [finding.rule for finding in judge(moment - MICROSECOND, **facts)] == before
    assert [finding.rule for finding in judge(moment, **facts)] == after


def test_a_warning_comes_when_three_working_days_are_over_and_it_is_late_when_five_are():
    turns(at("20 00:00"), [], ["publication.due_soon"])
    turns(at("24 00:00"), ["publication.due_soon"], ["publication.late"])


def test_a_decision_on_a_day_off_counts_from_the_next_working_day_and_holidays_do_not_count():
    turns(
        at("1/12 00:00"), ["publication.due_soon"], ["publication.late"], decided_on=date(2026, 11, 20)
    )  # the 24th is a holiday
    turns(at("21 00:00"), ["publication.due_soon"], ["publication.late"], decided_on=date(2026, 11, 14))  # a Saturday


def test_a_year_after_the_decision_it_is_told_no_more():
    turns(at("17/11/2027 00:00"), ["publication.late"], [])


@pytest.mark.parametrize("facts", [{"published_on": date(2026, 12, 24)}, {"decided_on": None}])
def test_what_is_public_however_late_and_what_was_never_decided_is_nothing(facts):
    assert judge(at("30 08:00"), **facts) == ()


def test_the_agency_that_alone_handles_it_is_asked_else_the_province():
    (finding,) = judge(at("25 08:00"), agencies=("H20.14",))
    assert (finding.responsible, finding.responsible_agency) == (Responsible.HANDLING, "H20.14")
    assert judge(at("25 08:00"), agencies=("H20.100", "H20.101"))[0].responsible_agency == "H20"
    assert judge(at("25 08:00"))[0].responsible_agency == "H20"


def test_it_is_critical_once_it_is_late_and_the_last_day_is_told():
    (finding,) = judge(at("25 08:00"))
    assert (finding.severity, finding.since, finding.due_at) == (Severity.CRITICAL, at("24 00:00"), at("24 00:00"))
    assert finding.details["publish_by"] == "2026-11-23"
    assert judge(at("20 08:00"))[0].severity is Severity.WARNING


def test_the_nth_day_after_counts_working_days_only():
    assert calendar().nth_day_after(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert calendar().nth_day_after(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert calendar().nth_day_after(date(2026, 11, 23), 1) == date(2026, 11, 25)
    assert calendar().nth_day_after(date(2026, 1, 1), 1) == date(2026, 1, 5)
