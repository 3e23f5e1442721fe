"""Our figures beside the portal's own."""

from decimal import Decimal

import pytest

from shared.domain.comparing import Compared, compared
from shared.domain.published import PublishedMetric, PublishedScores, PublishedUnit
from shared.domain.scoring import Ratio, score
from shared.policy.scoring import scoring_policies

POLICY = scoring_policies()[-1]
CARD = score({"2.1": Ratio(1, 2), "2.2": Ratio(12, 5), "4.7": Ratio(1, 3), "1.4": Ratio(1, 2)}, POLICY)


def beside(**metrics: PublishedMetric) -> dict[str, Compared]:
    unit = PublishedUnit(code="H20", name="Tỉnh Đồng Tháp", scores=PublishedScores(metrics=metrics))
    return {found.indicator.id: found for found in compared(CARD, unit)}


@pytest.mark.parametrize(("theirs", "agrees"), [("51.00", True), ("49.00", True), ("51.01", False), ("48.99", False)])
def test_two_figures_agree_up_to_the_tolerance_of_the_policy(theirs, agrees):
    """2.1 may be a percentage point apart."""
    found = beside(**{"2.1": PublishedMetric(ratio=Decimal(theirs))})["2.1"]
    assert (found.difference, found.agrees) == (50 - Decimal(theirs), agrees)


def test_what_is_published_in_counts_alone_is_compared_by_its_counts():
    found = beside(**{"2.1": PublishedMetric(numerator=653, denominator=654)})["2.1"]
    assert (found.ours, found.portal, found.agrees) == (Decimal("50.00"), Decimal("99.85"), False)


def test_an_indicator_goes_by_the_portals_code_where_it_has_one():
    found = beside(CITIZEN_DATA_CONNECTED_DOSSIER=PublishedMetric(ratio=Decimal("33.5")))["4.7"]
    assert (found.ours, found.portal, found.agrees) == (Decimal("33.33"), Decimal("33.5"), True)


def test_nothing_agrees_or_differs_where_a_figure_is_missing_or_not_comparable():
    of_metrics = beside(DOSSIER_SYNC=PublishedMetric(ratio=Decimal(1)), **{"2.2": PublishedMetric(ratio=Decimal("3.4"))})
    assert {name: found.agrees for name, found in of_metrics.items()} == dict.fromkeys(POLICY.indicators)
    assert of_metrics["1.4"].difference == 49
    assert (of_metrics["2.2"].ours, of_metrics["2.2"].portal) == (None, None)
