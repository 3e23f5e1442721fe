"""What the counts of the simulated evaluation are worth, by the point rules applied again, and how provinces stand by that."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.simulator.evaluation.points import RULES, group_points, points
from tests.unit.bench import BY_UNIT, Bench

WORTH = {
    "PUBLISH_ON_TIME": (6, 100, None), "PUBLIC_UPDATE_ON_TIME": (4, 100, None), "PUBLIC_CONTENT_FULL": (2, 100, None),
    "DOSSIER_SYNC": (6, 100, None), "ORIGINAL_RESULT_AVAILABLE": (6, 100, None), "SO_HOA_GIAY_TO_GIAI_QUYET": (4, 100, None),
    "REUSED_DIGITIZED_DATA": (2, 80, None), "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": (4, 100, None),
    "CITIZEN_DATA_CONNECTED_FORMALITY": (2, 100, None), "CITIZEN_DATA_CONNECTED_DOSSIER": (2, 100, None),
    "PETITION_PROCESSING_ON_TIME": (6, 100, "6.00"), "PETITION_HANDLING_SATISFACTION": (6, 100, "6.00"),
    "DOSSIER_RECEIVING_SATISFACTION": (6, 90, "0.00"),
}  # fmt: skip
"""Most points, percentage with full marks, points where nothing is to count; by the facts of the scoring, not by the code."""

PAYMENT = (
    "totalDossierOnlinePaymentSuccess", "totalDossierFinancialObligation",
    "totalDossierOnlineFormalityPaymentSuccess", "totalFeeDossierFormality", "totalFeeFormality",
)  # fmt: skip


@pytest.mark.parametrize("name", BY_UNIT[:3])
async def test_scores_follow_the_point_rules(bench: Bench, name: str) -> None:
    above, below = await bench.scores(name)
    for unit in (above, *below):
        scores = [Decimal(str(metric["score"])) for metric in unit["metrics"] if metric["score"] is not None]
        assert sum(scores) == Decimal(str(unit["totalScore"]))
        for metric in unit["metrics"]:
            if metric["code"] in WORTH and metric["denominator"] is not None:
                expected = worth(*WORTH[metric["code"]], metric)
                assert (None if metric["score"] is None else Decimal(str(metric["score"]))) == expected, metric


async def test_what_the_trees_score_follows_the_point_rules(bench: Bench) -> None:
    for unit in (await bench.scores("dvc-progress-tree"))[1]:
        whole = int(unit["totalReceived"])
        expected = r2(Fraction(20 * int(unit["totalOnTime"]), whole)) if whole else Decimal(0)
        assert Decimal(str(unit["score"])) == expected
    for unit in (await bench.scores("formality-online-payment-tree"))[1]:
        paid, owing, used, payable, with_fee = [int(unit[name]) for name in PAYMENT]
        parts = [(6, 100, paid, owing), (2, 80, used, with_fee), (2, 80, payable, with_fee)]
        expected = sum((share(most, full, above, below) for most, full, above, below in parts), Decimal(0))
        assert Decimal(str(unit["score"])) == expected
    told, _ = await bench.scores("provide-online-tree")
    parts = [
        (2, 80, told["partialCount"] + told["fullCount"], told["authorityCount"]),
        (4, 100, told["onlineDossierCount"], told["onlineServiceTotal"]),
        (6, 50, told["channelOnlineSum"], told["channelTotalSum"]),
    ]
    assert Decimal(str(told["totalScore"])) == sum(share(*part) for part in parts)


def test_points_are_rounded_half_up_from_the_unrounded_ratio_and_before_they_are_added() -> None:
    assert points(RULES["CITIZEN_DATA_CONNECTED_FORMALITY"], (752, 1780)) == Decimal("0.84")
    ratios = {"PAID_ONLINE": (145, 165), "PAYMENT_USED": (8, 12), "PAYMENT_PROVIDED": (8, 12)}
    assert group_points("TTTT", dict.fromkeys(RULES, None) | ratios) == Decimal("8.61")
    assert points(RULES["PAYMENT_USED"], (8, 10)) == Decimal("2.00")
    assert points(RULES["PAYMENT_USED"], (7_999, 10_000)) == Decimal("2.00")
    assert points(RULES["PAYMENT_USED"], (7_979, 10_000)) == Decimal("1.99")


def test_an_empty_denominator_is_no_score_nothing_or_everything_and_the_unknown_has_no_score() -> None:
    empty = {code: points(rule, (0, 0)) for code, rule in RULES.items()}
    full = {"ELECTRONIC_CERTIFIED_COPY", "PETITION_PROCESSING_ON_TIME", "PETITION_HANDLING_SATISFACTION"}
    assert {code for code, score in empty.items() if score} == full
    assert {RULES[code].group for code, score in empty.items() if score is None} == {"CKMB", "MDSH"}
    assert {points(rule, None) for rule in RULES.values()} == {None}


async def test_thirty_four_provinces_stand_in_the_order_of_their_scores(bench: Bench) -> None:
    standings = (await bench.ranking())["evaluation"]
    for key in ("departmentId", "departmentCode", "departmentName"):
        assert len({standing[key] for standing in standings}) == len(standings) == 34
    totals = [standing["totalScore"] for standing in standings]
    assert totals == sorted(totals, reverse=True)
    for standing in standings:
        assert Decimal(str(standing["totalScore"])) == sum(Decimal(str(metric["score"])) for metric in standing["metrics"])


async def test_the_country_has_the_mean_of_its_provinces(bench: Bench) -> None:
    told = await bench.ranking()
    for number, metric in enumerate(told["overview"]["metrics"]):
        mean = sum(standing["metrics"][number]["score"] for standing in told["evaluation"]) / 34
        assert metric["score"] == pytest.approx(mean, abs=0.0051)


async def test_our_province_stands_in_the_ranking_with_the_scores_of_its_groups(bench: Bench) -> None:
    own = next(each for each in (await bench.ranking())["evaluation"] if each["departmentCode"] == "H20")
    ranked = {metric["code"]: metric["score"] for metric in own["metrics"]}
    groups = ("CKMB", "MDSH", "MDHL", "TDGQ", "ONLINE", "TTTT")
    told = [(await bench.scores(name))[0] for name in BY_UNIT]
    assert ranked == {group: unit.get("totalScore", unit.get("score")) for group, unit in zip(groups, told, strict=True)}


async def test_the_neighbours_stay_the_same_in_a_period_and_differ_in_another(bench: Bench) -> None:
    october = others(await bench.ranking())
    bench.now += timedelta(minutes=30)
    assert others(await bench.ranking()) == october
    assert others(await bench.ranking(month=9)) != october


def others(told: Mapping[str, Any]) -> list[Any]:
    return [each for each in told["evaluation"] if each["departmentCode"] != "H20"]


def worth(most: int, full: int, empty: str | None, metric: Mapping[str, Any]) -> Decimal | None:
    above, below = int(metric["numerator"]), int(metric["denominator"])
    return share(most, full, above, below) if below else Decimal(empty) if empty else None


def share(most: int, full: int, above: int, below: int) -> Decimal:
    return r2(most * min(Fraction(1), Fraction(above, below) / Fraction(full, 100))) if below else Decimal(0)


def r2(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
