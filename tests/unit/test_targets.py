"""Targets: what the plan says, what is wrong in their file, and what is missing to one."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.domain.scoring import IndicatorScore, Ratio, score
from shared.domain.targets import Owner, gap, missing_count
from shared.policy.scoring import scoring_policies
from shared.policy.targets import load_targets, targets

from .policy_texts import GONE, changed, refusal

POLICY = scoring_policies()[0]


def targets_refusal(*changes: tuple[str, Any]) -> str:
    return refusal(lambda: load_targets(changed("targets.yaml", *changes), "targets.yaml", (POLICY,)))


def test_the_targets_are_those_of_the_plan():
    plan = targets()
    percents = {name: target.percent for name, target in plan.of.items()}
    below = {name: percent for name, percent in percents.items() if percent != 100}
    assert below == {"2.1": 95, "3.2": None, "3.3": 90, "3.4": 80, "3.6": 90, "4.3": 90, "5.2": 95, "5.3": 95}
    assert plan.total == 90
    assert plan.of["1.4"].lead == (Owner.SCIENCE,)
    assert plan.of["3.6"].support == ()
    assert plan.of["4.4"].support == (Owner.OFFICE, Owner.JUSTICE, Owner.SCIENCE)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("colour", "red", "colour: unknown key"),
        ("indicators.0.percents", 100, "indicators.0.percents: unknown key"),
        ("indicators.0.percent", GONE, "indicators.0.percent: Field required"),
        ("indicators.0.percent", 101, "indicators.0.percent: "),
        ("indicators.0.percent", 0, "indicators.0.percent: "),
        ("indicators.0.percent", "as high as possible", "indicators.0.percent: must be a number"),
        ("indicators.0.source", GONE, "indicators.0.source: Field required"),
        ("indicators.0.source", "rumour", "indicators.0.source: the file lists no source rumour"),
        ("indicators.0.id", "2.2", "indicators.0.id: no policy gives points for an indicator 2.2"),
        ("indicators.0.id", "9.9", "indicators.0.id: no policy gives points for an indicator 9.9"),
        ("indicators.0.id", "1.2", "indicators.1.id: the indicator 1.2 is there twice"),
        ("indicators.0", GONE, "indicators: there is no target for 1.1"),
        ("indicators.0.lead", [], "indicators.0.lead: "),
        ("indicators.0.lead", ["mayor"], "indicators.0.lead.0: "),
        ("indicators.0.lead", ["office"], "indicators.0.support: also leads: office"),
        ("indicators.0.support", ["office", "office"], "indicators.0.support: names something twice"),
        ("total.value", 101, "total.value: must be at most 100"),
        ("total.source", GONE, "total.source: Field required"),
    ],
)
def test_what_is_wrong_in_the_targets_is_named_by_file_and_place(place, value, told):
    assert targets_refusal((place, value)).startswith(f"targets.yaml: {told}")


def scored(name: str, numerator: int, denominator: int, factor: Fraction = Fraction(1)) -> IndicatorScore:
    card = score({name: Ratio(numerator, denominator, factor)}, POLICY)
    return next(found for found in card.indicators if found.indicator.id == name)


@pytest.mark.parametrize(
    ("numerator", "denominator", "factor", "missing_points", "cases"),
    [
        (94, 100, 1, "1.00", 1),
        (95, 100, 1, "0.00", 0),
        (100, 100, 1, "0.00", 0),
        (0, 3, 1, "95.00", 3),
        (949_999, 1_000_000, 1, "0.00", 1),  # a gap that two decimals do not show is still one case
        (95, 100, Fraction(19, 20), "4.75", 5),
        (95, 100, Fraction(9, 10), "9.50", None),  # not even all of them would do
        (95, 100, 0, "95.00", None),
        (0, 0, 1, None, None),
    ],
)
def test_what_is_missing_to_a_target_is_told_in_points_and_in_cases(numerator, denominator, factor, missing_points, cases):
    ours = scored("2.1", numerator, denominator, Fraction(factor))
    assert gap(ours, targets().of["2.1"]) == (missing_points and Decimal(missing_points))
    assert missing_count(ours, targets().of["2.1"]) == cases


@pytest.mark.parametrize("target", [None, targets().of["3.2"]])
def test_without_a_number_nothing_is_missing_to_a_target(target):
    assert (gap(scored("3.2", 1, 2), target), missing_count(scored("3.2", 1, 2), target)) == (None, None)
