"""What the catalogue alone says of an agency, and of the province, which counts each procedure once."""

from datetime import date

import pytest

from shared.domain.catalogue import Procedure
from shared.domain.offers import Catalogue, Decisions, Offer, count, decision_at_best

from .builders import calendar


def counted(*procedures: Procedure) -> Catalogue:
    return count(procedures, calendar())


def test_a_procedure_counts_for_each_agency_those_above_it_and_once_for_the_province():
    found = counted(
        Procedure(code="1.1", agencies=("H20.14.05", "H20.14", "H20.15")), Procedure(code="1.2", agencies=("H20.15",))
    )
    assert {code: offer.procedures for code, offer in found.by_agency.items()} == {
        "H20": 2,
        "H20.14": 1,
        "H20.14.05": 1,
        "H20.15": 2,
    }
    assert found.of("H20", "H20") == found.whole
    assert found.of("H20.16", "H20") == Offer()


def test_a_procedure_of_no_agency_is_the_provinces():
    assert counted(Procedure(code="1.1")).whole.procedures == 1


@pytest.mark.parametrize(("level", "online"), [(None, 0), (0, 0), (1, 1), (2, 1)])
def test_online_in_part_or_in_full_is_online(level, online):
    assert counted(Procedure(code="1.1", online_level=level)).whole.online == online


@pytest.mark.parametrize(("fee", "payable", "counts"), [(True, True, (1, 1)), (True, None, (1, 0)), (None, True, (0, 0))])
def test_payable_counts_where_there_is_a_fee(fee, payable, counts):
    whole = counted(Procedure(code="1.1", has_fee=fee, online_payment=payable)).whole
    assert (whole.fee, whole.payable) == counts


# Friday 13 November 2026; the five working days before it begin on Friday 6, those after it end on Friday 20.
FRIDAY = date(2026, 11, 13)


@pytest.mark.parametrize(("decided", "early"), [(date(2026, 11, 6), 1), (date(2026, 11, 7), 0), (date(2026, 11, 9), 0)])
def test_a_decision_is_early_five_working_days_before_it_takes_effect(decided, early):
    found = counted(Procedure(code="1.1", decided_on=decided, effective_on=FRIDAY))
    assert found.decisions == {date(2026, 11, 1): Decisions(decided=1, early=early)}


@pytest.mark.parametrize(("published", "in_time"), [(date(2026, 11, 20), 1), (date(2026, 11, 21), 0), (None, 0)])
def test_a_procedure_is_public_in_time_within_five_working_days(published, in_time):
    found = counted(Procedure(code="1.1", decided_on=FRIDAY, published_on=published))
    assert found.decisions[date(2026, 11, 1)].published == in_time


def test_a_holiday_is_no_working_day():
    """24 November 2026 is one."""
    found = counted(Procedure(code="1.1", decided_on=date(2026, 11, 20), published_on=date(2026, 11, 30)))
    assert found.decisions[date(2026, 11, 1)].published == 1


def test_decisions_are_those_of_the_months_of_a_period():
    found = counted(*(Procedure(code=f"1.{month}", decided_on=date(2026, month, 5)) for month in (9, 10, 12)))
    assert found.decided_between(date(2026, 10, 1), date(2026, 12, 31)).decided == 2
    assert found.decided_between(date(2026, 11, 1), date(2026, 11, 30)) == Decisions()


def test_a_procedure_that_is_listed_twice_counts_once_as_listed_last():
    found = counted(Procedure(code="1.1"), Procedure(code="1.1", online_level=2))
    assert (found.whole.procedures, found.whole.online, found.codes) == (1, 1, {"1.1"})


@pytest.mark.parametrize(
    ("facts", "early", "published"),
    [
        ({"effective_on": FRIDAY}, 0, 0),
        ({}, 1, 0),
        ({"published_on": date(2026, 11, 20)}, 1, 1),
        ({"published_on": date(2026, 11, 21)}, 1, 0),
    ],
)
def test_at_best_a_day_nobody_stated_turns_out_in_time(facts, early, published):
    """Decided on Friday 13, asked on Saturday 21: the last day to publish it was Friday 20."""
    procedure = Procedure(code="1.1", decided_on=FRIDAY, **facts)
    found = decision_at_best(procedure, calendar(), today=date(2026, 11, 21))
    assert found == Decisions(decided=1, early=early, published=published)


@pytest.mark.parametrize(("today", "published"), [(date(2026, 11, 20), 1), (date(2026, 11, 21), 0)])
def test_what_is_not_public_can_be_so_until_its_last_day(today, published):
    procedure = Procedure(code="1.1", decided_on=FRIDAY)
    assert decision_at_best(procedure, calendar(), today=today).published == published
    assert decision_at_best(Procedure(code="1.1"), calendar(), today=today) == Decisions()
