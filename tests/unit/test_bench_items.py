"""The dossiers benchmarks are run with."""

from benchmarks.items import home_item, portal_item

LARGEST = 150
"""So many agencies the largest provinces have."""


def test_dossiers_are_spread_over_as_many_agencies_as_the_largest_provinces_have_with_five_procedures_each() -> None:
    items = [portal_item(number) for number in range(LARGEST * 10)]
    pairs = {(item["DonViXuLy"], item["MaTTHC"]) for item in items}
    assert len({agency for agency, _ in pairs}) == LARGEST
    assert len(pairs) == LARGEST * 5


def test_both_systems_name_the_same_agency_and_procedure() -> None:
    for number in range(LARGEST):
        on_the_portal, at_home = portal_item(number), home_item(number)
        assert on_the_portal["DonViXuLy"] == at_home["agency"]["code"]
        assert on_the_portal["MaTTHC"] == at_home["procedure"]["code"]
        assert on_the_portal["MaHoSo"] == at_home["nationCode"]
