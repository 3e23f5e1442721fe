"""What could be done about a dossier: each repair with the marks after it, from its sides."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given

from shared.domain.counters import Counters, View
from shared.domain.dossiers import Seen, Side
from shared.domain.findings import Review
from shared.domain.moves import Move, Repair, RepairKind, moves_between
from shared.domain.records import Channel
from shared.domain.repairs import OF_RULES, rules_of
from shared.domain.rules import RULES
from shared.domain.statuses import Status

from .builders import ACCEPTED, DUE, MICROSECOND, NOBODY, SUBMITTED, at, both, judge, new, procedure, seen, supplement
from .dossiers import World, worlds

LATER = at("18 08:00")
WINDOW = timedelta(hours=8)
DONE: dict[str, Any] = {"status": Status.FINISHED, "finished_at": at("20 10:00"), "updated_at": at("20 10:00")}
GIVES = procedure()


def repairs(sides: dict[str, Side], now=LATER, **given: Any) -> dict[RepairKind, Repair]:
    return {repair.kind: repair for repair in judge(sides, now, **given).repairs}


def moved(repair: Repair) -> dict[str, int]:
    """The counters that a repair moves in one place."""
    (move,) = repair.moves
    return {name: value for name in Counters.__struct_fields__ if (value := getattr(move.counters, name))}


def test_a_dossier_in_step_that_has_ended_in_time_asks_for_nothing():
    assert repairs(both(**DONE, electronic_result=True), at("21 08:00"), about=GIVES) == {}


# sync


def test_a_dossier_missing_on_the_portal_would_count_as_at_home():
    found = repairs({"portal": NOBODY, "igate": seen()})
    assert set(found) == {RepairKind.SYNC}
    assert moved(found[RepairKind.SYNC]) == {"accepted": 1, "synced": 1, "on_time": 1, "online": 1, "received": 1}


def test_sync_moves_a_dossier_from_the_portals_agency_to_homes():
    repair = repairs({"portal": seen("portal", agency="H20.15"), "igate": seen(agency="H20.14")})[RepairKind.SYNC]
    assert [(move.agency, move.counters.accepted) for move in repair.moves] == [("H20.14", 1), ("H20.15", -1)]
    assert repair.agency == "H20.14"


def test_sync_names_a_procedure_only_where_its_services_move():
    known = procedure(agencies=("H20.14",), online_level=2)
    (used,) = repairs({"portal": NOBODY, "igate": seen()}, about=known)[RepairKind.SYNC].moves
    (unused,) = repairs({"portal": NOBODY, "igate": seen()})[RepairKind.SYNC].moves
    assert (used.procedure, unused.procedure) == ("1.001193", None)


def test_working_days_without_points_move_nothing():
    assert RepairKind.SYNC not in repairs({"portal": seen("portal", **DONE), "igate": seen(**DONE, accepted_at=at("17 09:00"))})


def test_nothing_is_told_of_a_side_whose_status_no_table_maps():
    unknown = {"status": Status.UNKNOWN, "status_raw": "?"}
    assert repairs({"portal": NOBODY, "igate": seen(**unknown)}) == {}
    assert set(repairs({"portal": seen("portal", **unknown), "igate": seen()})) <= {RepairKind.SYNC}


@given(worlds())
def test_sync_takes_the_portals_marks_to_homes(world: World) -> None:
    answer = world.judged()
    home = [msgspec.structs.replace(mark, view=View.PORTAL) for mark in answer.marks if mark.view is View.HOME]
    for repair in answer.repairs:
        if repair.kind is RepairKind.SYNC:
            assert repair.moves == moves_between(_portal(answer), home)


@given(worlds())
def test_after_any_repair_what_is_counted_is_still_a_dossiers(world: World) -> None:
    answer = world.judged()
    for repair in answer.repairs:
        before = {(mark.month, mark.agency): mark.counters for mark in _portal(answer)}
        assert repair.moves
        for move in repair.moves:
            for name in Counters.__struct_fields__:
                after = getattr(before.get((move.month, move.agency), Counters()), name) + getattr(move.counters, name)
                assert after in (0, 1), (repair.kind, move, name)


@given(worlds())
def test_every_repair_is_there_once_in_their_order(world: World) -> None:
    kinds = [repair.kind for repair in world.judged().repairs]
    assert kinds == sorted(set(kinds), key=list(RepairKind).index)


def _portal(answer: Review) -> list[Any]:
    return [mark for mark in answer.marks if mark.view is View.PORTAL]


# result, payment


@pytest.mark.parametrize("home_has_it", [False, True])
def test_a_result_the_portal_lacks(home_has_it):
    sides = {"portal": seen("portal", **DONE, components_digitised=True), "igate": seen(**DONE, electronic_result=home_has_it)}
    found = repairs(sides, at("21 08:00"), about=GIVES)
    assert moved(found[RepairKind.RESULT]) == {"online": 1, "result": 1, "digitised": 1}


def test_a_result_is_not_missing_before_the_end():
    assert RepairKind.RESULT not in repairs(both(), about=GIVES)


def test_a_procedure_without_a_result_lacks_none_unless_home_has_one():
    sides = {"portal": seen("portal", **DONE, components_digitised=True), "igate": seen(**DONE)}
    assert RepairKind.RESULT not in repairs(sides, at("21 08:00"))
    sides["igate"] = seen(**DONE, electronic_result=True)
    assert moved(repairs(sides, at("21 08:00"))[RepairKind.RESULT]) == {"digitised": 1}


def test_a_payment_the_portal_does_not_know():
    owing: dict[str, Any] = {"fee_owed": True, "status": Status.PAYMENT}
    known = procedure(agencies=("H20.14",), has_fee=True)
    sides = {"portal": seen("portal", **owing), "igate": seen(**owing, paid_online=True)}
    assert moved(repairs(sides, about=known)[RepairKind.PAYMENT]) == {"paid": 1, "service_paid": 1}
    turned = {"portal": seen("portal", **owing, paid_online=True), "igate": seen(**owing)}
    assert RepairKind.PAYMENT not in repairs(turned, about=known), "the portal knows already"


# intake


def test_untouched_past_its_window_can_be_taken_up():
    sides = {"portal": new("portal"), "igate": new()}
    assert set(repairs(sides, SUBMITTED + WINDOW - MICROSECOND)) == {RepairKind.IN_TIME}
    found = repairs(sides, SUBMITTED + WINDOW)
    assert RepairKind.IN_TIME not in found
    assert moved(found[RepairKind.INTAKE]) == {
        "accepted": 1, "to_sync": 1, "synced": 1, "on_time": 1, "online": 1, "wanting": -1,
    }  # fmt: skip


def test_what_home_has_taken_up_is_mended_by_sync():
    assert set(repairs({"portal": new("portal"), "igate": seen()}, SUBMITTED + WINDOW)) == {RepairKind.SYNC}


def test_at_stake_until_the_window_closes_is_5_3_alone():
    repair = repairs({"portal": new("portal"), "igate": new()}, SUBMITTED)[RepairKind.IN_TIME]
    assert (moved(repair), repair.due_at) == ({"received": 1, "wanting": 1}, SUBMITTED + WINDOW)


def test_nothing_is_at_stake_for_what_was_handed_in_on_paper():
    assert repairs({"portal": new("portal", channel=Channel.DIRECT)}, SUBMITTED) == {}


# in time, lost


def test_at_stake_until_the_due_date_are_2_1_and_5_3():
    found = repairs(both(), DUE)
    assert set(found) == {RepairKind.IN_TIME}
    assert (moved(found[RepairKind.IN_TIME]), found[RepairKind.IN_TIME].due_at) == ({"on_time": -1, "wanting": 1}, DUE)


def test_past_due_the_same_points_are_lost():
    found = repairs(both(), DUE + MICROSECOND)
    assert set(found) == {RepairKind.LOST}
    assert moved(found[RepairKind.LOST]) == {"on_time": 1, "wanting": -1}
    assert not RepairKind.LOST.recoverable


def test_a_second_request_is_late_for_good():
    asked = both(supplements=(supplement("18 08:00", "19 08:00"), supplement("20 08:00")), updated_at=at("20 08:00"))
    assert set(repairs(asked, at("20 08:00"))) == {RepairKind.LOST}


def test_late_only_on_the_portal_is_not_lost():
    ended = seen(**DONE)
    found = repairs({"portal": seen("portal"), "igate": ended}, DUE + MICROSECOND)
    assert set(found) == {RepairKind.SYNC}
    assert moved(found[RepairKind.SYNC]) == {"on_time": 1, "wanting": -1}


def test_a_legal_limit_is_a_moment_too():
    repair = repairs(both(due_at=None), about=procedure(legal_limit_days=5, gives_paper_result=False))[RepairKind.IN_TIME]
    assert repair.due_at is not None
    assert repair.due_at > ACCEPTED


def test_what_never_becomes_late_has_nothing_at_stake():
    assert repairs(both(due_at=None)) == {}


# Values


def test_moves_of_marks_that_stay_are_none():
    answer = judge(both(), LATER)
    assert moves_between(_portal(answer), _portal(answer)) == ()


def test_every_rule_that_asks_for_something_is_one_there_is():
    assert set(OF_RULES) <= set(RULES)
    assert {rule for kind in RepairKind for rule in rules_of(kind)} <= set(RULES)
    assert all(rules_of(kind) for kind in RepairKind)


def test_a_move_is_kept_and_read_as_it_was():
    (repair,) = repairs({"portal": NOBODY, "igate": seen()}).values()
    assert msgspec.json.decode(msgspec.json.encode(repair.moves), type=tuple[Move, ...]) == repair.moves


def test_one_side_alone_can_be_told_of():
    assert isinstance(both()["portal"], Seen)
    assert set(repairs({"portal": seen("portal")})) == {RepairKind.IN_TIME}
