"""What a repair is worth is exactly by how much a card counted anew from every mark differs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.counters import COUNTERS, Counters, Mark, View
from shared.domain.figures import Counted, Services, ratios
from shared.domain.moves import Repair, RepairKind, moves_between
from shared.domain.offers import Offer
from shared.domain.periods import Period
from shared.domain.scoring import ScoreCard, score
from shared.domain.units import Unit
from shared.domain.worth import Ground, Scales, Uses, by_indicator, enough_for_a_hundredth, together, told
from shared.policy.scoring import scoring_policies

POLICY = scoring_policies()[-1]
YEAR, NOVEMBER = Period(2026, 1, 12), Period(2026, 11, 1)
ONE = Unit(code="H20.14", name="", kind=None, agencies=frozenset({"H20.14", "H20.14.05"}))
PROVINCE = Unit(code="H20", name="", kind=None, agencies=frozenset({"H20", "H20.14", "H20.14.05", "H20.15"}))
OFFER = Offer(procedures=9, online=4, fee=3, payable=1)
IN_TIME = Counters(accepted=1, to_sync=1, synced=1, on_time=1, online=1, received=1)
LATE = Counters(accepted=1, to_sync=1, synced=1, online=1, received=1, wanting=1)

flags = st.integers(0, 1)
counters = st.builds(
    lambda on_time, online, fee, paid, paper, result, digitised, used, paid_online: Counters(
        accepted=1, to_sync=1, synced=1, on_time=on_time, online=online, fee=fee, paid=fee * paid, paper=paper,
        result=paper * result, digitised=digitised, received=1, wanting=1 - on_time, service_used=used, service_paid=paid_online,
    ),
    flags, flags, flags, flags, flags, flags, flags, flags, flags,
)  # fmt: skip
counts = counters | st.sampled_from([Counters(to_sync=1), Counters(received=1, wanting=1)])
marks = st.builds(
    Mark,
    view=st.just(View.PORTAL),
    day=st.sampled_from([date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 20)]),
    agency=st.sampled_from(["H20.14", "H20.14.05", "H20.15"]),
    procedure=st.sampled_from(["1.1", "1.2"]),
    counters=counts,
)
dossiers = st.lists(st.lists(marks, max_size=1).map(tuple), max_size=12)
units, periods = st.sampled_from([ONE, PROVINCE]), st.sampled_from([YEAR, NOVEMBER])


def mark(of: Counters, procedure: str = "1.1", agency: str = "H20.14", day: date = date(2026, 11, 3)) -> Mark:
    return Mark(view=View.PORTAL, day=day, agency=agency, procedure=procedure, counters=of)


def here(found: Sequence[tuple[Mark, ...]], unit: Unit, period: Period) -> list[Mark]:
    return [each for of in found for each in of if each.agency in unit.agencies and period.contains(each.day)]


def counted(found: Sequence[tuple[Mark, ...]], unit: Unit, period: Period) -> Counted:
    """Everything counted anew, each procedure once over all agencies."""
    of_unit = here(found, unit, period)
    services = Services(
        used=len({each.procedure for each in of_unit if each.counters.service_used}),
        paid=len({each.procedure for each in of_unit if each.counters.service_paid}),
    )
    sums = {name: sum(getattr(each.counters, name) for each in of_unit) for name in COUNTERS}
    return Counted(counters=Counters(**sums), services=services, offer=OFFER)


def card(found: Sequence[tuple[Mark, ...]], unit: Unit, period: Period) -> ScoreCard:
    return score(ratios(counted(found, unit, period), View.PORTAL), POLICY, kind=unit.kind)


def scales(found: Sequence[tuple[Mark, ...]], unit: Unit = ONE, period: Period = YEAR) -> Scales:
    of_unit = here(found, unit, period)
    uses = {
        name: Uses(
            sum(each.counters.service_used for each in of_unit if each.procedure == name),
            sum(each.counters.service_paid for each in of_unit if each.procedure == name),
        )
        for name in ("1.1", "1.2")
    }
    return Scales(Ground(unit=unit, period=period, policy=POLICY, counted=counted(found, unit, period), uses=uses))


def repair(before: Sequence[Mark], after: Sequence[Mark], kind: RepairKind = RepairKind.SYNC) -> Repair:
    moves = moves_between(before, after)
    return Repair(kind=kind, agency="H20.14", procedure="1.1", month=date(2026, 11, 1), moves=moves)


@given(st.lists(marks, max_size=1).map(tuple), st.lists(marks, max_size=1).map(tuple), dossiers, units, periods)
def test_the_worth_of_one_is_the_difference_of_a_recount(before, after, others, unit, period):
    on = scales([before, *others], unit, period)
    gained = card([after, *others], unit, period).exact_total - card([before, *others], unit, period).exact_total
    assert on.worth(repair(before, after)) == gained
    assert on.worth(repair(before, after, RepairKind.IN_TIME)) == -gained


@given(st.lists(st.tuples(marks, marks), max_size=6), dossiers, units, periods)
def test_the_worth_of_many_together_is_the_difference_of_a_recount(pairs, others, unit, period):
    before, after = [(one,) for one, _ in pairs], [(one,) for _, one in pairs]
    on = scales([*before, *others], unit, period)
    shifts = [on.ground.shift(moves_between(*pair)) for pair in zip(before, after, strict=True)]
    both = on.gain(together({shift: shifts.count(shift) for shift in shifts}), prevents=False)
    assert both == card([*after, *others], unit, period).exact_total - on.now.exact_total


@given(st.lists(st.tuples(marks, marks, st.booleans()), max_size=6), dossiers, units, periods)
def test_settled_procedures_change_no_answer_whichever_are_done(pairs, others, unit, period):
    on = scales([*((one,) for one, _, _ in pairs), *others], unit, period)
    moves = [moves_between((one,), (other,)) for one, other, _ in pairs]
    shifts = [on.ground.shift(of) for of in moves]
    narrowed = Scales(on.ground.among({shift: shifts.count(shift) for shift in shifts}))
    some = [of for of, (_, _, done) in zip(moves, pairs, strict=True) if done]
    for ground in (on.ground, narrowed.ground):
        doing = [ground.shift(of) for of in some]
        after = ground.after(together({shift: doing.count(shift) for shift in doing}))
        assert after == counted([(other if done else one,) for one, other, done in pairs] + others, unit, period)


@given(st.lists(counters, max_size=300), st.integers(1, 60))
def test_so_many_move_the_card_by_a_hundredth_and_one_less_does_not(others, late):
    found = [*((mark(LATE),) for _ in range(late)), *((mark(of),) for of in others)]
    on = scales(found)
    shift = on.ground.shift(moves_between((mark(LATE),), (mark(IN_TIME),)))
    enough = enough_for_a_hundredth(on, [(shift, late)], prevents=False)

    def total(done: int) -> Decimal:
        return card([*((mark(IN_TIME),) for _ in range(done)), *found[done:]], ONE, YEAR).total

    if enough is None:
        assert total(late) == on.now.total
    else:
        assert total(enough) >= on.now.total + Decimal("0.01")
        assert total(enough - 1) == on.now.total


def test_in_a_large_agency_it_takes_several_dossiers_to_move_the_card():
    """Two of a hundred thousand in 2.1 and 5.3 are 0.0005 points, and the rounding is met later."""
    on = scales([(mark(IN_TIME),)] * 10 + [(mark(LATE),)] * 10)
    many = Scales(msgspec.structs.replace(on.ground, counted=_times(on.ground.counted, 1000)))
    shift = many.ground.shift(moves_between((mark(LATE),), (mark(IN_TIME),)))
    enough = enough_for_a_hundredth(many, [(shift, 10_000)], prevents=False)
    assert enough == 5, "20 points × 5 ÷ 20,000 is 0.005, which rounds up"
    assert enough_for_a_hundredth(many, [(shift, 4)], prevents=False) is None
    losing = many.ground.shift(moves_between((mark(IN_TIME),), (mark(LATE),)))
    assert enough_for_a_hundredth(many, [(losing, 10_000)], prevents=True) == 6, "and half a hundredth less is still rounded up"


def test_a_repair_may_cost_points():
    """One of two is late then: half of 2.1, and 5.3 falls from full marks to 6 × 0.5 ÷ 0.9."""
    on = scales([(mark(IN_TIME),), (mark(IN_TIME),)])
    assert on.worth(repair([mark(IN_TIME)], [mark(LATE)])) == -10 - (6 - Fraction(10, 3))


def test_the_last_dossier_of_a_procedure_takes_it_out_of_3_2_and_the_first_brings_it_in():
    using = msgspec.structs.replace(IN_TIME, service_used=1)
    alone, shared = [(mark(using),), (mark(IN_TIME),)], [(mark(using),), (mark(using),)]
    leaving = repair([mark(using)], [mark(IN_TIME)])
    assert scales(alone).worth(leaving) == -1, "4 points, 4 procedures online"
    assert scales(shared).worth(leaving) == 0
    assert scales([(mark(IN_TIME),)]).worth(repair([mark(IN_TIME)], [mark(using)])) == 1


def test_a_procedure_used_at_two_agencies_leaves_one_card_and_stays_on_the_provinces():
    using = msgspec.structs.replace(IN_TIME, service_used=1)
    found = [(mark(using),), (mark(using, agency="H20.15"),)]
    leaving = repair([mark(using)], [mark(IN_TIME)])
    assert (scales(found, ONE).worth(leaving), scales(found, PROVINCE).worth(leaving)) == (-1, 0)


def test_a_dossier_out_of_step_costs_3_3_of_all_the_others_too():
    """Three of ten are online, 6 × 0.3 ÷ 0.5 = 3.6 points, times 10 of 11 in step."""
    missing, present = Counters(to_sync=1), Counters(to_sync=1, synced=1)
    on = scales([(mark(IN_TIME),)] * 3 + [(mark(msgspec.structs.replace(IN_TIME, online=0)),)] * 7 + [(mark(missing),)])
    shift = on.ground.shift(moves_between([mark(missing)], [mark(present)]))
    gained = by_indicator(on, shift, prevents=False)
    assert gained == {"1.4": Fraction(6, 11), "3.3": Fraction(36, 10) / 11}
    assert sum(gained.values()) == on.gain(shift, prevents=False)


def test_moves_of_other_agencies_and_times_change_nothing():
    on = scales([(mark(LATE),)], ONE, NOVEMBER)
    elsewhere = repair([mark(LATE, agency="H20.15")], [mark(IN_TIME, agency="H20.15")])
    before = repair([mark(LATE, day=date(2026, 10, 31))], [mark(IN_TIME, day=date(2026, 10, 31))])
    assert (on.worth(elsewhere), on.worth(before)) == (0, 0)


def test_points_are_told_with_six_decimals_rounded_half_up():
    assert [str(told(Fraction(number, 2_000_000))) for number in (1, -1, 3, 2_000_000)] == [
        "0.000001",
        "0.000000",
        "0.000002",
        "1.000000",
    ]


def _times(found: Counted, times: int) -> Counted:
    sums = {name: getattr(found.counters, name) * times for name in COUNTERS}
    return msgspec.structs.replace(found, counters=Counters(**sums))
