"""Codes in their two spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import codes

groups = st.integers(1, 99).map("{:02}".format)
agencies = st.lists(groups, max_size=3).map(lambda parts: ".".join(["H20", *parts]))


@pytest.mark.parametrize(
    ("spelling", "normal"),
    [
        ("000.00.14.H20", "H20.14"),
        ("000.05.14.H20", "H20.14.05"),
        ("007.05.14.H20", "H20.14.05.007"),
        ("000.00.00.H20", "H20"),
        ("00.00.14.H20", "H20.14"),
        ("H20.14", "H20.14"),
        (" h20.14 ", "H20.14"),
        ("G22", "G22"),
        ("", ""),
    ],
)
def test_an_agency_has_one_normal_form(spelling, normal):
    assert codes.agency(spelling) == normal


@pytest.mark.parametrize(
    ("spelling", "normal"),
    [
        ("000.00.14.H20-261121-0001", "H20.14-261121-0001"),
        ("H20.14-261121-0001", "H20.14-261121-0001"),
        ("h20.14-261121-0001\n", "H20.14-261121-0001"),
        ("ABC123", "ABC123"),
    ],
)
def test_a_dossier_has_one_normal_form(spelling, normal):
    assert codes.dossier(spelling) == normal


@pytest.mark.parametrize("spelling", ["1.001193.000.00.00.H20", "1.001193", " 1.001193 "])
def test_a_procedure_is_the_part_before_the_zeros(spelling):
    assert codes.procedure(spelling) == "1.001193"


def test_a_dossier_is_asked_for_in_its_normal_form_first():
    assert codes.spellings("H20.14-261121-0001") == ("H20.14-261121-0001", "000.00.14.H20-261121-0001")


@pytest.mark.parametrize("code", ["ABC123", "X-1", "H20.14.05.07.09-1", "H20.1-0001"])
def test_a_code_without_an_old_spelling_has_one(code):
    assert codes.spellings(code) == (code,)


@pytest.mark.parametrize(
    ("code", "ancestor", "within"),
    [
        ("H20.14", "H20.14", True),
        ("H20.14.05", "H20.14", True),
        ("H20.14", "H20", True),
        ("H20", "H20.14", False),
        ("H20.140", "H20.14", False),
        ("H200.14", "H20", False),
    ],
)
def test_an_agency_stands_below_another_by_whole_groups(code, ancestor, within):
    assert codes.is_within(code, ancestor) is within


@given(agencies, st.integers(0, 9999))
def test_every_spelling_of_a_dossier_is_the_same_dossier(agency, number):
    code = f"{agency}-261121-{number:04}"
    assert {codes.dossier(spelling) for spelling in codes.spellings(code)} == {code}


@given(st.text(max_size=40))
def test_the_normal_form_is_its_own_normal_form(text):
    for normal in (codes.agency, codes.dossier, codes.procedure):
        assert normal(normal(text)) == normal(text)
