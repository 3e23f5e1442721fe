"""The portal's public evaluation, part by part."""

import json
import re
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import respx

from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource, UnitRefused
from shared.config import EvaluationConfig
from shared.domain.indicators import GroupId
from shared.domain.periods import Period
from shared.domain.published import Endpoint, PublishedGroup, PublishedMetric, PublishedUnit
from shared.errors import SourcePayload, SourceRejected, SourceUnavailable
from tests.contract.conftest import AT_ONCE, SMALL
from tests.contract.contract_fakes import PRIVATE
from tests.contract.fake_evaluation import EVALUATION, ROOT, TREES, FakeEvaluation, metric, named, province

YEAR, QUARTER, MONTH = Period.parse("2026"), Period.parse("2026-Q3"), Period.parse("2026-02")
OF_PROVINCE = [endpoint for endpoint in Endpoint if endpoint is not Endpoint.RESULTS]


@pytest.fixture
def portal(router: respx.MockRouter) -> FakeEvaluation:
    fake = FakeEvaluation()
    router.route(url__startswith=EVALUATION).mock(side_effect=fake)
    return fake


@pytest.fixture
async def source() -> AsyncIterator[EvaluationSource]:
    made = EvaluationSource(EvaluationConfig(), EVALUATION, "H20", retry=AT_ONCE, limits=SMALL)
    yield made
    await made.aclose()


async def units(source: EvaluationSource, endpoint: Endpoint) -> dict[str, PublishedUnit]:
    return {unit.code: unit for unit in (await source.read(endpoint, YEAR, ROOT)).units}


async def test_metrics_are_taken_as_they_are(source: EvaluationSource, portal: FakeEvaluation) -> None:
    found = await units(source, Endpoint.TRANSPARENCY)
    assert list(found) == ["H20", "H20.07", "H20.100"]
    unit = found["H20.07"]
    assert (unit.name, unit.department_id, unit.total) == ("Sở Xây dựng", "id-H20.07", None)
    assert unit.scores.groups == {GroupId.CKMB: PublishedGroup(points=Decimal("9.79"), max=Decimal(18))}
    assert unit.scores.metrics["PUBLISH_ON_TIME"] == PublishedMetric(
        name="Tỷ lệ PUBLISH_ON_TIME", numerator=1, denominator=47, ratio=Decimal("2.13"), points=Decimal("0.13"), max=Decimal(6)
    )
    unknown, synced = unit.scores.metrics["PUBLIC_CONTENT_FULL"], unit.scores.metrics["DOSSIER_SYNC"]
    assert (unknown.numerator, unknown.denominator, unknown.ratio, unknown.points) == (None, None, None, None)
    assert (synced.quality_status, synced.quality_message) == ("BORROWED", "Mẫu số tạm lấy")


async def test_no_cases_are_0_of_0_and_unknown_is_null(source: EvaluationSource, portal: FakeEvaluation) -> None:
    metrics = (await units(source, Endpoint.DIGITISED))["H20"].scores.metrics
    assert (metrics["REUSED_DIGITIZED_DATA"].numerator, metrics["REUSED_DIGITIZED_DATA"].points) == (0, None)
    assert (metrics["ELECTRONIC_CERTIFIED_COPY"].numerator, metrics["ELECTRONIC_CERTIFIED_COPY"].points) == (None, 2)
    petitions = (await units(source, Endpoint.SATISFACTION))["H20"].scores
    assert petitions.metrics["PETITION_PROCESSING_ON_TIME"].points == 6
    assert list(petitions.groups) == [GroupId.MDHL]


async def test_the_tree_of_timeliness(source: EvaluationSource, portal: FakeEvaluation) -> None:
    scores = (await units(source, Endpoint.PROGRESS))["H20.100"].scores
    assert scores.groups == {GroupId.TDGQ: PublishedGroup(points=Decimal("19.97"), max=Decimal(20))}
    assert scores.metrics == {
        "2.1": PublishedMetric(numerator=653, denominator=654, points=Decimal("19.97"), max=Decimal(20)),
        "2.2": PublishedMetric(ratio=Decimal("3.4")),
    }


async def test_the_tree_of_online_services(source: EvaluationSource, portal: FakeEvaluation) -> None:
    portal.units[Endpoint.ONLINE][0] = {**named("H20.07", "Sở Xây dựng"), "totalScore": "8.5"}
    found = await units(source, Endpoint.ONLINE)
    assert found["H20"].scores.metrics == {
        "3.1": PublishedMetric(numerator=52, denominator=56),
        "3.2": PublishedMetric(numerator=406, denominator=1968),
        "3.3": PublishedMetric(numerator=150956, denominator=152595),
    }
    assert found["H20.07"].scores.metrics == {}
    assert found["H20.07"].scores.groups[GroupId.ONLINE].points == Decimal("8.5")


async def test_the_tree_of_online_payment(source: EvaluationSource, portal: FakeEvaluation) -> None:
    scores = (await units(source, Endpoint.PAYMENT))["H20"].scores
    assert scores.groups[GroupId.TTTT].points == Decimal("6.25")
    assert {name: (found.numerator, found.denominator) for name, found in scores.metrics.items()} == {
        "3.4": (93, 310), "3.5": (56, 310), "3.6": (82913, 98459)
    }  # fmt: skip


async def test_the_ranking_gives_every_province_its_total_and_groups(source: EvaluationSource, portal: FakeEvaluation) -> None:
    reading = await source.read(Endpoint.RESULTS, YEAR, None)
    own, other = reading.units
    assert [(unit.code, unit.total, len(unit.scores.groups)) for unit in (own, other)] == [
        ("H20", Decimal("60.01"), 6),
        ("H19", 60, 6),
    ]
    assert own.department_id == ROOT
    assert portal.asked[Endpoint.RESULTS] == [
        {"timeType": "year", "year": 2026, "departmentType": "ADMINISTRATIVE_UNIT", "currentPage": 1, "pageSize": 200}
    ]


async def test_a_period_is_asked_for_in_the_words_of_the_contract(source: EvaluationSource, portal: FakeEvaluation) -> None:
    for period in (MONTH, QUARTER, YEAR):
        await source.read(Endpoint.PROGRESS, period, ROOT)
        await source.read(Endpoint.SATISFACTION, period, ROOT)
    pages = {"currentPage": 1, "pageSize": 100, "rootDepartmentId": ROOT}
    assert portal.asked[Endpoint.PROGRESS] == [
        {"timeType": "month", "year": 2026, "month": 2, **pages},
        {"timeType": "quarter", "year": 2026, "quarter": 3, **pages},
        {"timeType": "year", "year": 2026, **pages},
    ]
    assert [(body["fromDate"], body["toDate"], "timeType" in body) for body in portal.asked[Endpoint.SATISFACTION]] == [
        ("2026-02-01", "2026-02-28", False),
        ("2026-07-01", "2026-09-30", False),
        ("2026-01-01", "2026-12-31", False),
    ]


async def test_without_the_id_of_the_province_only_the_ranking_is_asked(source: EvaluationSource, portal: FakeEvaluation) -> None:
    with pytest.raises(SourceRejected, match="root_department_id"):
        await source.read(Endpoint.PROGRESS, YEAR, None)
    assert not portal.asked


@pytest.mark.parametrize("endpoint", OF_PROVINCE)
async def test_codes_and_numbers_may_be_texts_and_codes_have_two_spellings(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint
) -> None:
    expected = await units(source, endpoint)
    portal.units[endpoint] = [
        as_text({**unit, "departmentCode": spelling})
        for unit, spelling in zip(portal.units[endpoint], ("000.00.07.H20", "H20.100"), strict=True)
    ]
    portal.above[endpoint]["departmentCode"] = "000.00.00.H20"
    assert await units(source, endpoint) == expected


def as_text(value):
    """Return numbers as texts, wherever they stand."""
    if isinstance(value, dict):
        return {key: as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    return str(value) if isinstance(value, int | float) else value


@pytest.mark.parametrize("endpoint", Endpoint)
async def test_every_part_is_read_page_by_page(source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint) -> None:
    size = 100 if endpoint in (Endpoint.PROGRESS, Endpoint.PAYMENT) else 200
    like = portal.units[endpoint][0]
    codes = [f"H20.{number}" for number in range(1000, 1000 + size)]
    if endpoint is Endpoint.RESULTS:
        codes = [f"{letter}{number}" for letter in "UVWXY" for number in range(10, 50)]
    portal.units[endpoint] = [like, *({**like, "departmentCode": code, "departmentId": code} for code in codes)]
    reading = await source.read(endpoint, YEAR, ROOT)
    assert [(body["currentPage"], body["pageSize"]) for body in portal.asked[endpoint]] == [(1, size), (2, size)]
    assert (reading.pages, len({unit.code for unit in reading.units})) == (2, len(codes) + 1 + (endpoint is not Endpoint.RESULTS))


async def test_a_last_page_that_is_full_is_followed_by_an_empty_one(source: EvaluationSource, portal: FakeEvaluation) -> None:
    like = portal.units[Endpoint.PAYMENT][0]
    portal.units[Endpoint.PAYMENT] = [{**like, "departmentCode": f"H20.{number}"} for number in range(1000, 1100)]
    assert (await source.read(Endpoint.PAYMENT, YEAR, ROOT)).pages == 2


async def test_a_part_that_gives_the_same_page_again_is_at_its_end(source: EvaluationSource, portal: FakeEvaluation) -> None:
    like = portal.units[Endpoint.PAYMENT][0]
    listed = [{**like, "departmentCode": f"H20.{number}"} for number in range(1000, 1100)]
    portal.instead[Endpoint.PAYMENT] = json_answer({"parent": portal.above[Endpoint.PAYMENT], "children": listed})
    reading = await source.read(Endpoint.PAYMENT, YEAR, ROOT)
    assert (len(reading.units), reading.refused, len(portal.asked[Endpoint.PAYMENT])) == (101, [], 2)


def json_answer(data, code="OK", message=""):
    return json.dumps({"code": code, "data": data, "message": message})


@pytest.mark.parametrize("endpoint", Endpoint)
async def test_a_web_page_with_status_201_is_a_refusal(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint
) -> None:
    portal.instead[endpoint] = "<html><body>Request blocked</body></html>"
    with pytest.raises(SourcePayload, match="web page"):
        await source.read(endpoint, YEAR, ROOT)


@pytest.mark.parametrize("endpoint", Endpoint)
async def test_any_other_code_than_ok_is_a_refusal_whatever_comes_with_it(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint
) -> None:
    portal.instead[endpoint] = json_answer(
        {"overview": {}, "evaluation": []}, "PERIOD_NOT_ENDED", "Chỉ tra cứu được tháng đã kết thúc"
    )
    with pytest.raises(SourceRejected, match=f"{endpoint}: refused with PERIOD_NOT_ENDED, Chỉ tra cứu"):
        await source.read(endpoint, YEAR, ROOT)
    assert len(portal.asked[endpoint]) == 1


@pytest.mark.parametrize("body", ["{}", '{"data": {"overview": {}, "evaluation": []}}', '{"code": null}', '{"code": "ok"}'])
async def test_without_a_code_of_ok_nothing_is_an_answer(source: EvaluationSource, portal: FakeEvaluation, body: str) -> None:
    portal.instead[Endpoint.TRANSPARENCY] = body
    with pytest.raises(SourceRejected, match="transparency: refused"):
        await source.read(Endpoint.TRANSPARENCY, YEAR, ROOT)


@pytest.mark.parametrize("body", ["", '{"code": "OK", "data": {"overview"', '{"code": "OK", "data": []}', "[]"])
async def test_what_cannot_be_read_is_told_so(source: EvaluationSource, portal: FakeEvaluation, body: str) -> None:
    portal.instead[Endpoint.TRANSPARENCY] = body
    with pytest.raises(SourcePayload):
        await source.read(Endpoint.TRANSPARENCY, YEAR, ROOT)


async def test_a_portal_that_is_down_may_work_later(source: EvaluationSource, portal: FakeEvaluation) -> None:
    portal.status, portal.instead[Endpoint.ONLINE] = 502, "bad gateway"
    with pytest.raises(SourceUnavailable, match="HTTP 502"):
        await source.read(Endpoint.ONLINE, YEAR, ROOT)


@pytest.mark.parametrize("endpoint", Endpoint)
async def test_an_answer_without_its_overview_is_refused(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint
) -> None:
    portal.above[endpoint] = None  # type: ignore[assignment]
    with pytest.raises(SourcePayload, match=f"{endpoint}: without its {'parent' if endpoint in TREES else 'overview'}"):
        await source.read(endpoint, YEAR, ROOT)


@pytest.mark.parametrize("endpoint", OF_PROVINCE)
async def test_an_answer_of_another_province_is_refused(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint
) -> None:
    portal.above[endpoint]["departmentCode"] = "H19"
    with pytest.raises(SourcePayload, match="departmentCode: another province"):
        await source.read(endpoint, YEAR, ROOT)


@pytest.mark.parametrize("endpoint", [Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION])
async def test_an_overview_without_metrics_is_refused(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint
) -> None:
    portal.above[endpoint]["metrics"] = []
    with pytest.raises(SourcePayload, match="overview: metrics: missing"):
        await source.read(endpoint, YEAR, ROOT)


async def test_a_ranking_without_the_province_or_one_of_its_groups_is_refused(
    source: EvaluationSource, portal: FakeEvaluation
) -> None:
    own, other = portal.units[Endpoint.RESULTS]
    own["metrics"].pop(2)
    with pytest.raises(SourcePayload, match="the province itself: metrics: without the group ONLINE"):
        await source.read(Endpoint.RESULTS, YEAR, None)
    portal.units[Endpoint.RESULTS] = [other]
    with pytest.raises(SourcePayload, match="the province itself: missing"):
        await source.read(Endpoint.RESULTS, YEAR, None)


async def test_another_province_without_a_group_costs_only_itself(source: EvaluationSource, portal: FakeEvaluation) -> None:
    portal.units[Endpoint.RESULTS][1]["metrics"].pop()
    reading = await source.read(Endpoint.RESULTS, YEAR, None)
    assert [unit.code for unit in reading.units] == ["H20"]
    assert reading.refused == [UnitRefused("H19", "metrics", "without the group MDHL")]


OVER = {"metrics": [metric("A", 48, 47, 100, 6, 6)]}
IMPOSSIBLE = [
    (Endpoint.PROGRESS, {"totalOnTime": 655}, "totalOnTime: larger than totalReceived"),
    (Endpoint.PROGRESS, {"totalOverdue": -1}, "totalOverdue: negative"),
    (Endpoint.PROGRESS, {"score": 20.01}, "score: larger than its maximum"),
    (Endpoint.ONLINE, {"channelOnlineSum": 152596}, "channelOnlineSum: larger than channelTotalSum"),
    (Endpoint.ONLINE, {"authorityCount": 51}, "partialCount + fullCount: larger than authorityCount"),
    (Endpoint.PAYMENT, {"totalFeeFormality": 92}, "totalDossierOnlineFormalityPaymentSuccess: larger than totalFeeFormality"),
    (Endpoint.PAYMENT, {"totalFeeFormality": "nhiều"}, "totalFeeFormality: not a number"),
    (Endpoint.PAYMENT, {"totalFeeFormality": 310.5}, "totalFeeFormality: not a whole number"),
    (Endpoint.TRANSPARENCY, {"totalScore": -0.01}, "totalScore: negative"),
    (
        Endpoint.TRANSPARENCY,
        {"metrics": [metric("A", 48, 47, 100, 6, 6)]},
        "metrics[].numerator: larger than metrics[].denominator",
    ),
    (Endpoint.TRANSPARENCY, {"metrics": [metric("A", 1, 2, 50, 6.01, 6)]}, "metrics[].score: larger than its maximum"),
    (Endpoint.TRANSPARENCY, {"metrics": [metric("A", 1, 2, "NaN", 6, 6)]}, "metrics[].ratio: not a number"),
    (Endpoint.TRANSPARENCY, {"metrics": [metric("", 1, 2, 50, 6, 6)]}, "metrics[].code: missing"),
    (Endpoint.TRANSPARENCY, {"metrics": {"A": 1}}, "metrics: wrong type"),
]


@pytest.mark.parametrize(("endpoint", "changes", "reason"), IMPOSSIBLE)
async def test_impossible_figures_of_the_province_refuse_the_answer(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint, changes: dict, reason: str
) -> None:
    portal.above[endpoint] |= changes
    with pytest.raises(SourcePayload, match=re.escape(reason)):
        await source.read(endpoint, YEAR, ROOT)


@pytest.mark.parametrize(("endpoint", "changes", "reason"), IMPOSSIBLE)
async def test_impossible_figures_of_a_unit_cost_only_the_unit(
    source: EvaluationSource, portal: FakeEvaluation, endpoint: Endpoint, changes: dict, reason: str
) -> None:
    portal.units[endpoint][0] |= changes
    reading = await source.read(endpoint, YEAR, ROOT)
    assert [unit.code for unit in reading.units] == ["H20", "H20.100"]
    assert [(refused.code, f"{refused.field}: {refused.reason}") for refused in reading.refused] == [("H20.07", reason)]


async def test_units_that_cannot_be_used_are_named_by_code_or_place(source: EvaluationSource, portal: FakeEvaluation) -> None:
    like = portal.units[Endpoint.PROGRESS][0]
    portal.units[Endpoint.PROGRESS] = [
        {**like, "departmentCode": "000.00.07.H19"},
        {**like, "departmentCode": None},
        {**like, "departmentCode": "không phải mã"},
        "rác",  # type: ignore[list-item]
        like,
        like,
    ]
    reading = await source.read(Endpoint.PROGRESS, YEAR, ROOT)
    assert [unit.code for unit in reading.units] == ["H20", "H20.07"]
    assert [(refused.code, refused.field, refused.reason) for refused in reading.refused] == [
        ("H19.07", "departmentCode", "outside the province"),
        ("#2", "departmentCode", "missing"),
        ("#3", "departmentCode", "not an agency code"),
        ("#4", "record", "wrong type"),
        ("H20.07", "departmentCode", "listed twice"),
    ]


async def test_only_provinces_are_ranked(source: EvaluationSource, portal: FakeEvaluation) -> None:
    portal.units[Endpoint.RESULTS] += [province("H19.07", "Một sở", 1), province("001199012345", "Một số", 1)]
    reading = await source.read(Endpoint.RESULTS, YEAR, None)
    assert [unit.code for unit in reading.units] == ["H20", "H19"]
    reason = ("departmentCode", "not a province's code")
    assert reading.refused == [UnitRefused("H19.07", *reason), UnitRefused("#4", *reason)]


async def test_figures_that_are_all_unknown_are_an_answer_all_the_same(source: EvaluationSource, portal: FakeEvaluation) -> None:
    portal.units[Endpoint.RESULTS][0] = province("H20", "Tỉnh Đồng Tháp", None, None)
    found = (await units(source, Endpoint.RESULTS))["H20"]
    assert (found.total, found.points) == (None, None)
    assert set(found.scores.groups) == set(GroupId)


async def test_what_is_kept_of_an_answer_holds_its_fields_and_nothing_else(
    source: EvaluationSource, portal: FakeEvaluation
) -> None:
    portal.units[Endpoint.TRANSPARENCY][0] |= {"nguoiLap": PRIVATE[0], "contact": {"phone": PRIVATE[2]}}
    portal.above[Endpoint.TRANSPARENCY]["email"] = PRIVATE[3]
    kept = (await source.read(Endpoint.TRANSPARENCY, YEAR, ROOT)).kept.decode()
    assert '"ratio":2.13' in kept
    assert '"dataQualityMessage":"Mẫu số tạm lấy"' in kept
    assert not any(private in kept for private in PRIVATE)
