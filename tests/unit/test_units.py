"""Units: kinds of agency, what is ranked with what, and who answers for which target."""

import pytest

from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Agency
from shared.domain.indicators import AgencyKind
from shared.domain.ranking import Of
from shared.domain.units import Offices, kind_of, ranked, roles, units_of
from shared.policy.targets import targets

AGENCIES = [
    Agency(code="H20", name="Tỉnh", level=1),
    Agency(code="H20.01", name="Văn phòng", parent="H20", level=2),
    Agency(code="H20.09", name="Sở Khoa học và Công nghệ", parent="H20", level=2),
    Agency(code="H20.20", name="Ban Quản lý Khu kinh tế", parent="H20", level=2),
    Agency(code="H20.09.01", name="Phòng", parent="H20.09"),
    Agency(code="H20.100", name="Phường", parent="H20", level=3),
]
TREE = AgencyTree({agency.code: agency.parent for agency in AGENCIES}, is_whole=True)
OFFICES = Offices(office="H20.01", science="H20.09", economic_zones=frozenset({"H20.20"}))
BY_CODE = units_of(AGENCIES, OFFICES)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("H20", AgencyKind.PROVINCE),
        ("H20.09", AgencyKind.SPECIALISED),
        ("H20.20", AgencyKind.ECONOMIC_ZONE),
        ("H20.100", AgencyKind.COMMUNE),
        ("H20.09.01", None),
    ],
)
def test_the_kind_of_an_agency_is_its_level_in_the_list(code, kind):
    assert BY_CODE[code].kind is kind
    assert kind_of(Agency(code="H20.20", name="", level=2), Offices()) is AgencyKind.SPECIALISED


def test_a_unit_has_what_the_tree_has_below_it():
    assert {code: unit.agencies for code, unit in BY_CODE.items()} == {code: TREE.below(code).codes for code in TREE.codes}


def test_a_unit_has_everything_below_it():
    assert BY_CODE["H20.09"].agencies == {"H20.09", "H20.09.01"}
    assert BY_CODE["H20"].agencies == {agency.code for agency in AGENCIES}


@pytest.mark.parametrize(
    ("of", "codes"),
    [
        (None, ["H20.01", "H20.09", "H20.20", "H20.100"]),
        (Of.DEPARTMENTS, ["H20.01", "H20.09", "H20.20"]),
        (Of.COMMUNES, ["H20.100"]),
        (Of.PROVINCES, []),
    ],
)
def test_like_is_ranked_with_like(of, codes):
    assert [unit.code for unit in ranked(BY_CODE.values(), of)] == codes


def test_a_role_follows_from_the_kind_or_from_the_task():
    found = {code: roles(unit, targets(), OFFICES) for code, unit in BY_CODE.items()}
    assert (found["H20.09"]["1.4"], found["H20.100"]["1.4"], found["H20.01"]["1.3"]) == ("lead", "support", "lead")
    assert (found["H20.100"]["4.4"], found["H20.20"]["2.1"]) == ("lead", "lead")
    assert "1.1" not in found["H20.100"]
    assert found["H20.09.01"] == {}
    assert found["H20.01"]["2.1"] == "lead", "a department leads on its own dossiers before it supports as the office"
