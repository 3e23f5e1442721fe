"""What a card had on an earlier day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.changes import Figure, Since, figures_of, gained, published_figures
from shared.domain.indicators import GroupId
from shared.domain.published import PublishedGroup, PublishedMetric, PublishedScores, PublishedUnit
from shared.domain.ranking import Of, Rank, among, rank_of
from shared.domain.scoring import Ratio, score
from shared.policy.scoring import scoring_policies

POLICY = scoring_policies()[-1]


@pytest.mark.parametrize(
    ("day", "yesterday", "last_month"),
    [
        (date(2026, 11, 20), date(2026, 11, 19), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 10, 31), date(2026, 10, 31)),
        (date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28)),
        (date(2027, 1, 31), date(2027, 1, 30), date(2026, 12, 31)),
    ],
)
def test_the_earlier_days_are_the_day_before_and_the_last_of_the_month_before(day, yesterday, last_month):
    assert (Since.YESTERDAY.before(day), Since.LAST_MONTH.before(day)) == (yesterday, last_month)


@given(*[st.fractions(0, 1, max_denominator=50)] * 2)
def test_changes_of_the_indicators_add_up_to_that_of_the_total(now, before):
    cards = [score({"2.1": Ratio(of.numerator, of.denominator), "5.3": Ratio(1, 2)}, POLICY) for of in (now, before)]
    later, earlier = (figures_of(card) for card in cards)
    gains = [gained(figure.points, earlier.of[name].points) for name, figure in later.of.items()]
    assert sum(gain for gain in gains if gain is not None) == gained(later.total, earlier.total)


def test_nothing_is_gained_against_what_is_not_known():
    assert gained(Decimal(1), None) is None
    assert gained(None, Decimal(1)) is None


def test_what_is_published_goes_by_our_ids():
    metrics = {"DOSSIER_SYNC": PublishedMetric(ratio=Decimal("99.5"), points=Decimal("5.97"))}
    groups = {group: PublishedGroup(points=Decimal(1)) for group in GroupId}
    found = published_figures(PublishedUnit(code="H20", name="", scores=PublishedScores(metrics=metrics, groups=groups)), POLICY)
    assert (found.total, found.of["1.4"], found.of["2.1"]) == (6, Figure(Decimal("5.97"), Decimal("99.5")), Figure())


def test_a_place_is_told_with_how_many_there_are():
    points = {"a": Decimal(3), "b": Decimal(5), "c": Decimal(3)}
    assert rank_of("c", points, Of.COMMUNES) == Rank(2, 3, Of.COMMUNES)
    assert rank_of("d", points, Of.COMMUNES) is None


def test_each_kind_is_ranked_with_its_own():
    assert {kind.value: among(kind) for of in Of for kind in of.kinds} == {
        "province": Of.PROVINCES,
        "specialised": Of.DEPARTMENTS,
        "economic_zone": Of.DEPARTMENTS,
        "commune": Of.COMMUNES,
    }
    assert among(None) is None
