"""Competition ranking."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ranking import ranks

POINTS = st.dictionaries(st.text(max_size=3), st.decimals(0, 100, places=2))


def test_equal_points_share_the_better_rank_and_the_next_is_skipped():
    points = {"d": Decimal("1.00"), "b": Decimal("7.5"), "a": Decimal("9.99"), "c": Decimal("7.50")}
    assert ranks(points) == {"a": 1, "b": 2, "c": 2, "d": 4}


def test_nobody_has_no_rank():
    assert ranks({}) == {}


@given(POINTS)
def test_a_rank_is_one_more_than_how_many_have_more_points(points):
    found = ranks(points)
    assert found == {code: 1 + sum(other > own for other in points.values()) for code, own in points.items()}
