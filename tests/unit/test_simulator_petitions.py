"""The simulated petitions and publications: a pure function of the world's size and the time, and what is true of them."""

from datetime import datetime, timedelta

import pytest

from services.simulator.petitions import ANSWERED, IN_WORK, MORE_WANTED, NEW, PUBLISHED, PetitionPlan, Turn, changed, junk
from services.simulator.planner import Size
from services.simulator.timeline import FOREVER, Span
from services.simulator.truth import SHORTEST
from services.simulator.truth_petitions import tell
from services.simulator.world import World
from shared.domain.working_time import LOCAL

from .builders import MICROSECOND, at, calendar

ORIGIN = datetime(2026, 11, 18, 9, 30, tzinfo=LOCAL)
SATURDAY = datetime(2026, 11, 21, 22, 0, tzinfo=LOCAL)
HOUR = timedelta(hours=1)
RULES = {"petition.due_soon", "petition.overdue"}


def size(origin: datetime) -> Size:
    return Size(seed=766, origin=origin, dossiers=600, arrival_every=timedelta(seconds=5))


@pytest.fixture(scope="module")
def world() -> World:
    return World(size(ORIGIN), ORIGIN)


def plan(*turns: Turn) -> PetitionPlan:
    return PetitionPlan(code="PAKN.1", agency="H20.14", turns=turns, mark=1)


def spans(*turns: Turn) -> tuple[Span, ...]:
    return tell(plan(*turns), calendar())


DUE = at("23 08:00")
ASKABLE = Span("petition.due_soon", at("6 08:00"), at("9 08:00") + MICROSECOND)
WORKED_ON = (Turn(at("2 08:00"), NEW, DUE), Turn(at("2 09:00"), IN_WORK, DUE))


def test_an_open_petition_is_due_soon_for_three_working_days_then_overdue() -> None:
    late = DUE + MICROSECOND
    assert spans(*WORKED_ON) == (
        ASKABLE,
        Span("petition.due_soon", at("18 08:00"), late),
        Span("petition.overdue", late, FOREVER, late),
    )


def test_a_petition_nobody_takes_up_is_late_after_two_working_days_and_critical_with_its_answer() -> None:
    new = Turn(at("2 08:00"), NEW, DUE)
    refuse, late = at("4 08:00") + MICROSECOND, DUE + MICROSECOND
    warned = Span("petition.due_soon", at("3 08:00"), refuse)
    assert spans(new) == (warned, Span("petition.overdue", refuse, FOREVER, late))
    taken_up = Turn(at("6 10:00"), IN_WORK, DUE)
    assert spans(new, taken_up)[:3] == (
        warned,
        Span("petition.due_soon", at("6 10:00"), at("9 08:00") + MICROSECOND),
        Span("petition.due_soon", at("18 08:00"), late),
    )
    assert Span("petition.overdue", refuse, at("6 10:00"), late) in spans(new, taken_up)


def test_an_answer_ends_that_and_its_publication_is_owed() -> None:
    answered = Turn(at("19 08:00"), ANSWERED, DUE)
    warned, late = at("20 08:00"), at("23 08:00") + MICROSECOND
    assert spans(*WORKED_ON, answered) == (
        ASKABLE,
        Span("petition.due_soon", at("18 08:00"), at("19 08:00")),
        Span("petition.due_soon", warned, late),
        Span("petition.overdue", late, FOREVER, late),
    )
    assert spans(*WORKED_ON, Turn(at("12 08:00"), ANSWERED, DUE), Turn(at("13 07:00"), PUBLISHED, DUE)) == (ASKABLE,)


def test_asking_for_more_stops_the_clock_unless_it_was_late_already() -> None:
    asked = Turn(at("3 08:00"), MORE_WANTED, DUE)
    assert spans(WORKED_ON[0], asked) == ()
    resumed = Turn(at("5 08:00"), IN_WORK, at("30 08:00"))
    assert [span.begins for span in spans(WORKED_ON[0], asked, resumed)] == [at("25 08:00"), resumed.due + MICROSECOND]
    asked = at("24 08:00")
    assert spans(*WORKED_ON, Turn(asked, MORE_WANTED, DUE))[-1] == Span(
        "petition.overdue", DUE + MICROSECOND, FOREVER, DUE + MICROSECOND
    )


def test_a_restart_goes_on_exactly_where_the_petitions_were(world: World) -> None:
    lived, restarted = World(size(ORIGIN), ORIGIN), World(size(ORIGIN), ORIGIN + 2 * HOUR)
    for minute in range(0, 121, 7):
        lived.advance(ORIGIN + timedelta(minutes=minute))
        assert lived.petitions
    lived.advance(ORIGIN + 2 * HOUR)
    assert lived.petitions == restarted.petitions
    assert lived.truth_of_petitions(ORIGIN + HOUR) == restarted.truth_of_petitions(ORIGIN + HOUR)


def test_asking_for_the_truth_ahead_shows_nothing_early(world: World) -> None:
    before = world.petitions
    world.truth_of_petitions(ORIGIN + timedelta(hours=20))
    assert world.petitions == before
    assert all(at <= ORIGIN for at, _ in before)


@pytest.mark.parametrize("origin", [ORIGIN, SATURDAY])
def test_both_rules_are_true_of_some_petition_at_the_beginning_and_others_follow(origin: datetime) -> None:
    world = World(size(origin), origin)
    first = {(petition.code, span.rule) for petition, span in world.truth_of_petitions(origin)}
    later = {(petition.code, span.rule) for petition, span in world.truth_of_petitions(origin + HOUR)}
    assert {rule for _, rule in first} == RULES
    assert {rule for _, rule in later - first} >= {"petition.overdue"}
    assert first - later, "some are mended"


def test_petitions_go_on_arriving_and_being_answered() -> None:
    world = World(size(ORIGIN), ORIGIN)
    before = {said["MaPAKN"]: str(said["TrangThai"]) for _, said in world.petitions}
    world.advance(ORIGIN + timedelta(days=3))
    after = {said["MaPAKN"]: str(said["TrangThai"]) for _, said in world.petitions}
    assert len(after) - len(before) == 3 * 24 * 6
    assert any(before[code] == "4" and after[code] in ("5", "6") for code in before)


def test_no_alert_is_too_short_to_be_seen_and_codes_are_unique(world: World) -> None:
    world.truth_of_petitions(ORIGIN + timedelta(days=1))
    plans = [petition for petition, _ in world.truth_of_petitions(ORIGIN)]
    assert all(span.ends - span.begins >= SHORTEST for petition in plans for span in petition.spans)
    codes = [said["MaPAKN"] for _, said in world.petitions]
    assert len(set(codes)) == len(codes)


def test_what_a_turn_brings_is_told_with_it_and_not_before(world: World) -> None:
    for _, said in world.petitions:
        answered = str(said["TrangThai"]) in ("5", "6")
        assert bool(said["NgayTraLoi"]) == answered
        assert (said["HaiLong"] is None and said["PhanAnhLai"] == 0) or answered


def test_items_that_cannot_be_used_are_listed_among_the_others() -> None:
    listed = changed([*junk(ORIGIN), (ORIGIN, {"MaPAKN": "a"})], ORIGIN - timedelta(days=3), ORIGIN)
    assert [item["MaPAKN"] for item in listed] == ["PAKN.47.0001", "PAKN.20.0002", "PAKN.20.0003", "a"]


def test_procedures_near_and_past_their_publication_are_told_and_become_public(world: World) -> None:
    living = World(size(ORIGIN), ORIGIN)
    first = {(procedure.code, span.rule) for procedure, span in living.truth_of_procedures(ORIGIN)}
    assert {rule for _, rule in first} == {"publication.due_soon", "publication.late"}
    assert {code for code, _ in first} <= {p.code for p in living.catalogue.procedures if p.published_on is None}
    living.advance(ORIGIN + HOUR)
    later = {(procedure.code, span.rule) for procedure, span in living.truth_of_procedures(ORIGIN + HOUR)}
    assert len(first - later) == 3
    assert all(
        procedure.published_on for procedure in living.catalogue.procedures if procedure.code in {c for c, _ in first - later}
    )


def test_a_decision_of_more_than_a_year_ago_is_told_no_more(world: World) -> None:
    old = [code for code, decision in world.decisions.items() if decision.decided_on < ORIGIN.date() - timedelta(days=366)]
    assert old
    assert not {procedure.code for procedure, _ in world.truth_of_procedures(ORIGIN)} & set(old)
