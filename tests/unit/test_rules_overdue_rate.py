"""Too many of an agency's dossiers on the portal are overdue: from which share on, whom that is asked of, and since when."""

from datetime import timedelta
from fractions import Fraction

import msgspec
import pytest

from shared.domain.findings import Finding, Responsible, Severity
from shared.domain.rules.overdue_rate import high
from shared.domain.stock import PortalStock, RateLimit

from .builders import MICROSECOND, RULES, at

LIMIT = RateLimit(percent=Fraction(2), least_open=50)
NOW = at("20 10:00")
HOUR = timedelta(hours=1)


def judged(open_: int, overdue: int, own: int, *, now=NOW, standing: Finding | None = None, rules=RULES) -> Finding | None:
    found = high(PortalStock("H20.14", open_, overdue, own), LIMIT, rules, standing, as_of=now)
    return found[0] if found else None


@pytest.mark.parametrize(("open_", "overdue"), [(50, 1), (100, 2), (1000, 20)])
def test_exactly_at_the_limit_it_is_high_and_just_below_it_is_not(open_, overdue):
    assert judged(open_, overdue, 0) is not None
    assert judged(open_ + 1, overdue, 0) is None
    assert judged(open_, overdue - 1, 0) is None


def test_a_small_agency_has_no_rate():
    assert judged(49, 49, 49) is None


@pytest.mark.parametrize(
    ("own", "responsible", "agency"), [(2, "handling", "H20.14"), (1, "connection", "H20"), (0, "connection", "H20")]
)
def test_the_agency_is_asked_only_for_what_is_late_by_its_own_records(own, responsible, agency):
    found = judged(100, 5, own)
    assert (found.responsible, found.responsible_agency, found.severity) == (responsible, agency, Severity.WARNING)


def test_what_only_lags_is_asked_of_the_owner_of_synchronisation():
    rules = msgspec.structs.replace(RULES, sync_owner="H20.13")
    assert judged(100, 5, 0, rules=rules).responsible_agency == "H20.13"


def test_it_stands_since_it_was_first_found_and_its_figures_are_renewed_hourly():
    first = judged(100, 5, 5)
    assert (first.since, first.opens_at, first.ripe) == (NOW, NOW, True)
    assert judged(100, 6, 6, now=NOW + HOUR - MICROSECOND, standing=first) == first
    renewed = judged(100, 6, 6, now=NOW + HOUR, standing=first)
    assert (renewed.since, renewed.details["overdue"]) == (NOW, 6)
    assert judged(100, 1, 1, now=NOW + MICROSECOND, standing=first) is None


def test_another_one_asked_is_told_at_once():
    first = judged(100, 5, 5)
    found = judged(100, 5, 1, now=NOW + MICROSECOND, standing=first)
    assert (found.responsible, found.details["own"], found.since) == (Responsible.CONNECTION, 1, NOW)
