"""From what was counted to the ratios that are scored."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.counters import COUNTERS, Counters, View
from shared.domain.figures import Counted, Petitions, Services, ratios
from shared.domain.offers import Decisions, Offer
from shared.domain.scoring import Ratio, score
from shared.policy.scoring import scoring_policies

POLICY = scoring_policies()[-1]
COUNTED = Counted(
    counters=Counters(
        accepted=100, to_sync=110, synced=99, on_time=90, finished=50, minutes=48_100, online=80, fee=20, paid=15, paper=60,
        result=40, digitised=30, reused=10, stored=5, population=70, received=104, wanting=14,
    ),
    services=Services(used=7, paid=3),
    offer=Offer(procedures=40, online=30, complete=1, connected=12, fee=8, payable=6),
    province=Offer(procedures=300, complete=290),
    decisions=Decisions(decided=9, early=4, published=8),
    petitions=Petitions(received=12, in_time=11, content=10),
)  # fmt: skip


def test_every_indicator_with_a_ratio_has_its_own():
    found = ratios(COUNTED, View.HOME)
    assert {name: (ratio.numerator, ratio.denominator) for name, ratio in found.items()} == {
        "1.1": (4, 9),
        "1.2": (8, 9),
        "1.3": (290, 300),
        "1.4": (99, 110),
        "2.1": (90, 100),
        "2.2": (100, 50),
        "3.1": (30, 40),
        "3.2": (7, 30),
        "3.3": (80, 100),
        "3.4": (3, 8),
        "3.5": (6, 8),
        "3.6": (15, 20),
        "4.1": (40, 60),
        "4.2": (30, 100),
        "4.3": (10, 100),
        "4.5": (5, 100),
        "4.6": (12, 40),
        "4.7": (70, 100),
        "5.1": (11, 12),
        "5.2": (10, 12),
        "5.3": (90, 104),
    }
    assert found.keys() | {"4.4"} == POLICY.indicators.keys()


def test_only_the_portals_view_carries_1_4_as_the_factor_of_3_3():
    assert ratios(COUNTED, View.PORTAL)["3.3"].factor == Fraction(99, 110)
    assert ratios(COUNTED, View.HOME)["3.3"].factor == 1
    assert ratios(Counted(), View.PORTAL)["3.3"].factor == 1


def test_a_service_the_catalogue_no_longer_offers_counts_no_more():
    found = ratios(Counted(services=Services(used=5, paid=5), offer=Offer(online=3, fee=2)), View.PORTAL)
    assert (found["3.2"], found["3.4"]) == (Ratio(3, 3), Ratio(2, 2))


def test_nothing_counted_can_be_scored():
    assert score(ratios(Counted(), View.PORTAL), POLICY).total == 14  # 4.4, and 5.1 and 5.2 without petitions


@given(st.lists(st.builds(Counters, accepted=st.just(1), received=st.just(1), wanting=st.integers(0, 1)), max_size=9))
def test_the_sums_of_dossiers_can_always_be_scored(of_dossiers):
    sums = Counters(**{name: sum(getattr(of, name) for of in of_dossiers) for name in COUNTERS})
    card = score(ratios(Counted(counters=sums), View.PORTAL), POLICY)
    assert 0 <= card.total <= 100
