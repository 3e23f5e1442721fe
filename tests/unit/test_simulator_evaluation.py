"""The simulated public evaluation as a reader meets it: shapes, pages, periods, filters."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.simulator.evaluation import request
from shared.domain import codes
from shared.domain.working_time import LOCAL
from tests.unit.bench import BY_UNIT, OCTOBER, UNIT, Bench

METRICS, TREES = BY_UNIT[:3], BY_UNIT[3:]
LARGEST = {"dvc-progress-tree": 100, "formality-online-payment-tree": 100}
METRIC = {"code", "name", "numerator", "denominator", "ratio", "score", "maxScore"}
FIELDS = {
    "dvc-progress-tree": "totalReceived totalOnTime totalOverdue avgProcessingDays score",
    "provide-online-tree": "authorityCount partialCount fullCount onlineDossierCount onlineServiceTotal "
    "channelOnlineSum channelDirectSum channelPostalSum channelTotalSum totalScore",
    "formality-online-payment-tree": "totalDossierOnlinePaymentSuccess totalDossierFinancialObligation "
    "totalDossierOnlineFormalityPaymentSuccess totalFeeDossierFormality totalFeeFormality score",
}
INDICATORS = {
    "transparency": "PUBLISH_ON_TIME PUBLIC_UPDATE_ON_TIME PUBLIC_CONTENT_FULL DOSSIER_SYNC",
    "dossier-digitized": "ORIGINAL_RESULT_AVAILABLE SO_HOA_GIAY_TO_GIAI_QUYET REUSED_DIGITIZED_DATA ELECTRONIC_CERTIFIED_COPY "
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE CITIZEN_DATA_CONNECTED_FORMALITY CITIZEN_DATA_CONNECTED_DOSSIER",
    "handling-satisfaction": "PETITION_PROCESSING_ON_TIME PETITION_HANDLING_SATISFACTION DOSSIER_RECEIVING_SATISFACTION",
}
MONTHS = [name for name in BY_UNIT if name != "handling-satisfaction"]


@pytest.mark.parametrize("name", METRICS)
async def test_a_group_of_metrics_has_an_overview_and_an_evaluation(bench: Bench, name: str) -> None:
    told = await bench.evaluation(name, **OCTOBER, rootDepartmentId=await bench.root())
    assert told.keys() == {"code", "data", "message"}
    assert list(told["data"]) == ["overview", "evaluation"]
    for unit in (told["data"]["overview"], *told["data"]["evaluation"]):
        assert unit.keys() >= UNIT | {"totalScore"}
        assert all(metric.keys() >= METRIC for metric in unit["metrics"])
        assert {metric["code"] for metric in unit["metrics"]} >= set(INDICATORS[name].split())


@pytest.mark.parametrize("name", TREES)
async def test_a_tree_has_a_parent_and_children(bench: Bench, name: str) -> None:
    told = await bench.evaluation(name, **OCTOBER, rootDepartmentId=await bench.root())
    assert list(told["data"]) == ["parent", "children"]
    assert told["data"]["parent"].keys() >= UNIT | set(FIELDS[name].split())
    children = UNIT | ({"totalScore"} if name == "provide-online-tree" else set(FIELDS[name].split()))
    assert all(child.keys() >= children for child in told["data"]["children"])


async def test_the_ranking_has_the_points_of_every_group(bench: Bench) -> None:
    told = await bench.ranking()
    assert list(told) == ["overview", "evaluation"]
    for standing in (told["overview"], *told["evaluation"]):
        assert standing.keys() >= UNIT | {"totalScore", "metrics"}
        assert {metric["code"]: metric["maxScore"] for metric in standing["metrics"]} == {
            "CKMB": 18, "TDGQ": 20, "ONLINE": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18,
        }  # fmt: skip
        assert all(metric.keys() >= METRIC for metric in standing["metrics"])


async def test_a_metric_tells_of_the_quality_of_its_data_where_that_is_borrowed_or_missing(bench: Bench) -> None:
    above, below = await bench.scores("transparency")
    told = {unit["departmentCode"]: metric(unit, "DOSSIER_SYNC") for unit in (above, *below)}
    assert told["H20"]["dataQualityStatus"] == "TEMP_NATIONAL_REPORT_DENOMINATOR"
    missing = [each for each in told.values() if each["dataQualityStatus"] == "NO_NATIONAL_REPORT_DATA"]
    assert missing
    assert {each["score"] for each in missing} == {None}
    assert all(each["dataQualityMessage"] for each in told.values())


async def test_some_units_have_codes_of_the_old_style_and_figures_as_texts(bench: Bench) -> None:
    above, below = await bench.scores("dvc-progress-tree")
    assert (above["departmentCode"], type(above["totalReceived"])) == ("H20", int)
    assert {unit["departmentCode"].startswith("000.") for unit in below} == {False, True}
    assert {type(unit["totalReceived"]) for unit in below} == {int, str}
    assert {type(unit["avgProcessingDays"]) for unit in below if not int(unit["totalReceived"])} == {type(None)}


@pytest.mark.parametrize("name", BY_UNIT)
async def test_pages_hold_every_listed_agency_once(bench: Bench, name: str) -> None:
    listed = {agency.code for agency in bench.world.catalogue.listed} - {"H20"}
    pages = [(await bench.scores(name, currentPage=page, pageSize=50))[1] for page in (1, 2, 3, 4)]
    found = [codes.agency(unit["departmentCode"]) for page in pages for unit in page]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert (len(found), set(found)) == (120, listed)


@pytest.mark.parametrize("name", BY_UNIT)
async def test_a_page_is_never_larger_than_its_kind_allows(bench: Bench, name: str) -> None:
    largest = min(LARGEST.get(name, 200), 120)
    assert len((await bench.scores(name))[1]) == largest
    assert len((await bench.scores(name, pageSize="5000", currentPage="1"))[1]) == largest


async def test_the_ranking_has_pages_too(bench: Bench) -> None:
    pages = [(await bench.ranking(pageSize=20, currentPage=page))["evaluation"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 14, 0]
    assert pages[0] + pages[1] == (await bench.ranking())["evaluation"]


async def test_a_unit_asked_for_stands_alone_and_is_what_its_province_says(bench: Bench) -> None:
    children = (await bench.scores("dvc-progress-tree"))[1]
    for child in children[:3]:
        assert await bench.scores("dvc-progress-tree", rootDepartmentId=child["departmentId"]) == (child, [])


@pytest.mark.parametrize("name", BY_UNIT)
async def test_a_running_month_is_refused_until_its_last_moment(bench: Bench, name: str) -> None:
    root, first = await bench.root(), datetime(2026, 11, 1, tzinfo=LOCAL)
    bench.now = first - timedelta(microseconds=1)
    assert (await bench.evaluation(name, **OCTOBER, rootDepartmentId=root))["code"] == "PERIOD_NOT_ENDED"
    bench.now = first
    assert (await bench.evaluation(name, **OCTOBER, rootDepartmentId=root))["code"] == "OK"


@pytest.mark.parametrize("name", MONTHS)
async def test_a_quarter_and_a_year_are_answered_while_they_run(bench: Bench, name: str) -> None:
    for span in ({"timeType": "quarter", "quarter": 4}, {"timeType": "year"}):
        asked = {**span, "year": 2026, "rootDepartmentId": await bench.root()}
        assert (await bench.evaluation(name, **asked))["code"] == "OK"
        assert (await bench.evaluation(name, **{**asked, "year": 2027}))["code"] == "PERIOD_NOT_STARTED"


def test_a_quarter_begins_with_its_first_day() -> None:
    asked = {"timeType": "quarter", "year": 2027, "quarter": 1}
    with pytest.raises(request.Refusal):
        request.period(asked, date(2026, 12, 31))
    assert request.period(asked, date(2027, 1, 1)) == request.Period(date(2027, 1, 1), date(2027, 3, 31))


async def test_both_days_of_a_span_are_included(bench: Bench) -> None:
    received = [
        metric((await bench.scores("handling-satisfaction", fromDate=first, toDate=last))[0], "DOSSIER_RECEIVING_SATISFACTION")
        for first, last in (("2026-10-01", "2026-10-15"), ("2026-10-16", "2026-10-31"), ("2026-10-01", "2026-10-31"))
    ]
    counts = [each["denominator"] for each in received]
    assert counts[0] + counts[1] == counts[2]
    assert min(counts) > 0
    _, below = await bench.scores("handling-satisfaction", fromDate="2026-10-15", toDate="2026-10-15")
    assert sum(int(metric(unit, "DOSSIER_RECEIVING_SATISFACTION")["denominator"] or 0) for unit in below) > 0


async def test_satisfaction_takes_days(bench: Bench) -> None:
    root = await bench.root()
    for first, last, code in (
        ("2026-11-01", "2026-11-10", "PERIOD_NOT_ENDED"),
        ("2026-10-20", "2026-11-10", "OK"),
        ("2026-11-19", "2026-12-19", "PERIOD_NOT_STARTED"),
        ("2026-10-02", "2026-10-01", "BAD_REQUEST"),
        ("2026-10-01", None, "BAD_REQUEST"),
        ("2026-02-30", "2026-10-01", "BAD_REQUEST"),
        ("20261001", "20261031", "BAD_REQUEST"),
        ("2026-W40-1", "2026-W40-7", "BAD_REQUEST"),
    ):
        told = await bench.evaluation("handling-satisfaction", fromDate=first, toDate=last, rootDepartmentId=root)
        assert told["code"] == code, (first, last)


@pytest.mark.parametrize("name", BY_UNIT)
async def test_an_endpoint_knows_one_spelling_of_the_filter_and_passes_over_the_other(bench: Bench, name: str) -> None:
    known, other = ("formalityID", "formalityId") if name == "dossier-digitized" else ("formalityId", "formalityID")
    procedure = bench.world.catalogue.procedures[0].code
    whole = await bench.scores(name)
    assert await bench.scores(name, **{other: procedure}) == whole
    filtered = await bench.scores(name, **{known: procedure})
    assert filtered != whole
    assert await bench.scores(name, **{known: f"{procedure}.000.00.00.H20"}) == filtered
    unknown = await bench.evaluation(name, **OCTOBER, rootDepartmentId=await bench.root(), **{known: "9.999999"})
    assert unknown["code"] == "NOT_FOUND"


def metric(unit: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in unit["metrics"] if each["code"] == code)
    return found
