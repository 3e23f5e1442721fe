"""A card is made once of the same figures: it must be the one they are worth, whatever was scored before."""

from services.api.scoring import Scoring
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted, ratios
from shared.domain.indicators import AgencyKind
from shared.domain.scoring import score
from shared.domain.units import Offices
from shared.policy.scoring import scoring_policies
from shared.policy.targets import targets

SCORING = Scoring(scoring_policies(), targets(), Offices())
POLICY = SCORING.policies[-1]
HALF = Counted(counters=Counters(accepted=2, on_time=1, to_sync=2, synced=1, online=2, finished=2, minutes=960))
ALL = Counted(counters=Counters(accepted=2, on_time=2, to_sync=2, synced=2, online=2, finished=2, minutes=960))


def test_each_card_is_what_its_own_figures_are_worth() -> None:
    for _ in range(2):
        for found in (HALF, ALL):
            for view in View:
                for kind in (None, *AgencyKind):
                    for minutes in (450, 480):
                        card = SCORING.card(found, view, POLICY, kind, day_minutes=minutes)
                        assert card == score(ratios(found, view, day_minutes=minutes), POLICY, kind=kind)


def test_the_same_figures_are_scored_once() -> None:
    made = SCORING.card(HALF, View.PORTAL, POLICY, None, day_minutes=480)
    again = Counted(counters=Counters(accepted=2, on_time=1, to_sync=2, synced=1, online=2, finished=2, minutes=960))
    assert SCORING.card(again, View.PORTAL, POLICY, None, day_minutes=480) is made
