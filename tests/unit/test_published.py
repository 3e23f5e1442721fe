"""The portal's own scores of a unit, put together from several readings."""

from decimal import Decimal

from shared.domain.indicators import GroupId
from shared.domain.published import Endpoint, PublishedGroup, PublishedMetric, PublishedScores, PublishedUnit, merged


def part(endpoint, total=None, metrics=None, **points):
    """Return what one part of the evaluation says of the province."""
    groups = {GroupId(group): PublishedGroup(points=value and Decimal(value)) for group, value in points.items()}
    scores = PublishedScores(groups=groups, metrics=metrics or {}, endpoints=(endpoint,))
    return PublishedUnit(code="H20", name="Tỉnh", total=total and Decimal(total), scores=scores)


FIVE = {"TDGQ": "18", "ONLINE": "9", "TTTT": "7", "MDSH": "12", "MDHL": "14"}
OVERALL = part(Endpoint.RESULTS, "73.02", CKMB="13", **FIVE)


def test_the_parts_of_one_reading_are_put_together():
    metric = PublishedMetric(numerator=1, denominator=2)
    unit = merged(
        None, {Endpoint.RESULTS: OVERALL, Endpoint.TRANSPARENCY: part(Endpoint.TRANSPARENCY, None, {"A": metric}, CKMB="12")}
    )
    assert unit.total == Decimal("73.02")
    assert unit.scores.groups[GroupId.CKMB].points == Decimal(13)  # the ranking publishes groups and total together
    assert unit.scores.metrics == {"A": metric}
    assert unit.scores.endpoints == (Endpoint.TRANSPARENCY, Endpoint.RESULTS)


def test_what_could_not_be_read_stays_as_it_was():
    metric = PublishedMetric(numerator=1, denominator=2)
    before = merged(
        None, {Endpoint.RESULTS: OVERALL, Endpoint.PROGRESS: part(Endpoint.PROGRESS, None, {"2.1": metric}, TDGQ="18")}
    )
    again = merged(before, {Endpoint.RESULTS: OVERALL})
    assert again == before


def test_a_total_the_groups_have_left_behind_is_not_kept():
    before = merged(None, {Endpoint.RESULTS: OVERALL})
    same = merged(before, {Endpoint.PROGRESS: part(Endpoint.PROGRESS, TDGQ="18")})
    assert same.total == Decimal("73.02")
    moved = merged(before, {Endpoint.PROGRESS: part(Endpoint.PROGRESS, TDGQ="19")})
    assert (moved.total, moved.points) == (None, Decimal("74"))


def test_a_figure_that_became_unknown_is_unknown_and_not_what_it_was():
    before = merged(None, {Endpoint.PROGRESS: part(Endpoint.PROGRESS, TDGQ="18")})
    after = merged(before, {Endpoint.PROGRESS: part(Endpoint.PROGRESS, TDGQ=None)})
    assert after.scores.groups[GroupId.TDGQ].points is None


def test_points_are_the_sum_of_the_groups_only_when_all_are_known():
    known = merged(None, {Endpoint.RESULTS: part(Endpoint.RESULTS, None, CKMB="0", **FIVE)})
    unknown = merged(None, {Endpoint.RESULTS: part(Endpoint.RESULTS, None, CKMB=None, **FIVE)})
    assert (known.points, unknown.points) == (Decimal(60), None)
