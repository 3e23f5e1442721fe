"""What one dossier counts for in each indicator."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.counters import COUNTERS, Counters, View
from shared.domain.figures import Counted, ratios
from shared.domain.shares import OF_DOSSIERS, SERVICES, SHARES

a_sum = st.builds(Counters, **{name: st.integers(0, 9) for name in COUNTERS})


@given(a_sum)
def test_the_shares_are_the_ratios_of_the_card(counters):
    found = ratios(Counted(counters=counters), View.HOME)
    told = {name: (share.well(counters), share.whole(counters)) for name, share in SHARES.items()}
    assert told == {name: (found[name].numerator, found[name].denominator) for name in SHARES}


@given(a_sum)
def test_what_counts_badly_is_what_is_missing_to_the_whole(counters):
    for share in OF_DOSSIERS.values():
        assert share.well(counters) + share.badly(counters) == share.whole(counters)


def test_a_dossier_can_only_be_missing_where_services_count():
    used = Counters(service_used=3, service_paid=2)
    assert {name: share.badly(used) for name, share in SERVICES.items()} == {"3.2": 0, "3.4": 0}
