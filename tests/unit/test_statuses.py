"""The states of a dossier."""

import pytest

from shared.domain.statuses import ENDED, LABELS, RUNNING, STANDING_STILL, Status, agree


def test_every_status_is_in_exactly_one_state_of_the_clock():
    """New and unknown are in none: nothing runs yet, and nothing is claimed."""
    sets = (RUNNING, STANDING_STILL, ENDED)
    counts = {status: sum(status in members for members in sets) for status in Status}
    assert {status for status, count in counts.items() if count == 0} == {Status.UNKNOWN, Status.NEW}
    assert max(counts.values()) == 1


def test_waiting_for_payment_still_counts():
    assert {2, 4, 6} == RUNNING


def test_supplement_stop_and_pause_stand_still():
    assert {5, 8, Status.PAUSED} == STANDING_STILL


def test_refused_withdrawn_finished_and_returned_end_it():
    assert {3, 7, 9, 10} == ENDED


def test_every_status_can_be_told_to_officials():
    assert set(LABELS) == set(Status)
    assert all(LABELS.values())


@pytest.mark.parametrize("status", Status)
def test_a_status_agrees_with_itself(status):
    assert agree(status, status)


@pytest.mark.parametrize(("portal", "same"), [(4, True), (5, True), (6, True), (8, True), (1, False), (2, False), (9, False)])
def test_paused_agrees_with_what_the_portal_can_say_of_it(portal, same):
    assert agree(Status.PAUSED, Status(portal)) is same


def test_other_statuses_agree_only_with_themselves():
    others = set(Status) - {Status.PAUSED}
    assert not any(agree(home, portal) for home in others for portal in Status if home is not portal)
