"""The simulator's world: a pure function of its size and the time, complete in what it says is wrong."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from services.simulator.planner import Size
from services.simulator.scenarios import IN_OFFICE_HOURS, SCENARIOS
from services.simulator.timeline import FOREVER, Plan
from services.simulator.truth import SHORTEST
from services.simulator.world import SYSTEMS, World
from shared.domain.rules import FAMILIES
from shared.domain.working_time import LOCAL

HOLD = timedelta(minutes=15)
ORIGIN = datetime(2026, 11, 18, 9, 30, tzinfo=LOCAL)
"""A Wednesday morning, with two hours of work before the break."""

SIZE = Size(seed=766, origin=ORIGIN, dossiers=600, arrival_every=timedelta(seconds=5))
LATER = ORIGIN + timedelta(minutes=30)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SIZE, ORIGIN)


def shown(world: World) -> list[tuple[str, str, datetime, int]]:
    return [
        (system, row.key, row.updated, row.phase)
        for system in SYSTEMS
        for row in world.shelves[system].page(datetime(2000, 1, 1, tzinfo=LOCAL), None, 0, 100_000)[0]
    ]


def test_a_restart_goes_on_exactly_where_the_world_was() -> None:
    lived, restarted = World(SIZE, ORIGIN), World(SIZE, LATER)
    for minute in range(31):
        lived.advance(ORIGIN + timedelta(minutes=minute))
    assert shown(lived) == shown(restarted)
    assert lived.truth(LATER) == restarted.truth(LATER)


def test_dossiers_may_arrive_several_times_a_second() -> None:
    size = replace(SIZE, arrival_every=timedelta(milliseconds=300))
    later = ORIGIN + timedelta(minutes=1)
    lived, restarted = World(size, ORIGIN), World(size, later)
    before = len(lived.plans)
    for second in range(61):
        lived.advance(ORIGIN + timedelta(seconds=second))
    assert len(lived.plans) - before >= 200
    assert shown(lived) == shown(restarted)


def test_another_seed_is_another_world(world: World) -> None:
    assert set(World(Size(1, ORIGIN, 600, SIZE.arrival_every), ORIGIN).plans) != set(world.plans)


def test_the_backlog_has_the_number_of_dossiers_asked_for(world: World) -> None:
    backlog = [plan for plan in world.plans.values() if plan.submitted <= ORIGIN or plan.rule]
    assert len(backlog) == SIZE.dossiers


def test_dossiers_keep_arriving() -> None:
    lively = World(SIZE, ORIGIN)
    before = len(lively.shelves["portal"])
    lively.advance(ORIGIN + timedelta(minutes=10))
    assert len(lively.shelves["portal"]) > before + 100


@pytest.mark.parametrize("rule", SCENARIOS)
def test_every_rule_has_alerts_open_at_the_origin_and_new_ones_soon_after(world: World, rule: str) -> None:
    spans = [span for plan in world.plans.values() for span in plan.spans if span.rule == rule]
    assert any(span.begins <= ORIGIN < span.ends for span in spans)
    assert any(ORIGIN < span.begins <= LATER for span in spans)
    assert any(ORIGIN < span.ends <= ORIGIN + timedelta(days=6) for span in spans)


def test_every_rule_about_a_dossier_is_planted() -> None:
    assert SCENARIOS.keys() == {rule for family in FAMILIES for rule in family.rules}


def test_what_a_scenario_plants_is_what_the_plan_tells(world: World) -> None:
    """A scenario states which alert opens when; the truth told from its finished plan must agree."""
    planted = [plan for plan in world.plans.values() if plan.rule]
    assert [plan.code for plan in planted if not _opens_as_planted(plan)] == []
    assert Counter(plan.rule for plan in planted).keys() == SCENARIOS.keys()


def test_no_alert_flashes_by(world: World) -> None:
    assert all(span.ends - span.begins >= SHORTEST for plan in world.plans.values() for span in plan.spans)


def test_no_dossier_has_two_intake_or_two_deadline_alerts_at_once(world: World) -> None:
    for family in ("intake.", "deadline."):
        for plan in world.plans.values():
            spans = sorted((s for s in plan.spans if s.rule.startswith(family)), key=lambda s: s.begins)
            assert all(a.ends <= b.begins for a, b in pairwise(spans)), plan.code


def test_a_world_that_begins_on_a_sunday_waits_with_working_time() -> None:
    sunday = datetime(2026, 11, 22, 9, 0, tzinfo=LOCAL)
    world = World(Size(766, sunday, 600, SIZE.arrival_every), sunday)
    office = {function.__name__ for functions in SCENARIOS.values() for function in functions if function in IN_OFFICE_HOURS}
    assert all(plan.opens is None or _opens_as_planted(plan) for plan in world.plans.values())
    coming = [p.opens for p in world.plans.values() if p.scenario in office and p.opens and p.opens > sunday]
    assert coming
    assert min(coming) > sunday + timedelta(hours=22)


def test_every_timeline_moves_forward_in_whole_seconds(world: World) -> None:
    for plan in world.plans.values():
        for system in SYSTEMS:
            moments = [phase.at for phase in plan.phases(system)]
            assert moments == sorted(set(moments))
            assert not any(moment.microsecond for moment in moments)


def test_quiet_dossiers_carry_no_alert_ever_again(world: World) -> None:
    assert len(world.quiet) > 100
    assert not any(span.ends > ORIGIN for plan in world.quiet for span in plan.spans)


def test_land_dossiers_are_in_both_home_systems_in_step_unless_planted(world: World) -> None:
    land = [plan for plan in world.plans.values() if plan.procedure.sector in world.special_sectors]
    assert all(plan.home is plan.special for plan in land if plan.rule is None)
    assert any(plan.rule == "main.missing" and not plan.home for plan in land)


def test_central_dossiers_are_on_the_portal_alone(world: World) -> None:
    central = [plan for plan in world.plans.values() if plan.procedure.sector in world.central_sectors]
    assert central
    assert not any(plan.home or plan.special for plan in central)
    assert not any(span.rule.startswith(("sync.", "main.")) for plan in central for span in plan.spans)


def test_a_dossier_stands_under_its_own_code_until_home_learns_the_national_one(world: World) -> None:
    pairs = named(world)
    assert any(named_at < ORIGIN for *_, named_at in pairs)
    assert any(own.home[0].at <= ORIGIN < named_at for own, _, named_at in pairs)
    for own, national, named_at in pairs:
        assert named_at == national.home[0].at > national.portal[0].at > own.home[0].at
        assert len(own.home) == 1
        assert not any(span.ends > named_at for span in own.spans)
        assert all(span.rule == "sync.missing_at_home" for span in national.spans if span.begins < named_at)


def test_a_code_of_its_own_is_told_missing_only_when_it_lasts(world: World) -> None:
    for own, national, named_at in named(world):
        assert rules(own) == ({"sync.missing_on_portal"} if named_at - own.home[0].at > HOLD else set())
        late = national.is_online and named_at - national.portal[0].at > HOLD
        assert ("sync.missing_at_home" in rules(national)) == late
    told = [rules(plan) for own, national, _ in named(world) for plan in (own, national)]
    assert {"sync.missing_on_portal"} in told
    assert any("sync.missing_at_home" in found for found in told)


def test_home_learns_a_national_code_every_two_minutes(world: World) -> None:
    begun = sorted(own.home[0].at for own, *_ in named(world) if own.home[0].at > ORIGIN)
    assert {b - a for a, b in pairwise(begun)} == {timedelta(minutes=2)}


def test_a_reopened_dossier_runs_again_on_both_sides_in_the_same_second(world: World) -> None:
    plans = [plan for plan in world.plans.values() if plan.scenario == "reopened"]
    assert any(_reopened_at(plan) > ORIGIN for plan in plans)
    assert any(_reopened_at(plan) < ORIGIN for plan in plans)
    assert all(plan.home is plan.portal for plan in plans)
    told = {span.rule for plan in plans for span in plan.spans if span.begins >= _reopened_at(plan)}
    assert {"deadline.overdue", "apology.missing"} <= told


def test_what_was_owed_for_an_ended_dossier_is_owed_no_more_when_it_is_reopened() -> None:
    large = World(Size(766, ORIGIN, 6000, SIZE.arrival_every), ORIGIN)
    plans = [plan for plan in large.plans.values() if plan.scenario == "reopened"]
    results = [(plan, span) for plan in plans for span in plan.spans if span.rule == "result.missing"]
    assert any(span.ends == _reopened_at(plan) for plan, span in results)
    assert not any(span.begins < _reopened_at(plan) < span.ends for plan, span in results)


def test_an_alert_stays_when_its_dossier_moves_to_another_agency(world: World) -> None:
    plans = [plan for plan in world.plans.values() if plan.scenario == "moved_while_late"]
    assert plans
    for plan in plans:
        moved_at = next(phase.at for phase in plan.home if phase.agency)
        assert plan.home is plan.portal
        assert any(span.rule == "deadline.overdue" and span.begins < moved_at < span.ends for span in plan.spans)
        assert plan.agency_at(moved_at) != plan.agency_at(moved_at - timedelta(seconds=1)) == plan.home_agency


def test_a_dossier_moved_in_good_time_carries_no_alert_for_it(world: World) -> None:
    plans = [plan for plan in world.plans.values() if plan.scenario == "moved"]
    assert plans
    assert not any(span.rule.startswith("sync.") for plan in plans for span in plan.spans)


def _reopened_at(plan: Plan) -> datetime:
    return next(b.at for a, b in pairwise(plan.home) if a.end and not b.end)


def rules(plan: Plan) -> set[str]:
    return {span.rule for span in plan.spans}


def named(world: World) -> list[tuple[Plan, Plan, datetime]]:
    """Return the dossiers that got their national code later: what stands under their own, under the national one, and when."""
    world.truth(LATER)
    by_own = {plan.own_code: plan for plan in world.plans.values() if plan.own_code and plan.code != plan.own_code}
    return [(plan, by_own[plan.code], plan.left_at) for plan in world.plans.values() if plan.left_at]


def _opens_as_planted(plan: Plan) -> bool:
    """Past due is just after the moment itself."""
    moments = [span.begins for span in plan.spans if span.rule == plan.rule and span.ends <= FOREVER]
    return plan.opens is not None and any(timedelta() <= at - plan.opens <= timedelta(microseconds=1) for at in moments)
