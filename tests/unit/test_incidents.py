"""When a mass of alerts is one incident, and when it is over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alerts import Reason
from shared.domain.dossiers import HomeSystem, Place, Rules
from shared.domain.findings import Finding, Responsible, Severity
from shared.domain.incidents import (
    Cause,
    CauseKind,
    Mass,
    Standing,
    Suspect,
    behind,
    has_ended,
    is_suspect,
    mass_cause,
    masses,
    suspect,
    worst,
)

from .builders import at

MASS = Mass()
AGENCY, PROCEDURE, SOURCE = CauseKind.AGENCY, CauseKind.PROCEDURE, CauseKind.SOURCE
RULES = Rules(province="H20", portal="portal", homes=(HomeSystem("land"), HomeSystem("igate", True)))


def suspects(count: int, **values: Any) -> list[Suspect]:
    return [Suspect(**({"rule": "sync.status_mismatch", "severity": Severity.WARNING} | values)) for _ in range(count)]


def spread(count: int, field: str, **values: Any) -> list[Suspect]:
    """Suspects that differ in one thing."""
    return [one for number in range(count) for one in suspects(1, **values, **{field: f"{field}-{number}"})]


def finding(rule: str = "sync.status_mismatch", **details: Any) -> Finding:
    moment = at("18 10:00")
    return Finding(
        rule=rule,
        family=rule,
        severity=Severity.WARNING,
        since=moment,
        opens_at=moment,
        responsible=Responsible.CONNECTION,
        details=details,
        ripe=True,
    )


def test_a_mass_begins_with_as_many_as_are_configured_and_not_with_one_less() -> None:
    assert mass_cause(suspects(19, agency="H20.14"), MASS) is None
    assert mass_cause(suspects(20, agency="H20.14"), MASS) == Cause(AGENCY, "H20.14")
    assert mass_cause([], MASS) is None


def test_the_narrowest_that_explains_most_of_it_is_the_cause() -> None:
    of_agency = suspects(40, agency="H20.14", procedure="1.1", source="portal")
    assert mass_cause(of_agency, MASS) == Cause(AGENCY, "H20.14")
    assert mass_cause(spread(40, "agency", procedure="1.1", source="portal"), MASS) == Cause(PROCEDURE, "1.1")
    everywhere = [one for n in range(40) for one in suspects(1, agency=f"H20.{n}", procedure=f"1.{n}", source="portal")]
    assert mass_cause(everywhere, MASS) == Cause(SOURCE, "portal")


def test_an_agency_explains_a_mass_of_which_four_fifths_are_its_own() -> None:
    def mixed(own: int, others: int) -> list[Suspect]:
        return [*suspects(own, agency="H20.14", source="portal"), *spread(others, "agency", source="portal")]

    assert mass_cause(mixed(80, 20), MASS) == Cause(AGENCY, "H20.14")
    assert mass_cause(mixed(79, 21), MASS) == Cause(SOURCE, "portal")


def test_what_is_about_to_be_found_counts_but_opens_nothing_by_itself() -> None:
    coming = suspects(5_000, agency="H20.14")
    assert masses(suspects(1, agency="H20.14"), coming, MASS) == [Cause(AGENCY, "H20.14")]
    assert masses(suspects(1, agency="H20.15"), coming, MASS) == []
    assert masses([], coming, MASS) == []


def test_two_masses_at_once_are_two_incidents() -> None:
    opening = [*suspects(30, agency="H20.14"), *suspects(25, agency="H20.15"), *suspects(3, agency="H20.16")]
    assert masses(opening, [], MASS) == [Cause(AGENCY, "H20.14"), Cause(AGENCY, "H20.15")]


@given(st.lists(st.sampled_from("ab"), max_size=60), st.lists(st.sampled_from("abc"), max_size=60))
def test_an_incident_is_of_what_opens_and_never_twice_of_the_same(opening: list[str], others: list[str]) -> None:
    def of(agencies: list[str]) -> list[Suspect]:
        return [one for agency in agencies for one in suspects(1, agency=agency)]

    found = masses(of(opening), of(others), MASS)
    assert len(set(found)) == len(found)
    assert {cause.code for cause in found} <= set(opening)
    assert {code for code in opening if (opening + others).count(code) >= MASS.least} <= {cause.code for cause in found}


@pytest.mark.parametrize(
    ("standing", "over"),
    [
        (Standing(5_000, 20), False),
        (Standing(5_000, 19), True),
        (Standing(5_000, 10, 10), False),
        (Standing(5_000, 10, 9), True),
        (Standing(100, 10), False),
        (Standing(100, 9), True),
        (Standing(20, 2), False),
        (Standing(20, 1), True),
        (Standing(0, 0), True),
        (Standing(1, 0), True),
    ],
)
def test_an_incident_is_over_when_less_than_a_tenth_and_less_than_a_mass_is_left(standing: Standing, *, over: bool) -> None:
    assert has_ended(standing, MASS) is over


@pytest.mark.parametrize(
    ("found", "source"),
    [
        (finding("sync.missing_on_portal", absent_from=["portal"]), "portal"),
        (finding("sync.missing_at_home", absent_from=["igate"]), "igate"),
        (finding("sync.missing_at_home", absent_from=["igate", "land"]), None),
        (finding(lags="portal"), "portal"),
        (finding(lags="home"), "igate"),
        (finding(lags=None), None),
        (finding("sync.result_missing", finished_at=None), "portal"),
        (finding("sync.payment_mismatch", paid_on="home"), "portal"),
        (finding("sync.payment_mismatch", paid_on="portal"), "igate"),
        (finding("sync.field_mismatch", fields=[]), None),
    ],
)
def test_the_source_behind_is_the_one_that_lags_or_lacks_it(found: Finding, source: str | None) -> None:
    assert behind(found, RULES) == source


def test_without_a_main_system_home_is_the_first() -> None:
    rules = Rules(province="H20", portal="portal", homes=(HomeSystem("land"), HomeSystem("igate")))
    assert behind(finding(lags="home"), rules) == "land"
    assert behind(finding(lags="home"), Rules(province="H20")) is None


def test_only_what_is_out_of_step_now_is_of_an_incident() -> None:
    assert is_suspect(finding(), None)
    assert not is_suspect(finding("deadline.overdue"), None)
    assert not is_suspect(finding(), Reason.BASELINE)
    assert not is_suspect(finding(), Reason.RULES_CHANGED)


def test_a_suspect_shares_what_its_finding_and_its_place_tell() -> None:
    found = suspect(finding(lags="portal"), Place("H20.14", "1.1", "G1"), RULES)
    causes = [Cause(AGENCY, "H20.14"), Cause(PROCEDURE, "1.1"), Cause(SOURCE, "portal")]
    assert found.causes() == causes
    assert all(found.shares(cause) for cause in causes)
    assert not found.shares(Cause(AGENCY, "1.1"))


def test_an_incident_is_as_severe_as_the_worst_inside_it() -> None:
    assert worst([Severity.WARNING] * 2) is Severity.WARNING
    assert worst([Severity.WARNING, Severity.CRITICAL]) is Severity.CRITICAL
