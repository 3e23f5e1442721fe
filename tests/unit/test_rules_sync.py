"""`sync.*` and `main.missing`: do the sides say the same of a dossier?"""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.dossiers import Absent, HomeSystem, Unreadable
from shared.domain.findings import Duty, Responsible, Severity
from shared.domain.records import Channel
from shared.domain.statuses import Status

from .builders import (
    ACCEPTED,
    DUE,
    MICROSECOND,
    NOBODY,
    RULES,
    SUBMITTED,
    TWO_HOMES,
    absent,
    asked,
    at,
    both,
    find,
    found,
    judge,
    new,
    procedure,
    ripens_exactly,
    seen,
    starts_exactly,
    supplement,
)

HOLD = timedelta(minutes=15)
HOUR = timedelta(hours=1)
LATER = at("18 10:00")
NOW = at("18 12:00")
CONNECTION = Duty(Responsible.CONNECTION, "H20")


def duty(finding):
    return Duty(finding.responsible, finding.responsible_agency)


def test_sides_that_say_the_same_are_in_step():
    assert judge(both(), NOW).findings == ()


# Missing on the portal


def test_missing_on_the_portal_stands_since_acceptance_and_is_critical():
    finding = found({"igate": seen()}, NOW, "sync.missing_on_portal")
    assert (finding.since, finding.severity, duty(finding)) == (ACCEPTED, Severity.CRITICAL, CONNECTION)
    assert finding.details["absent_from"] == ["portal"]


def test_missing_on_the_portal_and_never_accepted_stands_since_submission():
    assert found({"igate": new()}, NOW, "sync.missing_on_portal").since == SUBMITTED


def test_missing_on_the_portal_ripens_fifteen_minutes_after_it_was_first_read():
    sides = {"igate": seen(updated_at=LATER + timedelta(minutes=5), first_updated_at=LATER), "portal": Absent(NOW)}
    ripens_exactly(sides, LATER + HOLD, "sync.missing_on_portal")


def test_missing_on_the_portal_ripens_fifteen_minutes_after_acceptance_when_that_is_later():
    sides = {"igate": seen(first_updated_at=SUBMITTED), "portal": Absent(NOW)}
    ripens_exactly(sides, ACCEPTED + HOLD, "sync.missing_on_portal")


def test_a_dossier_handed_in_on_paper_must_be_on_the_portal_too():
    assert found({"igate": seen(channel=Channel.DIRECT)}, NOW, "sync.missing_on_portal")


def test_without_a_portal_nothing_is_missing_on_it():
    rules = msgspec.structs.replace(RULES, portal=None)
    assert absent({"igate": seen()}, NOW, "sync.missing_on_portal", rules=rules)


def test_the_owner_of_synchronisation_is_asked():
    rules = msgspec.structs.replace(RULES, sync_owner="H20.99")
    assert duty(found({"igate": seen()}, NOW, "sync.missing_on_portal", rules=rules)) == Duty(Responsible.CONNECTION, "H20.99")


# Missing at home


def test_missing_at_home_stands_since_submission_and_is_critical():
    finding = found({"portal": new("portal")}, NOW, "sync.missing_at_home")
    assert (finding.since, finding.severity, duty(finding)) == (SUBMITTED, Severity.CRITICAL, CONNECTION)
    assert finding.details["absent_from"] == ["igate"]


def test_missing_at_home_ripens_fifteen_minutes_after_it_was_first_read():
    sides = {"portal": new("portal", updated_at=LATER, first_updated_at=ACCEPTED), "igate": Absent(NOW)}
    ripens_exactly(sides, ACCEPTED + HOLD, "sync.missing_at_home", read_to={"igate": NOW, "portal": NOW})


@pytest.mark.parametrize("status", [Status.REFUSED, Status.WITHDRAWN])
def test_refused_and_withdrawn_dossiers_need_not_arrive(status):
    assert absent({"portal": seen("portal", status=status)}, NOW, "sync.missing_at_home")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.REFUSED, Status.WITHDRAWN}))
def test_every_other_dossier_must_arrive_one_with_an_unknown_status_too(status):
    assert not absent({"portal": seen("portal", status=status)}, NOW, "sync.missing_at_home")


@pytest.mark.parametrize("channel", [Channel.DIRECT, Channel.POSTAL])
def test_only_what_was_handed_in_online_comes_from_the_portal(channel):
    assert absent({"portal": seen("portal", channel=channel)}, NOW, "sync.missing_at_home")


@pytest.mark.parametrize("central", [{"central_procedures": frozenset({"1.001193"})}, {"central_sectors": frozenset({"LAND"})}])
def test_central_procedures_never_arrive(central):
    rules = msgspec.structs.replace(RULES, **central)
    assert absent({"portal": seen("portal", sector="LAND")}, NOW, "sync.missing_at_home", rules=rules)


def test_the_sector_of_the_catalogue_decides_what_is_central():
    rules = msgspec.structs.replace(RULES, central_sectors=frozenset({"LAND"}))
    given = {"rules": rules, "about": procedure(sector="LAND")}
    assert absent({"portal": seen("portal")}, NOW, "sync.missing_at_home", **given)


def test_every_responsible_home_is_named_and_asked():
    sides = {"portal": seen("portal", sector="LAND"), "igate": Absent(NOW)}
    answer = judge(sides, NOW, rules=TWO_HOMES)
    assert find(answer, "sync.missing_at_home").details["absent_from"] == ["igate", "land"]
    assert answer.look_ups == {"land"}


def test_a_home_that_does_not_answer_for_it_is_not_asked():
    assert judge({"portal": seen("portal", sector="HEALTH")}, NOW, rules=TWO_HOMES).look_ups == {"igate"}


def test_one_responsible_home_that_has_it_is_enough():
    sides = {"portal": seen("portal", sector="LAND"), "land": seen("land", sector="LAND")}
    assert absent(sides, NOW, "sync.missing_at_home", rules=TWO_HOMES)


def test_a_home_that_does_not_answer_for_it_does_not_make_it_arrive():
    homes = (HomeSystem("igate", sectors=("HEALTH",)), HomeSystem("land", sectors=("LAND",)))
    sides = {"portal": seen("portal", sector="LAND"), "igate": seen(sector="LAND")}
    assert not absent(sides, NOW, "sync.missing_at_home", rules=msgspec.structs.replace(RULES, homes=homes))


def test_a_home_that_cannot_be_read_is_not_called_empty():
    sides = {"portal": seen("portal"), "igate": Unreadable(ACCEPTED)}
    assert absent(sides, NOW, "sync.missing_at_home")


# Status


def unequal(**more):
    return {"portal": seen("portal"), "igate": seen(status=Status.FINISHED, finished_at=LATER, updated_at=LATER, **more)}


def test_a_status_mismatch_stands_since_the_later_update_and_names_the_side_that_lags():
    finding = found(unequal(), NOW, "sync.status_mismatch")
    assert (finding.since, finding.severity, duty(finding)) == (LATER, Severity.WARNING, CONNECTION)
    assert finding.details["lags"] == "portal"
    assert (finding.details["home_status"], finding.details["portal_status"]) == (9, 4)


def test_home_lags_when_the_portal_was_updated_later():
    sides = {"igate": seen(), "portal": seen("portal", status=Status.FINISHED, updated_at=LATER)}
    assert found(sides, NOW, "sync.status_mismatch").details["lags"] == "home"


def test_equal_times_show_nobody_lagging_and_both_are_asked():
    sides = {"igate": seen(), "portal": seen("portal", status=Status.FINISHED)}
    answer = judge(sides, NOW)
    assert find(answer, "sync.status_mismatch").details["lags"] is None
    assert answer.look_ups == {"igate", "portal"}


def test_a_status_mismatch_ripens_after_fifteen_minutes():
    sides = unequal()
    ripens_exactly(sides | {"portal": asked(sides["portal"], NOW)}, LATER + HOLD, "sync.status_mismatch")


def test_a_mismatch_is_kept_as_long_as_they_disagree_whatever_they_say_meanwhile():
    first = judge(unequal(), LATER + HOUR)
    meanwhile = {"portal": seen("portal", status=Status.PAYMENT, updated_at=NOW), "igate": unequal()["igate"]}
    assert found(meanwhile, NOW + HOUR, "sync.status_mismatch", standing=first).since == LATER


def test_a_mismatch_that_ended_at_a_review_starts_again_later():
    first = judge(unequal(), LATER + HOUR)
    agreed = judge(both(status=Status.FINISHED, finished_at=LATER, updated_at=NOW), NOW, standing=first)
    again = unequal() | {"portal": seen("portal", status=Status.PAYMENT, updated_at=NOW + HOUR)}
    assert found(again, NOW + HOUR, "sync.status_mismatch", standing=agreed).since == NOW + HOUR


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED])
def test_paused_at_home_agrees_with_what_the_portal_can_say(status):
    sides = {"igate": seen(status=Status.PAUSED), "portal": seen("portal", status=status)}
    assert absent(sides, NOW, "sync.status_mismatch")


@pytest.mark.parametrize("side", ["igate", "portal"])
def test_an_unknown_status_stops_the_comparison_and_keeps_what_stood(side):
    first = judge(unequal(), NOW)
    sides = unequal()
    sides |= {side: seen(side, status=Status.UNKNOWN, updated_at=LATER)}
    assert absent(sides, NOW, "sync.status_mismatch")
    assert found(sides, NOW, "sync.status_mismatch", standing=first) == find(first, "sync.status_mismatch")


# Fields


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_at": DUE + timedelta(minutes=1)}, "due_at"),
        ({"due_at": None}, "due_at"),
        ({"accepted_at": ACCEPTED - timedelta(minutes=1)}, "accepted_at"),
        ({"accepted_at": None}, "accepted_at"),
        ({"agency": "H20.15"}, "agency"),
        ({"agency": "H20.140"}, "agency"),
        ({"procedure": "1.001194"}, "procedure"),
    ],
)
@pytest.mark.parametrize("side", ["igate", "portal"])
def test_a_field_that_differs_is_named(side, values, field):
    finding = found(both() | {side: seen(side, **values)}, NOW, "sync.field_mismatch")
    assert [difference["field"] for difference in finding.details["fields"]] == [field]
    assert (finding.severity, duty(finding)) == (Severity.WARNING, CONNECTION)


@pytest.mark.parametrize(
    "values",
    [
        {"due_at": DUE + timedelta(seconds=59)},
        {"accepted_at": ACCEPTED + timedelta(seconds=59, microseconds=999_999)},
        {"agency": "H20.14.05"},
        {"agency": "H20"},
        {"submitted_at": ACCEPTED},
    ],
)
def test_seconds_ancestors_and_other_fields_do_not_differ(values):
    assert absent(both() | {"portal": seen("portal", **values)}, NOW, "sync.field_mismatch")


def test_an_agency_equals_the_parent_its_own_system_names():
    sides = {"igate": seen(agency="X-7", agency_parent="H20.14"), "portal": seen("portal")}
    assert absent(sides, NOW, "sync.field_mismatch")


def test_due_dates_are_compared_as_written():
    sides = {"igate": seen(supplements=(supplement("17 09:00", "17 10:00"),)), "portal": seen("portal")}
    assert absent(sides, NOW, "sync.field_mismatch")


def test_a_field_mismatch_ripens_fifteen_minutes_after_the_later_update():
    sides = {"igate": seen(due_at=None, updated_at=LATER), "portal": asked(seen("portal"), NOW)}
    assert found(sides, NOW, "sync.field_mismatch").since == LATER
    ripens_exactly(sides, LATER + HOLD, "sync.field_mismatch")


def test_a_field_mismatch_needs_no_status():
    sides = {"igate": seen(due_at=None, status=Status.UNKNOWN), "portal": seen("portal")}
    assert found(sides, NOW, "sync.field_mismatch")


# Results


def finished(source="igate", **values):
    ended = {"status": Status.FINISHED, "finished_at": LATER, "updated_at": LATER, "electronic_result": True}
    return seen(source, **(ended | values))


@pytest.mark.parametrize("status", [Status.FINISHED, Status.RETURNED])
def test_a_result_missing_on_the_portal_is_found(status):
    sides = {"igate": finished(status=status), "portal": finished("portal", electronic_result=False)}
    finding = found(sides, NOW, "sync.result_missing")
    assert (finding.since, finding.severity, duty(finding)) == (LATER, Severity.WARNING, CONNECTION)


def test_a_missing_result_ripens_when_the_portal_was_asked():
    sides = {"igate": finished(), "portal": finished("portal", electronic_result=False)}
    assert judge(sides, NOW).look_ups == {"portal"}
    ripens_exactly(sides | {"portal": asked(sides["portal"], NOW)}, LATER + HOLD, "sync.result_missing")


@pytest.mark.parametrize(
    "sides",
    [
        {"igate": finished(), "portal": finished("portal")},
        {"igate": finished(electronic_result=False), "portal": finished("portal", electronic_result=False)},
        {"igate": finished(electronic_result=False), "portal": finished("portal")},
        {"igate": finished(status=Status.PROCESSING), "portal": finished("portal", electronic_result=False)},
        {"igate": finished(status=Status.STOPPED), "portal": finished("portal", electronic_result=False)},
        {"igate": finished(status=Status.UNKNOWN), "portal": finished("portal", electronic_result=False)},
        {"igate": finished()},
    ],
)
def test_no_result_is_missing_on_the_portal_otherwise(sides):
    assert absent(sides, NOW, "sync.result_missing")


def test_a_missing_result_waits_for_homes_status_not_the_portals():
    sides = {"igate": finished(), "portal": finished("portal", electronic_result=False)}
    first = judge(sides, NOW)
    at_home = sides | {"igate": finished(status=Status.UNKNOWN)}
    on_portal = sides | {"portal": finished("portal", electronic_result=False, status=Status.UNKNOWN)}
    assert not absent(at_home, NOW, "sync.result_missing", standing=first)
    assert not absent(on_portal, NOW, "sync.result_missing")


# Payments


@pytest.mark.parametrize(("paid", "unpaid", "name"), [("igate", "portal", "home"), ("portal", "igate", "portal")])
def test_paid_on_one_side_only_is_found_and_the_other_is_asked(paid, unpaid, name):
    sides = {paid: seen(paid, paid_online=True, paid_at=ACCEPTED, updated_at=LATER), unpaid: seen(unpaid)}
    answer = judge(sides, NOW)
    finding = find(answer, "sync.payment_mismatch")
    assert (finding.since, finding.severity, finding.details["paid_on"]) == (LATER, Severity.WARNING, name)
    assert (answer.look_ups, duty(finding)) == ({unpaid}, CONNECTION)
    ripens_exactly(sides | {unpaid: asked(sides[unpaid], NOW)}, LATER + HOLD, "sync.payment_mismatch")


def test_a_payment_at_the_counter_is_no_mismatch():
    assert absent(both() | {"igate": seen(paid_at=ACCEPTED)}, NOW, "sync.payment_mismatch")


# Unknown statuses


def test_an_unknown_status_is_told_at_once_with_its_word():
    sides = both() | {"igate": seen(status=Status.UNKNOWN, status_raw="Chờ số", updated_at=LATER)}
    finding = found(sides, NOW, "sync.status_unknown")
    assert (finding.since, finding.severity, finding.ripe) == (LATER, Severity.WARNING, True)
    assert finding.details == {"words": {"igate": "Chờ số"}}
    starts_exactly(sides, LATER, "sync.status_unknown", read_to={"portal": NOW, "igate": NOW})


def test_two_unknown_statuses_stand_since_the_earlier():
    sides = {"igate": seen(status=Status.UNKNOWN, updated_at=LATER), "portal": seen("portal", status=Status.UNKNOWN)}
    assert found(sides, NOW, "sync.status_unknown").since == ACCEPTED


def test_one_side_alone_may_use_an_unknown_status():
    assert found({"portal": seen("portal", status=Status.UNKNOWN)}, NOW, "sync.status_unknown")


def test_an_unknown_status_stands_since_the_update_that_brought_it_whatever_changes_later():
    first = judge(both() | {"igate": seen(status=Status.UNKNOWN)}, LATER)
    sides = both() | {"igate": seen(status=Status.UNKNOWN, status_raw="khác", status_since=ACCEPTED, updated_at=LATER)}
    assert found(sides, NOW, "sync.status_unknown", standing=first).since == ACCEPTED


# The main system


def special(**values):
    return {"portal": seen("portal", sector="LAND", **values), "land": seen("land", sector="LAND", **values)}


def test_a_dossier_missing_in_the_main_system_is_found_since_acceptance():
    finding = found(special(), at("20 10:00"), "main.missing", rules=TWO_HOMES)
    assert (finding.since, finding.severity, duty(finding)) == (ACCEPTED, Severity.WARNING, CONNECTION)
    assert (finding.details["found_in"], finding.details["absent_from"]) == ("land", "igate")


def test_it_ripens_eight_working_hours_after_acceptance():
    ripens_exactly(special(), at("18 08:00"), "main.missing", rules=TWO_HOMES)


def test_it_ends_when_the_main_system_has_it_or_it_was_never_accepted():
    assert absent(special() | {"igate": seen()}, NOW, "main.missing", rules=TWO_HOMES)
    assert absent(special(accepted_at=None), NOW, "main.missing", rules=TWO_HOMES)
    assert absent({"portal": seen("portal")}, NOW, "main.missing", rules=TWO_HOMES)


def test_without_a_main_system_nothing_is_missing_in_it():
    homes = tuple(HomeSystem(name) for name in ("igate", "land"))
    assert absent(special(), NOW, "main.missing", rules=msgspec.structs.replace(RULES, homes=homes))


def test_a_main_system_that_is_not_read_or_cannot_be_read_is_not_called_empty():
    late = at("20 10:00")
    assert not found(special(), late, "main.missing", rules=TWO_HOMES, read_to={"igate": at("18 08:00") - MICROSECOND}).ripe
    assert absent(special() | {"igate": Unreadable(ACCEPTED)}, late, "main.missing", rules=TWO_HOMES)


@pytest.mark.parametrize("family", ["sync.missing_on_portal", "sync.missing_at_home", "sync.status_mismatch", "main.missing"])
def test_a_dossier_in_no_system_has_no_finding(family):
    assert absent({"portal": NOBODY, "igate": NOBODY}, NOW, family)


def test_a_finding_ends_exactly_when_its_side_appears():
    sides = {"igate": seen()}
    assert absent(sides | {"portal": seen("portal")}, NOW, "sync.missing_on_portal", standing=judge(sides, NOW))
