"""The review itself: what it waits for, whom it asks, when it looks again, and which record speaks for home."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.dossiers import Absent, Dossier, HomeSystem, Unreadable, fingerprint
from shared.domain.findings import Review
from shared.domain.review import review
from shared.domain.statuses import Status

from .builders import (
    ACCEPTED,
    CODE,
    DUE,
    MICROSECOND,
    RULES,
    absent,
    asked,
    at,
    both,
    calendar,
    find,
    found,
    judge,
    new,
    seen,
)

HOLD = timedelta(minutes=15)
HOUR = timedelta(hours=1)
LATER = at("18 10:00")
LATE = DUE + MICROSECOND
HOMES = msgspec.structs.replace(RULES, homes=(HomeSystem("igate", main=True), HomeSystem("land"), HomeSystem("build")))
ON_TWO = {"portal": seen("portal"), "igate": seen(), "land": seen("land")}


def test_a_dossier_with_no_record_left_closes_everything():
    first = judge({"igate": seen()}, LATER)
    assert judge({"igate": Absent(), "portal": Absent(LATER)}, LATER, standing=first) == Review(findings=())


def test_a_dossier_in_step_looks_again_at_its_next_threshold():
    answer = judge(both(), ACCEPTED)
    assert answer.next_review_at == at("20 16:00")  # 24 working hours before the due date
    assert (answer.look_ups, answer.waits_for) == (frozenset(), frozenset())


def test_what_ended_in_step_is_never_looked_at_again():
    done = both(status=Status.FINISHED, finished_at=ACCEPTED, electronic_result=True)
    assert judge(done, LATER).next_review_at is None


# Sources that are behind


def test_a_threshold_counts_as_far_as_its_source_was_read():
    behind = {"igate": DUE, "portal": LATE}
    assert found(both(), LATE + HOUR, "deadline", read_to=behind).rule == "deadline.due_soon"
    assert found(both(), LATE + HOUR, "deadline", read_to={"igate": LATE}).rule == "deadline.overdue"


def test_a_source_behind_a_past_threshold_is_waited_for():
    answer = judge(both(), LATE + HOUR, read_to={"igate": DUE})
    assert answer.waits_for == {"igate"}
    assert answer.next_review_at == at("27 16:00")  # when an apology would be told


def test_a_portal_that_is_not_read_does_not_stop_a_deadline_at_home():
    assert found(both(), LATE, "deadline", read_to={"portal": ACCEPTED}).rule == "deadline.overdue"


def test_a_source_never_read_keeps_what_stood_and_opens_nothing():
    first = judge(both(), LATE)
    kept = {finding.family: finding for finding in first.findings}
    for standing, findings in (({}, ()), (kept, first.findings)):
        dossier = Dossier(code=CODE, sides=both(), standing=standing)
        answer = review(dossier, None, RULES, calendar(), {}, now=LATE)
        assert (answer.findings, answer.waits_for) == (findings, {"igate", "portal"})


def test_two_sides_are_not_compared_until_the_other_was_read_past_the_change():
    changed = both() | {"igate": seen(status=Status.PAYMENT, updated_at=LATER)}
    behind = judge(changed, LATER + HOUR, read_to={"portal": LATER - MICROSECOND})
    assert find(behind, "sync.status_mismatch") is None
    assert "portal" in behind.waits_for
    assert not absent(changed, LATER + HOUR, "sync.status_mismatch", read_to={"portal": LATER})


def test_a_mismatch_is_not_closed_by_a_side_that_may_have_changed_since():
    first = judge(both() | {"igate": seen(status=Status.PAYMENT, updated_at=LATER)}, LATER + HOUR)
    both_paid = both(status=Status.PAYMENT) | {"portal": seen("portal", status=Status.PAYMENT, updated_at=LATER + 2 * HOUR)}
    given = {"standing": first, "read_to": {"igate": LATER + HOUR}}
    assert not absent(both_paid, LATER + 3 * HOUR, "sync.status_mismatch", **given)
    assert absent(both_paid, LATER + 3 * HOUR, "sync.status_mismatch", standing=first)


# Look-ups

GONE = {"igate": seen(updated_at=LATER)}


def test_nobody_is_told_before_the_other_side_was_asked():
    opens = LATER + HOLD
    early = judge(GONE, opens - MICROSECOND)
    assert (early.look_ups, early.next_review_at) == (frozenset(), opens)
    due = judge(GONE, opens)
    assert (due.look_ups, find(due, "sync.missing_on_portal").ripe) == ({"portal"}, False)


@pytest.mark.parametrize(("moment", "ripe"), [(LATER + HOLD - MICROSECOND, False), (LATER + HOLD, True)])
def test_an_answer_counts_from_the_moment_the_hold_ends(moment, ripe):
    answer = judge(GONE | {"portal": Absent(moment)}, LATER + HOUR)
    assert find(answer, "sync.missing_on_portal").ripe is ripe
    assert answer.look_ups == (frozenset() if ripe else {"portal"})


def test_open_alerts_are_asked_again_an_hour_after_the_last_answer():
    answered = LATER + HOUR
    sides = GONE | {"portal": Absent(answered)}
    first = judge(sides, answered)
    early = judge(sides, answered + HOUR - MICROSECOND, standing=first)
    assert early.look_ups == frozenset()
    assert early.next_review_at == answered + HOUR
    again = judge(sides, answered + HOUR, standing=first)
    assert (again.look_ups, find(again, "sync.missing_on_portal").ripe) == ({"portal"}, True)


def test_the_side_that_lags_is_asked_and_its_answer_counts_as_asked():
    sides = both() | {"igate": seen(status=Status.PAYMENT, updated_at=LATER)}
    assert judge(sides, LATER + HOLD).look_ups == {"portal"}
    assert found(sides | {"portal": asked(sides["portal"], LATER + HOLD)}, LATER + HOUR, "sync.status_mismatch").ripe


def test_a_side_that_cannot_be_read_is_asked_again_hourly():
    refused = both() | {"portal": Unreadable(LATER)}
    assert judge(refused, LATER + HOUR - MICROSECOND).look_ups == frozenset()
    assert judge(refused, LATER + HOUR - MICROSECOND).next_review_at == LATER + HOUR
    assert judge(refused, LATER + HOUR).look_ups == {"portal"}
    once_more = both() | {"portal": Unreadable(LATER, LATER + HOUR)}
    assert judge(once_more, LATER + 2 * HOUR - MICROSECOND).look_ups == frozenset()


@pytest.mark.parametrize(
    "family",
    ["sync.status_mismatch", "sync.field_mismatch", "sync.result_missing", "sync.payment_mismatch", "sync.status_unknown"],
)
def test_a_portal_that_cannot_be_read_keeps_every_comparison(family):
    different = {
        "igate": seen(status=Status.FINISHED, finished_at=LATER, electronic_result=True, paid_online=True, due_at=None),
        "portal": seen("portal"),
    }
    if family == "sync.status_unknown":
        different |= {"igate": seen(status=Status.UNKNOWN)}
    first = judge(different, LATER)
    kept = judge(different | {"portal": Unreadable(LATER)}, LATER + HOUR, standing=first)
    assert find(kept, family) == find(first, family) is not None
    assert absent(different | {"portal": Unreadable(LATER)}, LATER + HOUR, family)


# Which record speaks for home


@pytest.mark.parametrize(
    ("igate", "land", "speaks"),
    [
        ({}, {}, "igate"),
        ({}, {"updated_at": LATER}, "land"),
        ({"status": Status.FINISHED, "finished_at": LATER, "updated_at": LATER}, {}, "land"),
        ({"status": Status.STOPPED, "returned_at": LATER, "updated_at": LATER}, {"status": Status.STOPPED}, "land"),
        (
            {"status": Status.FINISHED, "finished_at": LATER},
            {"status": Status.FINISHED, "finished_at": LATER, "updated_at": LATER},
            "land",
        ),
    ],
)
def test_the_record_not_ended_then_the_latest_then_the_first_source_speaks(igate, land, speaks):
    """Seen on the rule that names the side's word."""
    sides = {"igate": seen(**igate), "land": seen("land", **land), "portal": seen("portal", status=Status.NEW)}
    moved = sides | {speaks: seen(speaks, **({"agency": "H20.77"} | {"igate": igate, "land": land}[speaks]))}
    finding = found(moved, at("19 08:00"), "sync.field_mismatch", rules=HOMES)
    assert "agency" in [difference["field"] for difference in finding.details["fields"]]


def test_homes_without_a_record_are_not_waited_for_once_one_has_it():
    assert not judge(ON_TWO, LATE, rules=HOMES, read_to={"build": ACCEPTED, "land": ACCEPTED}).waits_for & {"build", "land"}


def test_a_dossier_in_no_home_waits_for_every_responsible_one():
    sides = {"portal": new("portal", updated_at=LATER)}
    behind = judge(sides, LATER + HOUR, rules=HOMES, read_to={"build": ACCEPTED})
    assert "build" in behind.waits_for
    assert find(behind, "sync.missing_at_home") is None


def test_a_central_dossier_waits_for_no_home():
    rules = msgspec.structs.replace(RULES, central_procedures=frozenset({"1.001193"}))
    answer = judge({"portal": seen("portal")}, LATE, rules=rules, read_to={"igate": ACCEPTED})
    assert (answer.waits_for, find(answer, "deadline").rule) == (frozenset(), "deadline.overdue")


# Fingerprint


def test_a_fingerprint_tells_versions_and_rules_apart_and_ignores_the_order_of_sets():
    rules = msgspec.structs.replace(RULES, central_sectors=frozenset("ABCDEF"))
    same = msgspec.structs.replace(RULES, central_sectors=frozenset("FEDCBA"))
    assert fingerprint(1, rules) == fingerprint(1, same)
    assert len({fingerprint(1, RULES), fingerprint(2, RULES), fingerprint(1, rules)}) == 3
