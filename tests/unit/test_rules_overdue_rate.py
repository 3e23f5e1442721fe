"""Too many of an agency's dossiers on the portal are overdue: from and down to which share, whom that is asked of, since when."""

from datetime import timedelta
from fractions import Fraction

import msgspec
import pytest

from shared.domain.findings import Finding, Responsible, Severity
from shared.domain.rules.overdue_rate import high
from shared.domain.stock import PortalStock, RateLimit

from .builders import MICROSECOND, RULES, at

LIMIT = RateLimit(percent=Fraction(2), least_open=50, margin=Fraction(1, 2))
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


@pytest.mark.parametrize(
    ("overdue", "own"), [(5, 5), (5, 0)], ids=["asked of the agency", "asked of the owner of synchronisation"]
)
def test_what_is_told_ends_just_below_the_limit_less_the_margin_and_not_exactly_there(overdue, own):
    first = judged(200, overdue, own)
    assert (first.details["limit"], first.details["ends_below"]) == (2.0, 1.5)
    still = judged(200, 3, min(own, 3), now=NOW + HOUR, standing=first)
    assert (still.since, still.responsible, still.details["overdue"]) == (NOW, first.responsible, 3)
    assert judged(201, 3, min(own, 3), now=NOW + HOUR, standing=still) is None
    assert judged(200, 3, min(own, 3)) is None, "what is not told begins at the limit"


def test_what_is_told_stands_however_few_are_open_and_ends_with_the_last_that_is_late():
    first = judged(50, 1, 1)
    assert judged(1, 1, 1, now=NOW + HOUR, standing=first) is not None
    assert judged(1, 0, 0, now=NOW + HOUR, standing=first) is None
    assert judged(0, 0, 0, now=NOW + HOUR, standing=first) is None


def test_nobody_is_asked_for_the_first_time_below_the_limit():
    of_the_agency, of_the_owner = judged(200, 4, 4), judged(200, 4, 3)
    assert judged(200, 3, 2, standing=of_the_agency) is None, "what lags by now is not enough by itself"
    assert judged(200, 3, 3, standing=of_the_owner) is None, "nothing lags any more"


def test_whoever_is_asked_stays_asked_near_the_limit():
    of_the_agency, of_the_owner = judged(200, 6, 4), judged(200, 6, 3)
    assert judged(200, 6, 3, standing=of_the_agency).responsible is Responsible.HANDLING
    assert judged(200, 6, 2, standing=of_the_agency).responsible is Responsible.CONNECTION
    assert judged(200, 6, 3, standing=of_the_owner).responsible is Responsible.CONNECTION
    assert judged(200, 6, 4, standing=of_the_owner).responsible is Responsible.HANDLING


def test_another_one_asked_is_told_at_once():
    first = judged(100, 5, 5)
    found = judged(100, 5, 1, now=NOW + MICROSECOND, standing=first)
    assert (found.responsible, found.details["own"], found.since) == (Responsible.CONNECTION, 1, NOW)
