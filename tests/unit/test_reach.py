"""What a unit can still come to: what is lost stays lost, everything else is done well."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.counters import Counters, View
from shared.domain.figures import Counted, Petitions, Services, ratios
from shared.domain.offers import Decisions, Offer
from shared.domain.reach import Prospect, Reach, at_best, reach
from shared.domain.scoring import Ratio, ScoreCard, score
from shared.policy.scoring import scoring_policies

POLICY = scoring_policies()[-1]

a_part = st.integers(0, 3)


@st.composite
def sums(draw: Any) -> Counters:
    """Counters as marks may sum up to: no numerator is larger than its denominator."""
    accepted = draw(st.integers(0, 6))
    fee, paper, received = (draw(st.integers(0, most)) for most in (accepted, accepted, accepted + 2))
    within = {
        **dict.fromkeys(("on_time", "finished", "online", "digitised", "reused", "stored", "population"), accepted),
        "paid": fee,
        "result": paper,
        "wanting": received,
    }
    parts = {name: draw(st.integers(0, most)) for name, most in within.items()}
    to_sync = accepted + draw(a_part)
    return Counters(
        accepted=accepted, to_sync=to_sync, synced=draw(st.integers(0, to_sync)), fee=fee, paper=paper, received=received, **parts
    )


@st.composite
def counted(draw: Any) -> Counted:
    procedures = draw(st.integers(0, 5))
    fee = draw(st.integers(0, procedures))
    parts = {name: draw(st.integers(0, procedures)) for name in ("online", "complete", "connected")}
    offer = Offer(procedures=procedures, fee=fee, payable=draw(st.integers(0, fee)), **parts)
    received = draw(a_part)
    petitions = Petitions(received=received, in_time=draw(st.integers(0, received)), content=draw(st.integers(0, received)))
    services = Services(draw(a_part), draw(a_part))
    return Counted(counters=draw(sums()), services=services, offer=offer, province=offer, petitions=petitions)


def looked_at(prospect: Prospect, view: View) -> tuple[ScoreCard, Reach]:
    """Return the card of a view and what it can still come to."""
    now = score(ratios(prospect.portal if view is View.PORTAL else prospect.home, view), POLICY)
    return now, reach(now, score(at_best(prospect, view), POLICY))


@given(st.builds(Prospect, portal=counted(), home=counted(), alone=sums()), st.sampled_from(View))
def test_what_can_be_reached_is_never_less_than_what_is_there_nor_more_than_all(prospect, view):
    now, then = looked_at(prospect, view)
    for found in now.indicators:
        reachable = then.of[found.indicator.id]
        assert (found.points or 0) <= (reachable or 0) <= (found.indicator.max or 0)
    assert now.total <= then.total <= POLICY.max
    assert then.total == sum(points or 0 for points in then.of.values())


@given(st.builds(Prospect, portal=counted(), home=counted(), alone=sums()), st.sampled_from(View))
def test_a_cards_parts_add_up(prospect, view):
    now, _ = looked_at(prospect, view)
    for group in now.groups:
        assert group.points == sum(found.points for found in group.indicators if found.points is not None)
    assert now.total == sum(group.points for group in now.groups)
    for found in now.indicators:
        if found.points is not None:
            assert found.lost + found.points == found.indicator.max


def best(portal: Counters, home: Counters, **more: Any) -> dict[str, Ratio]:
    prospect = Prospect(portal=Counted(counters=portal), home=Counted(counters=home), **more)
    return dict(at_best(prospect, View.PORTAL))


def test_what_is_late_only_on_the_portal_is_mended_and_what_is_late_at_home_stays_late():
    portal = Counters(accepted=10, to_sync=10, synced=10, on_time=6)
    assert best(portal, Counters(accepted=10, on_time=9))["2.1"] == Ratio(9, 10)


def test_what_the_portal_does_not_have_counts_once_it_is_there():
    portal = Counters(accepted=6, to_sync=10, synced=6, on_time=6, online=6)
    found = best(portal, Counters(accepted=10, to_sync=10, synced=10, on_time=9, online=7))
    assert (found["2.1"], found["1.4"], found["3.3"]) == (Ratio(9, 10), Ratio(10, 10), Ratio(7, 10))


def test_what_home_knows_nothing_of_stays_as_the_portal_counts_it():
    """Four dossiers of a ministry's own system, one of them late; of the others two are late only on the portal."""
    portal = Counters(accepted=14, to_sync=14, synced=14, on_time=11)
    found = best(portal, Counters(accepted=10, on_time=10), alone=Counters(accepted=4, on_time=3))
    assert found["2.1"] == Ratio(13, 14)


def test_of_what_home_should_know_and_does_not_as_many_are_lost_as_may_be():
    portal = Counters(accepted=12, to_sync=12, synced=12, on_time=9)
    assert best(portal, Counters(accepted=10, on_time=10))["2.1"] == Ratio(10, 12)


@pytest.mark.parametrize(("name", "counters"), [("3.3", {"online": 4}), ("4.3", {"reused": 4}), ("4.5", {"stored": 4})])
def test_how_a_dossier_was_handed_in_and_checked_stays(name, counters):
    of = Counters(accepted=10, to_sync=10, synced=10, **counters)
    assert best(of, of)[name] == Ratio(4, 10)


def test_an_unpaid_fee_is_taken_as_lost():
    of = Counters(accepted=10, to_sync=10, synced=10, fee=5, paid=3)
    assert best(of, of)["3.6"] == Ratio(3, 5)


def test_results_and_papers_can_still_be_digitised():
    of = Counters(accepted=10, to_sync=10, synced=10, paper=8, result=1, digitised=2)
    assert (best(of, of)["4.1"], best(of, of)["4.2"]) == (Ratio(8, 8), Ratio(10, 10))


def test_a_dossier_untouched_only_on_the_portal_is_content_once_in_step():
    portal = Counters(accepted=8, to_sync=10, synced=10, received=10, wanting=3)
    home = Counters(accepted=10, received=10, wanting=1)
    assert best(portal, home)["5.3"] == Ratio(9, 10)


def test_a_dossier_that_never_reached_home_stays_wanting():
    portal = Counters(accepted=9, to_sync=9, synced=9, received=10, wanting=1)
    home = Counters(accepted=9, received=9)
    assert best(portal, home)["5.3"] == Ratio(9, 10)


def test_the_catalogue_can_be_made_good_but_no_decision_is_taken_again():
    offer = Offer(procedures=5, online=2, complete=1, connected=0, fee=2, payable=0)
    portal = Counted(offer=offer, province=offer, services=Services(used=1), decisions=Decisions(decided=3, early=1, published=1))
    home = Counted(offer=offer, province=offer, services=Services(used=2, paid=1))
    decisions = Decisions(decided=3, early=1, published=2)
    found = at_best(Prospect(portal=portal, home=home, decisions=decisions), View.PORTAL)
    wanted = {
        "1.1": (1, 3),
        "1.2": (2, 3),
        "1.3": (5, 5),
        "3.1": (5, 5),
        "3.5": (2, 2),
        "4.6": (5, 5),
        "3.2": (2, 2),
        "3.4": (1, 2),
    }
    assert {name: (found[name].numerator, found[name].denominator) for name in wanted} == wanted


def test_home_comes_to_what_home_counts():
    home = Counted(counters=Counters(accepted=10, to_sync=10, synced=10, on_time=9))
    assert at_best(Prospect(portal=Counted(), home=home), View.HOME)["2.1"] == Ratio(9, 10)


def test_nothing_that_is_there_goes_away():
    """Home says it was late, the portal does not know: points that are counted are not taken back."""
    portal = Counted(counters=Counters(accepted=1, to_sync=1, synced=1, on_time=1))
    home = Counted(counters=Counters(accepted=1, to_sync=1, synced=1))
    _, then = looked_at(Prospect(portal=portal, home=home), View.PORTAL)
    assert then.of["2.1"] == Decimal("20.00")
