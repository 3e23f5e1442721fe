"""`deadline.*` and `stage.overdue`: the due date of the dossier and of the stage it is in."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.dossiers import Unreadable
from shared.domain.findings import Responsible, Severity
from shared.domain.records import Channel
from shared.domain.statuses import Status

from .builders import (
    ACCEPTED,
    DUE,
    MICROSECOND,
    RULES,
    absent,
    at,
    both,
    ends_exactly,
    find,
    found,
    judge,
    procedure,
    ripens_exactly,
    seen,
    stage,
    starts_exactly,
    supplement,
)

RUNNING = [Status.ACCEPTED, Status.PROCESSING, Status.PAYMENT]
LATE = DUE + MICROSECOND


def allowed(start, due, **more):
    return both(accepted_at=at(start), due_at=at(due), updated_at=at(start), **more)


@pytest.mark.parametrize(
    ("start", "due", "warn"),
    [
        ("17 08:00", "17 10:00", "17 09:00"),  # 2 hours allowed: half of them
        ("17 07:00", "17 10:30", "17 08:45"),  # 3.5 allowed: 1.75
        ("17 07:00", "17 11:00", "17 09:00"),  # 4 allowed: 2
        ("17 07:00", "17 17:00", "17 15:00"),  # 8 allowed: 2
        ("17 07:00", "18 07:00", "17 15:00"),  # 8 allowed, told as the next morning
        ("16 07:00", "17 08:00", "16 13:30"),  # 9 allowed: half of them, 4.5
        ("16 07:00", "17 17:00", "17 07:00"),  # 16 allowed: 8
        ("16 07:00", "20 17:00", "20 07:00"),  # 40 allowed: 8
        ("9 07:00", "16 08:00", "11 13:30"),  # 41 allowed: half of them, 20.5
        ("9 07:00", "16 17:00", "12 07:00"),  # 48 allowed: 24
        ("2 07:00", "26 16:00", "20 16:00"),  # more: 24, over a weekend and a holiday
    ],
)
def test_the_warning_comes_by_what_was_allowed_and_never_before_half_of_it(start, due, warn):
    starts_exactly(allowed(start, due), at(warn), "deadline", read_to={"igate": DUE, "portal": DUE})
    finding = found(allowed(start, due), at(warn), "deadline")
    assert (finding.rule, finding.severity, finding.ripe) == ("deadline.due_soon", Severity.WARNING, True)
    assert (finding.since, finding.due_at) == (at(warn), at(due))


def test_a_microsecond_over_eight_hours_warns_by_the_next_lead():
    """Just over eight hours allowed: eight would be more than half, so half it is."""
    start, due = at("16 07:00"), at("16 17:00") + 2 * MICROSECOND + timedelta(hours=14)
    finding = found(both(accepted_at=start, due_at=due, updated_at=start), due, "deadline")
    assert finding.since == at("16 11:00") + MICROSECOND


def test_without_acceptance_the_time_runs_from_submission():
    sides = both(accepted_at=None, submitted_at=at("17 07:00"), due_at=at("17 17:00"), updated_at=at("17 07:00"))
    starts_exactly(sides, at("17 15:00"), "deadline")


def test_the_province_sets_its_leads():
    rules = msgspec.structs.replace(RULES, deadline_leads=((None, timedelta(hours=1)),))
    starts_exactly(both(), at("26 15:00"), "deadline", rules=rules)


@pytest.mark.parametrize("status", RUNNING)
def test_a_due_date_is_passed_only_after_its_instant(status):
    sides = both(status=status)
    assert found(sides, DUE, "deadline").rule == "deadline.due_soon"
    finding = found(sides, LATE, "deadline")
    assert (finding.rule, finding.severity, finding.ripe) == ("deadline.overdue", Severity.CRITICAL, True)
    assert (finding.since, finding.due_at) == (DUE, DUE)


@pytest.mark.parametrize("status", [Status.NEW, Status.REFUSED, Status.WITHDRAWN, Status.FINISHED, Status.RETURNED])
def test_a_clock_that_does_not_run_is_never_late(status):
    assert absent(both(status=status), LATE, "deadline")


@pytest.mark.parametrize("status", [Status.SUPPLEMENT, Status.STOPPED, Status.PAUSED])
def test_a_dossier_standing_still_is_late_only_if_it_was_when_that_began(status):
    for began, late in ((DUE - MICROSECOND, False), (DUE, False), (LATE, True)):
        sides = both(status=status, status_since=began)
        assert absent(sides, DUE + timedelta(days=3), "deadline") is not late
        assert absent(sides, DUE, "deadline")


def test_standing_still_for_papers_begins_with_the_last_unanswered_request():
    asked_in_time = both(status=Status.SUPPLEMENT, status_since=LATE, supplements=(supplement("26 15:59"),))
    assert absent(asked_in_time, at("30 08:00"), "deadline")
    asked_late = both(status=Status.SUPPLEMENT, status_since=ACCEPTED, supplements=(supplement("26 16:01"),))
    assert found(asked_late, at("30 08:00"), "deadline").details["stood_still_since"] == "2026-11-26T09:01:00Z"


def test_a_stop_with_an_end_date_ended():
    assert absent(both(status=Status.STOPPED, status_since=LATE, returned_at=LATE), at("30 08:00"), "deadline")


def test_due_is_the_date_that_counts():
    sides = both(supplements=(supplement("18 08:00", "19 08:00"),))
    assert found(sides, LATE, "deadline").rule == "deadline.due_soon"
    assert found(sides, LATE + timedelta(days=1), "deadline").since == DUE + timedelta(days=1)


def test_home_decides_and_the_portal_where_home_has_no_record():
    sides = {"igate": seen(), "portal": seen("portal", due_at=at("30 16:00"))}
    assert found(sides, LATE, "deadline").due_at == DUE
    assert found({"portal": seen("portal")}, LATE, "deadline").due_at == DUE


def test_a_central_dossier_is_judged_on_the_portal_alone():
    rules = msgspec.structs.replace(RULES, central_procedures=frozenset({"1.001193"}))
    assert found({"portal": seen("portal"), "igate": seen(due_at=None)}, LATE, "deadline", rules=rules).due_at == DUE


def test_an_unknown_status_at_home_leaves_the_word_to_the_portal():
    sides = {"igate": seen(status=Status.UNKNOWN, due_at=None), "portal": seen("portal")}
    assert found(sides, LATE, "deadline").rule == "deadline.overdue"


def test_an_unknown_status_alone_keeps_what_stood():
    first = judge({"igate": seen()}, LATE)
    unknown = {"igate": seen(status=Status.UNKNOWN)}
    assert absent(unknown, LATE, "deadline")
    assert find(judge(unknown, LATE, standing=first), "deadline") == find(first, "deadline")


def test_a_portal_that_cannot_be_read_does_not_matter_to_a_deadline_at_home():
    assert not absent({"igate": seen(), "portal": Unreadable(ACCEPTED)}, LATE, "deadline")


def test_a_home_that_cannot_be_read_is_waited_for_and_not_replaced_by_the_portal():
    assert absent({"igate": Unreadable(ACCEPTED), "portal": seen("portal")}, LATE, "deadline")


# Who is asked


@pytest.mark.parametrize(
    ("values", "who", "agency"),
    [
        ({}, Responsible.HANDLING, "H20.14"),
        ({"stages": (stage(agency="H20.14.07"),)}, Responsible.HANDLING, "H20.14.07"),
        ({"stages": (stage(agency="G09.03"),)}, Responsible.OTHER_AGENCY, "G09.03"),
        ({"status": Status.PAYMENT}, Responsible.CITIZEN, None),
        ({"status": Status.PAYMENT, "paid_online": True}, Responsible.HANDLING, "H20.14"),
        ({"status": Status.PAYMENT, "paid_at": ACCEPTED}, Responsible.HANDLING, "H20.14"),
        ({"status": Status.SUPPLEMENT, "status_since": LATE}, Responsible.CITIZEN, None),
        ({"status": Status.PAUSED, "status_since": LATE}, Responsible.HANDLING, "H20.14"),
    ],
)
def test_whoever_has_the_next_step_is_asked(values, who, agency):
    finding = found(both(**values), at("30 08:00"), "deadline")
    assert (finding.responsible, finding.responsible_agency) == (who, agency)


def test_a_payment_the_portal_knows_of_takes_the_citizen_out():
    sides = {"igate": seen(status=Status.PAYMENT), "portal": seen("portal", paid_online=True)}
    assert found(sides, LATE, "deadline").responsible is Responsible.HANDLING


# No due date


LIMITED = procedure(legal_limit_days=5)
UNDATED = both(due_at=None)


def test_a_dossier_without_a_due_date_is_told_an_hour_after_acceptance():
    finding = found(UNDATED, at("18 08:00"), "deadline.missing", about=LIMITED)
    assert (finding.since, finding.severity, finding.responsible) == (ACCEPTED, Severity.WARNING, Responsible.HANDLING)
    assert finding.details["legal_limit_days"] == 5
    ripens_exactly(UNDATED, ACCEPTED + timedelta(hours=1), "deadline.missing", about=LIMITED)


@pytest.mark.parametrize(
    ("values", "about"),
    [
        ({}, LIMITED),
        ({"due_at": None}, procedure()),
        ({"due_at": None}, None),
        ({"due_at": None, "accepted_at": None}, LIMITED),
        ({"due_at": None, "status": Status.NEW}, LIMITED),
        ({"due_at": None, "status": Status.SUPPLEMENT}, LIMITED),
        ({"due_at": None, "status": Status.FINISHED}, LIMITED),
    ],
)
def test_no_due_date_is_missing_otherwise(values, about):
    assert absent(both(**values), at("18 08:00"), "deadline.missing", about=about)


@pytest.mark.parametrize("status", RUNNING)
def test_every_running_status_needs_a_due_date(status):
    assert not absent(both(due_at=None, status=status), at("18 08:00"), "deadline.missing", about=LIMITED)


# Stages

STAGE_DUE = at("19 10:00")


def staged(due="19 10:00", **values):
    return both(stages=(stage(due, agency="H20.14.07", officer_id="o-1"),), **values)


def test_a_stage_past_its_due_date_is_told_after_its_instant():
    starts_exactly(staged(), STAGE_DUE + MICROSECOND, "stage.overdue")
    finding = found(staged(), STAGE_DUE + MICROSECOND, "stage.overdue")
    assert (finding.since, finding.due_at, finding.severity) == (STAGE_DUE, STAGE_DUE, Severity.WARNING)
    assert (finding.stage, finding.officer_id, finding.ripe) == ("Thẩm định", "o-1", True)
    assert (finding.responsible, finding.responsible_agency) == (Responsible.HANDLING, "H20.14.07")


def test_past_the_dossiers_own_due_date_the_stage_is_silent():
    ends_exactly(staged(), LATE, "stage.overdue")
    assert absent(staged("26 16:00"), LATE, "stage.overdue")


def test_the_dossiers_due_date_is_the_one_that_counts():
    ends_exactly(staged(supplements=(supplement("18 08:00", "19 08:00"),)), LATE + timedelta(days=1), "stage.overdue")


def test_without_a_due_date_of_its_own_a_late_stage_stays_late():
    assert not absent(staged(due_at=None), at("31/12 08:00"), "stage.overdue")


@pytest.mark.parametrize("status", sorted(set(Status) - set(RUNNING)))
def test_a_stage_is_late_only_while_the_clock_runs(status):
    assert absent(staged(status=status), at("20 08:00"), "stage.overdue")


def test_the_portal_knows_no_stages():
    sides = {"portal": staged()["portal"]}
    assert absent(sides, at("20 08:00"), "stage.overdue")


def test_an_unknown_status_at_home_keeps_a_late_stage():
    first = judge(staged(), at("20 08:00"))
    assert not absent(staged(status=Status.UNKNOWN), at("20 08:00"), "stage.overdue", standing=first)


def test_stages_done_or_without_a_due_date_are_not_late():
    done = stage("19 10:00", completed_at=at("19 12:00"))
    assert absent(both(stages=(done, stage(None))), at("20 08:00"), "stage.overdue")


def test_a_dossier_on_paper_has_the_same_deadlines():
    assert found(both(channel=Channel.DIRECT), LATE, "deadline").rule == "deadline.overdue"
