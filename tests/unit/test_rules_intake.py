"""`intake.*`: online dossiers must be taken up within eight hours."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.dossiers import Unreadable
from shared.domain.findings import Responsible, Severity
from shared.domain.records import Channel
from shared.domain.statuses import Status

from .builders import (
    ACCEPTED,
    MICROSECOND,
    RULES,
    SUBMITTED,
    TWO_HOMES,
    absent,
    at,
    find,
    found,
    judge,
    new,
    seen,
    starts_exactly,
)

WARN = SUBMITTED + timedelta(hours=6)
CLOSES = SUBMITTED + timedelta(hours=8)
WORKING = at("18 07:30")  # eight working hours after 07:30
ASKED = {"portal": new("portal"), "igate": new()}


def rule(finding):
    return finding.rule, finding.severity


def test_a_warning_comes_two_hours_before_the_window_closes():
    starts_exactly(ASKED, WARN, "intake")
    finding = found(ASKED, WARN, "intake")
    assert (rule(finding), finding.since, finding.due_at) == (("intake.due_soon", Severity.WARNING), WARN, CLOSES)
    assert finding.ripe


def test_the_window_is_breached_when_eight_hours_have_elapsed():
    assert rule(found(ASKED, CLOSES - MICROSECOND, "intake"))[0] == "intake.due_soon"
    finding = found(ASKED, CLOSES, "intake")
    assert (rule(finding), finding.since) == (("intake.breached", Severity.WARNING), CLOSES)


def test_it_is_critical_when_eight_working_hours_have_passed():
    assert found(ASKED, WORKING - MICROSECOND, "intake").severity is Severity.WARNING
    finding = found(ASKED, WORKING, "intake")
    assert (rule(finding), finding.since) == (("intake.breached", Severity.CRITICAL), CLOSES)


def test_both_moments_are_told():
    assert found(ASKED, WORKING, "intake").details == {
        "submitted_at": "2026-11-17T00:30:00Z",
        "window_ends_at": "2026-11-17T08:30:00Z",
        "working_window_ends_at": "2026-11-18T00:30:00Z",
    }


def test_the_province_sets_window_and_warning():
    rules = msgspec.structs.replace(RULES, intake_window=timedelta(hours=4), intake_warn_before=timedelta(minutes=30))
    starts_exactly(ASKED, SUBMITTED + timedelta(hours=3, minutes=30), "intake", rules=rules)


@pytest.mark.parametrize("side", ["portal", "igate"])
@pytest.mark.parametrize("status", sorted(set(Status) - {Status.NEW, Status.UNKNOWN}))
def test_a_dossier_taken_up_on_either_side_is_taken_up(side, status):
    assert absent(ASKED | {side: new(side, status=status)}, WORKING, "intake")


@pytest.mark.parametrize("sides", [{"portal": new("portal")}, {"igate": new()}])
def test_a_side_without_the_dossier_has_not_taken_it_up(sides):
    assert not absent(sides, WORKING, "intake")


@pytest.mark.parametrize("channel", [Channel.DIRECT, Channel.POSTAL])
def test_only_online_dossiers_have_a_window(channel):
    assert absent({"portal": new("portal", channel=channel), "igate": new(channel=channel)}, WORKING, "intake")


def test_the_portal_says_what_is_online_and_when_it_was_handed_in():
    earlier = SUBMITTED - timedelta(hours=1)
    sides = {"portal": new("portal", submitted_at=earlier), "igate": new(channel=Channel.DIRECT)}
    starts_exactly(sides, WARN - timedelta(hours=1), "intake", read_to={"portal": WORKING, "igate": WORKING})


def test_without_a_moment_of_submission_nothing_is_counted():
    assert absent({"portal": new("portal", submitted_at=None), "igate": new()}, WORKING, "intake")


def test_an_unknown_status_leaves_the_word_to_the_other_side():
    unknown = {"status": Status.UNKNOWN}
    assert not absent(ASKED | {"portal": new("portal", **unknown)}, WORKING, "intake")
    assert not absent(ASKED | {"igate": new(**unknown)}, WORKING, "intake")
    assert absent({"portal": new("portal", **unknown), "igate": seen()}, WORKING, "intake")


def test_two_unknown_statuses_keep_what_stood():
    unknown = {"portal": new("portal", status=Status.UNKNOWN), "igate": new(status=Status.UNKNOWN)}
    assert absent(unknown, WORKING, "intake")
    assert not absent(unknown, WORKING, "intake", standing=judge(ASKED, WORKING))


@pytest.mark.parametrize("side", ["portal", "igate"])
def test_a_side_that_cannot_be_read_is_waited_for(side):
    first = judge(ASKED, CLOSES)
    sides = ASKED | {side: Unreadable(CLOSES)}
    assert absent(sides, WORKING, "intake")
    assert find(judge(sides, WORKING, standing=first), "intake") == find(first, "intake")


def test_the_receiving_unit_is_asked():
    sides = {"portal": new("portal", receiving_agency="H20.14.01"), "igate": new()}
    finding = found(sides, WARN, "intake")
    assert (finding.responsible, finding.responsible_agency) == (Responsible.RECEIVING, "H20.14.01")
    assert found(ASKED, WARN, "intake").responsible_agency == "H20.14"


def test_nobody_can_take_up_what_has_not_arrived():
    finding = found({"portal": new("portal")}, WARN, "intake")
    assert (finding.responsible, finding.responsible_agency) == (Responsible.CONNECTION, "H20")


def test_a_central_dossier_is_asked_of_its_unit_though_no_home_has_it():
    rules = msgspec.structs.replace(RULES, central_procedures=frozenset({"1.001193"}))
    assert found({"portal": new("portal")}, WARN, "intake", rules=rules).responsible is Responsible.RECEIVING


def test_every_home_that_should_have_it_must_be_read():
    sides = {"portal": new("portal", sector="LAND")}
    behind = judge(sides, WORKING, rules=TWO_HOMES, read_to={"land": CLOSES - MICROSECOND})
    assert rule(find(behind, "intake"))[0] == "intake.due_soon"
    assert "land" in behind.waits_for


def test_out_of_hours_the_working_window_closes_on_the_next_working_day():
    friday = at("20 16:30")
    sides = {name: new(name, submitted_at=friday, updated_at=friday) for name in ("portal", "igate")}
    assert found(sides, at("21 00:30"), "intake").rule == "intake.breached"
    assert found(sides, at("23 16:30") - MICROSECOND, "intake").severity is Severity.WARNING
    assert found(sides, at("23 16:30"), "intake").severity is Severity.CRITICAL


def test_accepted_dates_alone_take_nothing_up():
    assert not absent({"portal": new("portal", accepted_at=ACCEPTED)}, WORKING, "intake")
