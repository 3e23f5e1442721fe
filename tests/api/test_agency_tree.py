"""The tree of agencies, without a database."""

import pytest

from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree

TREE = AgencyTree({"H20": None, "H20.14": "H20", "H20.14.05": None, "LAND": "H20.14", "H20.15": "H20", "X": None}, is_whole=True)


@pytest.mark.parametrize(
    ("top", "codes"),
    [
        ("H20", {"H20", "H20.14", "H20.14.05", "LAND", "H20.15"}),
        ("H20.14", {"H20.14", "H20.14.05", "LAND"}),
        ("LAND", {"LAND"}),
        ("H20.1", set()),
        ("nobody", set()),
    ],
)
def test_below_an_agency_are_those_that_name_it_and_those_whose_code_begins_with_its(top: str, codes: set[str]) -> None:
    assert TREE.below(top).codes == codes


def test_several_agencies_are_taken_together() -> None:
    assert TREE.narrowed_to(["LAND", "H20.15"]).codes == {"LAND", "H20.15"}


def test_a_part_of_the_whole_is_not_the_whole() -> None:
    assert not TREE.below("H20").is_whole


def test_an_agency_between_that_nobody_knows_breaks_nothing() -> None:
    assert AgencyTree({"H20": None, "H20.14.05": None}).below("H20").codes == {"H20", "H20.14.05"}


def test_agencies_that_name_each_other_are_met_once() -> None:
    assert AgencyTree({"A": "B", "B": "A"}).below("A").codes == {"A", "B"}


def test_the_whole_province_needs_no_codes() -> None:
    assert WHOLE_PROVINCE.is_whole
    assert "H20" not in WHOLE_PROVINCE
