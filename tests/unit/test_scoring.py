"""Scoring: every rule of rounding, thresholds just below and at them, empty denominators, and figures that cannot be."""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.indicators import INDICATOR_IDS, AgencyKind, Elsewhere, Indicator, Policy, Scoring
from shared.domain.scoring import LARGEST, IndicatorScore, Ratio, RatiosRefused, ScoreCard, State, rounded, score
from shared.policy.scoring import scoring_policies

POLICY = scoring_policies()[0]
WITH_RATIO = [found.id for found in POLICY.indicators.values() if found.scoring is Scoring.RATIO]


def card(policy: Policy = POLICY, kind: AgencyKind | None = None, **figures: tuple[int, int]) -> ScoreCard:
    """Return the card of figures named `i2_1=(653, 654)`."""
    return score({name[1:].replace("_", "."): Ratio(*counts) for name, counts in figures.items()}, policy, kind=kind)


def one(name: str, numerator: int, denominator: int, factor: Fraction = Fraction(1)) -> IndicatorScore:
    """Return one indicator of a card that has figures for nothing else."""
    return found(score({name: Ratio(numerator, denominator, factor)}, POLICY), name)


def found(of: ScoreCard, name: str) -> IndicatorScore:
    return next(scored for scored in of.indicators if scored.indicator.id == name)


def group_points(of: ScoreCard) -> dict[str, Decimal]:
    return {group.group.id: group.points for group in of.groups}


def without(name: str, kind: AgencyKind, elsewhere: Elsewhere) -> Policy:
    """Return the policy with an indicator that does not apply to a kind of agency."""

    def limited(indicator: Indicator) -> Indicator:
        if indicator.id != name:
            return indicator
        return msgspec.structs.replace(indicator, applies_to=frozenset(AgencyKind) - {kind}, elsewhere=elsewhere)

    groups = [
        msgspec.structs.replace(group, indicators=tuple(limited(found) for found in group.indicators)) for group in POLICY.groups
    ]
    return msgspec.structs.replace(POLICY, groups=tuple(groups))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Fraction(5, 1000), "0.01"),
        (Fraction(4999, 1000000), "0.00"),
        (Fraction(2675, 1000), "2.68"),  # as a binary float it would fall to 2.67
        (Fraction(1005, 1000), "1.01"),
        (Fraction(2, 3), "0.67"),
        (Fraction(6), "6.00"),
        (Fraction(0), "0.00"),
        (Decimal("19.995"), "20.00"),
    ],
)
def test_points_are_rounded_half_up_to_two_decimals(value, told):
    assert str(rounded(value)) == told


@pytest.mark.parametrize(
    ("name", "numerator", "denominator", "told"),
    [
        ("4.7", 752, 1780, "0.84"),  # its percentage, rounded first, would give 0.85
        ("2.1", 653, 654, "19.97"),
        ("1.1", 1, 47, "0.13"),
        ("3.6", 145, 165, "5.27"),
        ("3.4", 8, 12, "1.67"),
        ("5.3", 283, 330, "5.72"),
        ("4.3", 20, 741, "0.07"),
        ("3.2", 1, 800, "0.01"),  # 0.005 exactly: half goes up
        ("3.2", 1249, 1_000_000, "0.00"),  # 0.004996
        ("2.1", 0, 7, "0.00"),
    ],
)
def test_points_come_from_the_unrounded_ratio(name, numerator, denominator, told):
    assert str(one(name, numerator, denominator).points) == told


def test_each_indicator_of_a_group_is_rounded_before_they_are_added():
    paid = card(i3_4=(8, 12), i3_5=(8, 12), i3_6=(145, 165))
    assert group_points(paid)["TTTT"] == Decimal("8.61")
    assert sum(found(paid, name).unrounded for name in ("3.4", "3.5", "3.6")) == Fraction(10, 3) + Fraction(58, 11)


@pytest.mark.parametrize(
    ("name", "at", "points"),
    [
        ("3.1", Fraction(4, 5), "2.00"),
        ("3.3", Fraction(1, 2), "6.00"),
        ("3.4", Fraction(4, 5), "2.00"),
        ("3.5", Fraction(4, 5), "2.00"),
        ("4.3", Fraction(4, 5), "2.00"),
        ("5.3", Fraction(9, 10), "6.00"),
        ("4.2", Fraction(1), "4.00"),
        ("2.1", Fraction(1), "20.00"),
    ],
)
def test_full_marks_are_given_at_their_threshold_not_just_below_and_no_more_above(name, at, points):
    cases = 1_000_000
    reached = int(at * cases)
    exactly, below = one(name, reached, cases), one(name, reached - 1, cases)
    assert (str(exactly.points), exactly.unrounded, exactly.lost) == (points, exactly.indicator.max, 0)
    assert below.unrounded < exactly.indicator.max
    assert one(name, cases, cases).points == exactly.points


@pytest.mark.parametrize("name", WITH_RATIO)
def test_an_empty_denominator_obeys_its_rule(name):
    scored = one(name, 0, 0)
    expected = {"5.1": "6.00", "5.2": "6.00"} | dict.fromkeys(("2.1", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "5.3"), "0.00")
    assert scored.state is State.NO_CASES
    assert (scored.ratio, scored.percent) == (None, None)
    assert (None if scored.points is None else str(scored.points)) == expected.get(name)


def test_no_score_is_nothing_and_adds_nothing():
    nothing = found(card(i4_1=(0, 0)), "4.1")
    assert (nothing.points, nothing.unrounded, nothing.lost) == (None, None, None)
    assert card(i4_1=(0, 0), i4_2=(1, 2)).total == card(i4_2=(1, 2)).total


def test_an_indicator_left_out_has_no_data_and_no_points():
    left_out = found(card(i2_1=(1, 2)), "4.1")
    assert (left_out.state, left_out.numerator, left_out.denominator, left_out.points) == (State.NO_DATA, None, None, None)
    assert not card(i2_1=(1, 2)).complete


def test_a_card_is_complete_when_everything_that_has_points_has_figures():
    everything = {name: Ratio(1, 1) for name in WITH_RATIO}
    full = score(everything, POLICY)
    assert (full.total, full.exact_total, full.complete) == (100, 100, True)
    assert found(full, "2.2").state is State.NO_DATA
    assert score({name: Ratio(0, 0) for name in WITH_RATIO}, POLICY).complete
    del everything["5.3"]
    assert not score(everything, POLICY).complete


def test_what_is_granted_needs_no_figures():
    granted = found(card(), "4.4")
    assert (str(granted.points), granted.state, granted.ratio, granted.lost) == ("2.00", State.SCORED, None, 0)


def test_an_analysis_has_a_mean_and_no_points():
    days = found(card(i2_2=(350, 100)), "2.2")
    assert (days.ratio, days.percent, days.points, days.lost, days.indicator.max) == (Fraction(7, 2), None, None, None, None)
    assert days.state is State.SCORED
    assert card(i2_2=(350, 100)).total == card().total


def test_what_is_scored_by_a_rule_that_may_change_says_so():
    states = {name: one(name, 1, 2).state for name in WITH_RATIO}
    assert {name for name, state in states.items() if state is State.PROVISIONAL} == {"3.1", "3.2", "3.3", "3.5"}
    assert {state for name, state in states.items() if not name.startswith("3")} == {State.SCORED}


def test_a_factor_is_part_of_the_ratio_given():
    scored = one("3.3", 40, 100, Fraction(1, 2))
    assert (scored.ratio, scored.factor, scored.percent) == (Fraction(2, 5), Fraction(1, 2), Decimal("20.00"))
    assert scored.points == Decimal("2.40")


def test_no_ratio_is_multiplied_by_another():
    alone, beside = card(i3_3=(40, 100)), card(i3_3=(40, 100), i1_4=(1, 2))
    assert found(alone, "3.3") == found(beside, "3.3")


def test_an_agency_has_no_score_where_an_indicator_does_not_apply_to_it():
    policy = without("4.4", AgencyKind.COMMUNE, Elsewhere.NOT_APPLICABLE)
    commune = card(policy, AgencyKind.COMMUNE)
    assert (found(commune, "4.4").state, found(commune, "4.4").points) == (State.NOT_APPLICABLE, None)
    assert found(card(policy, AgencyKind.SPECIALISED), "4.4").points == 2
    assert found(card(policy), "4.4").points == 2


def test_what_does_not_apply_is_not_scored_even_with_figures_and_leaves_a_card_complete():
    policy = without("2.1", AgencyKind.COMMUNE, Elsewhere.NOT_APPLICABLE)
    ratios = {name: Ratio(1, 1) for name in WITH_RATIO}
    commune = score(ratios, policy, kind=AgencyKind.COMMUNE)
    assert (commune.total, found(commune, "2.1").state) == (80, State.NOT_APPLICABLE)
    del ratios["2.1"]
    assert score(ratios, policy, kind=AgencyKind.COMMUNE).complete


@pytest.mark.parametrize("kind", AgencyKind)
def test_the_provinces_figures_count_for_every_unit_alike(kind):
    scored = card(POLICY, kind, i1_1=(1, 47), i1_2=(43, 47), i1_3=(47, 47))
    assert group_points(scored)["CKMB"] == Decimal("0.13") + Decimal("3.66") + Decimal("2.00")
    assert all(found.state is not State.NOT_APPLICABLE for found in scored.indicators)


def test_an_indicator_tells_what_was_rounded_and_what_is_lost():
    scored = one("4.7", 752, 1780)
    assert (scored.unrounded, scored.ratio) == (Fraction(376, 445), Fraction(188, 445))
    assert (scored.percent, scored.lost) == (Decimal("42.25"), Decimal("1.16"))


def test_one_dossier_shows_in_the_exact_total_where_rounding_hides_it():
    before, after = card(i4_7=(100_000, 1_000_000)), card(i4_7=(100_001, 1_000_000))
    assert before.total == after.total
    assert after.exact_total - before.exact_total == Fraction(2, 1_000_000)


@pytest.mark.parametrize(
    ("name", "ratio", "field"),
    [
        ("2.1", Ratio(3, 2), "numerator"),
        ("2.1", Ratio(1, 0), "numerator"),
        ("2.2", Ratio(1, 0), "numerator"),
        ("2.1", Ratio(-1, 2), "numerator"),
        ("2.1", Ratio(0, -2), "denominator"),
        ("2.1", Ratio(True, 2), "numerator"),
        ("2.1", Ratio(1.0, 2), "numerator"),
        ("2.1", Ratio(float("nan"), 2), "numerator"),
        ("2.1", Ratio("1", 2), "numerator"),
        ("2.1", Ratio(1, None), "denominator"),
        ("2.1", Ratio(1, LARGEST + 1), "denominator"),
        ("3.3", Ratio(1, 2, Fraction(-1, 2)), "factor"),
        ("3.3", Ratio(1, 2, Fraction(3, 2)), "factor"),
        ("3.3", Ratio(1, 2, 0.5), "factor"),
        ("4.4", Ratio(1, 2), None),
        ("9.9", Ratio(1, 2), None),
        ("PUBLISH_ON_TIME", Ratio(1, 2), None),
    ],
)
def test_figures_that_cannot_be_are_refused_with_their_place(name, ratio, field):
    with pytest.raises(RatiosRefused) as refused:
        score({name: ratio, "1.4": Ratio(1, 1)}, POLICY)
    assert [(problem.indicator, problem.field) for problem in refused.value.problems] == [(name, field)]
    assert str(refused.value).startswith(f"{name}.{field}: " if field else f"{name}: ")


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(RatiosRefused) as refused:
        score({"2.1": Ratio(-1, -1), "9.9": Ratio(1, 1)}, POLICY)
    assert [problem.place for problem in refused.value.problems] == ["2.1.numerator", "2.1.denominator", "9.9"]


def test_the_largest_count_is_still_scored_exactly():
    assert one("2.1", LARGEST, LARGEST).points == 20
    assert one("2.1", LARGEST - 1, LARGEST).unrounded == 20 * Fraction(LARGEST - 1, LARGEST)


def test_every_indicator_there_is_is_in_the_policy():
    assert set(POLICY.indicators) == set(INDICATOR_IDS)


counts = st.integers(0, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
figures = st.dictionaries(st.sampled_from(WITH_RATIO), counts.map(lambda pair: Ratio(*pair)))


@given(figures)
def test_groups_and_total_are_sums_of_rounded_parts(ratios):
    of = score(ratios, POLICY)
    for group in of.groups:
        assert group.points == sum(scored.points for scored in group.indicators if scored.points is not None)
        assert 0 <= group.points <= group.group.max
    assert of.total == sum(group.points for group in of.groups)
    assert 0 <= of.total <= POLICY.max
    assert abs(of.exact_total - Fraction(of.total)) <= Fraction(len(POLICY.indicators), 200)


@given(figures)
def test_points_lie_between_none_and_all_and_what_is_lost_is_the_rest(ratios):
    for scored in score(ratios, POLICY).indicators:
        if scored.points is not None:
            assert 0 <= scored.points <= scored.indicator.max
            assert scored.points + scored.lost == scored.indicator.max
            assert abs(Fraction(scored.points) - scored.unrounded) <= Fraction(1, 200)


@given(st.sampled_from(WITH_RATIO), counts.filter(lambda pair: pair[0] < pair[1]))
def test_points_never_fall_when_a_numerator_grows(name, pair):
    numerator, denominator = pair
    before, after = one(name, numerator, denominator), one(name, numerator + 1, denominator)
    assert before.points <= after.points
    assert before.unrounded <= after.unrounded


@given(st.sampled_from(WITH_RATIO), counts.filter(lambda pair: pair[1] > 0), st.integers(1, 50))
def test_only_the_share_counts_not_how_many_there_are(name, pair, times):
    assert one(name, *pair).unrounded == one(name, pair[0] * times, pair[1] * times).unrounded
