"""What the simulated evaluation counts: the same as a recount of the rows that the portal shows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.simulator.timeline import Phase
from shared.domain import codes
from tests.unit import recount
from tests.unit.bench import ALL, ORIGIN, Bench

PERIODS = {
    "2026-10": (date(2026, 10, 1), date(2026, 10, 31)),
    "2026-11": (date(2026, 11, 1), date(2026, 11, 30)),
    "2026-Q3": (date(2026, 7, 1), date(2026, 9, 30)),
    "2026": (date(2026, 1, 1), date(2026, 12, 31)),
}
YEAR = {"timeType": "year", "year": 2026}


@pytest.mark.parametrize("period", PERIODS)
async def test_the_counts_of_the_province_are_those_of_the_rows_that_the_portal_shows(bench: Bench, period: str) -> None:
    counted = recount.recount(await rows(bench), bench.world.catalogue.by_code, *PERIODS[period], bench.now)
    sums = await exact(bench, period)
    assert counted["accepted"] > 50
    assert {name: sums[name] for name in counted} == counted


async def test_the_counts_of_every_unit_are_those_of_its_rows(bench: Bench) -> None:
    listed = await rows(bench)
    units = {recount.unit(row) for row in listed}
    assert len(units) > 50
    for unit in units - {"H20"}:
        own = [row for row in listed if recount.unit(row) == unit]
        counted = recount.recount(own, bench.world.catalogue.by_code, *PERIODS["2026"], bench.now)
        sums = await exact(bench, "2026", unit)
        assert {name: sums[name] for name in counted} == counted, unit


async def test_the_trees_tell_what_was_counted(bench: Bench) -> None:
    sums = await exact(bench, "2026-10")
    progress, below = await bench.scores("dvc-progress-tree")
    late = sums["accepted"] - sums["on_time"]
    assert [progress[f"total{name}"] for name in ("Received", "OnTime", "Overdue")] == [sums["accepted"], sums["on_time"], late]
    below += (await bench.scores("dvc-progress-tree", currentPage=2))[1]
    assert sum(int(unit["totalReceived"]) for unit in below) == sums["accepted"]
    online, _ = await bench.scores("provide-online-tree")
    channels = [online[f"channel{name}Sum"] for name in ("Online", "Direct", "Postal", "Total")]
    assert channels == [sums[name] for name in ("online", "direct", "postal", "accepted")]
    paid, _ = await bench.scores("formality-online-payment-tree")
    assert paid["totalDossierOnlinePaymentSuccess"] == sums["paid"]
    assert paid["totalDossierFinancialObligation"] == sums["owing"]


async def test_the_mean_is_of_the_working_days_of_finished_dossiers(bench: Bench) -> None:
    office, took = recount.calendar(), []
    for row in await rows(bench):
        accepted, ended = recount.moment(row, "NgayTiepNhan"), recount.end(row)
        if accepted and ended and accepted.date().month == 10 and int(row["TrangThaiHoSo"]) in recount.FINISHED:
            took.append(office.between(accepted, ended) / office.day_length)
    mean = (await bench.scores("dvc-progress-tree"))[0]["avgProcessingDays"]
    assert mean == pytest.approx(sum(took) / len(took), abs=0.0051)


async def test_levels_of_online_service_are_those_of_the_catalogue_whatever_is_filtered(bench: Bench) -> None:
    procedures = bench.world.catalogue.procedures
    levels = [each.online_level for each in procedures]
    for more in ({}, {"formalityId": procedures[0].code}):
        told, _ = await bench.scores("provide-online-tree", **more)
        found = [told["authorityCount"], told["partialCount"], told["fullCount"]]
        assert found == [len(procedures), levels.count(1), levels.count(2)]


async def test_petitions_are_counted_by_the_day_they_came(bench: Bench) -> None:
    of_october = [each for each in await petitions(bench) if each["NgayTiepNhan"].startswith("202610")]
    in_time = [each for each in of_october if answered(each, bench.now) <= each["HanXuLy"]]
    content = [each for each in in_time if each["HaiLong"] != 0 and each["PhanAnhLai"] != 1]
    above, _ = await bench.scores("handling-satisfaction")
    assert of_october
    found = [[metric[key] for key in ("numerator", "denominator")] for metric in above["metrics"][:2]]
    assert found == [[len(in_time), len(of_october)], [len(content), len(of_october)]]


async def test_services_and_procedures_in_use_are_counted_once_each(bench: Bench) -> None:
    catalogue = bench.world.catalogue.by_code
    of_october = [row for row in await rows(bench) if str(row.get("NgayTiepNhan") or "").startswith("202610")]
    handed_in = {(recount.procedure(row), recount.unit(row)) for row in of_october if int(row["KenhThucHien"]) == recount.ONLINE}
    used = {(code, unit) for code, unit in handed_in if catalogue[code].online_level and unit in catalogue[code].agencies}
    paid = {recount.procedure(row) for row in of_october if str(row.get("DuocThanhToanTrucTuyen")) in ("1", "2")}
    assert (await bench.scores("provide-online-tree"))[0]["onlineDossierCount"] == len(used) > 0
    told, _ = await bench.scores("formality-online-payment-tree")
    fees = [each for each in catalogue.values() if each.has_fee]
    assert told["totalDossierOnlineFormalityPaymentSuccess"] == len([code for code in paid if catalogue[code].has_fee]) > 0
    assert [told["totalFeeFormality"], told["totalFeeDossierFormality"]] == [len(fees), sum(bool(f.online_payment) for f in fees)]


async def test_a_dossier_that_is_late_untouched_or_complained_of_is_unsatisfactory_once(bench: Bench) -> None:
    october, catalogue = PERIODS["2026-10"], bench.world.catalogue.by_code
    unhappy = {
        codes.dossier(each["MaHoSo"])
        for each in await petitions(bench)
        if each["MaHoSo"] and (each["HaiLong"] == 0 or each["PhanAnhLai"] == 1)
    }
    listed = await rows(bench)
    content = [row for row in listed if codes.dossier(row["MaHoSo"]) not in unhappy]
    whole = recount.recount(listed, catalogue, *october, bench.now)
    satisfied = recount.recount(content, catalogue, *october, bench.now)["on_time"]
    metric = (await bench.scores("handling-satisfaction"))[0]["metrics"][2]
    assert satisfied < whole["on_time"]
    assert [metric["numerator"], metric["denominator"]] == [satisfied, whole["accepted"] + whole["untouched"]]


async def test_publication_is_judged_by_working_days_over_what_was_decided_in_the_year(bench: Bench) -> None:
    office, procedures = recount.calendar(), bench.world.catalogue.procedures
    decided = [(d, p) for p in procedures if (d := p.decided_on) and d.year == 2026]
    early = [p for d, p in decided if p.effective_on and office.nth_day_after(d - timedelta(days=1), 5) < p.effective_on]
    prompt = [p for d, p in decided if p.published_on and p.published_on <= office.nth_day_after(d, 5)]
    told = (await bench.scores("transparency", **YEAR))[0]["metrics"]
    found = [[metric["numerator"], metric["denominator"]] for metric in told[:3]]
    complete = sum(bool(each.content_complete) for each in procedures)
    assert 0 < len(early) < len(decided)
    assert found == [[len(early), len(decided)], [len(prompt), len(decided)], [complete, len(procedures)]]


async def test_a_running_dossier_becomes_late_just_after_it_is_due(bench: Bench) -> None:
    due, code = soonest(bench)
    plan = bench.world.plans[code]
    children = [unit for page in (1, 2) for unit in (await bench.scores("dvc-progress-tree", currentPage=page))[1]]
    root = next(each["departmentId"] for each in children if codes.agency(each["departmentCode"]) == plan.agency)
    asked = {**YEAR, "rootDepartmentId": root, "formalityId": plan.procedure.code}
    bench.now = due
    before, _ = await bench.scores("dvc-progress-tree", **asked)
    bench.now += timedelta(microseconds=1)
    after, _ = await bench.scores("dvc-progress-tree", **asked)
    assert int(after["totalOverdue"]) == int(before["totalOverdue"]) + 1
    assert int(after["totalReceived"]) == int(before["totalReceived"])


async def test_the_year_grows_as_time_passes_and_a_month_that_ended_does_not(bench: Bench) -> None:
    before, october = await exact(bench, "2026"), await exact(bench, "2026-10")
    bench.now += timedelta(hours=2)
    after = await exact(bench, "2026")
    assert after["accepted"] > before["accepted"] + 500
    assert after["online"] > before["online"]
    assert (await exact(bench, "2026-10"))["accepted"] == october["accepted"]


async def rows(bench: Bench) -> list[recount.Row]:
    """The portal's own dossiers, none of them spoiled on the way to the reader."""
    for row in bench.world.shelves["portal"]:
        row.spoil = None
    pages = [await bench.rows(trang=page) for page in (1, 2, 3)]
    assert not pages[-1]
    return recount.once([row for page in pages for row in page])


async def petitions(bench: Bench) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await bench.ask("DanhSachPAKN", ngaycapnhat1=ALL, sobanghi=500))["result"]
    return listed


async def exact(bench: Bench, period: str, unit: str = "H20") -> dict[str, int]:
    sums: dict[str, int] = (await bench.portal.get("/evaluation", params={"period": period, "unit": unit})).json()["sums"]
    return sums


def soonest(bench: Bench) -> tuple[datetime, str]:
    """When the next of the dossiers is due that stay as they are on the portal, and its code."""
    last: list[tuple[str, Phase]] = [
        (row.plan.code, row.plan.portal[-1])
        for row in bench.world.shelves["portal"]
        if row.plan and row.phase == len(row.plan.portal) - 1
    ]
    running = [(phase.effective_due, code) for code, phase in last if phase.runs and phase.accepted and len(phase.requests) < 2]
    return min((due, code) for due, code in running if due and due > ORIGIN)


def answered(petition: Mapping[str, Any], now: datetime) -> str:
    return str(petition["NgayTraLoi"] or petition["NgayTuChoi"] or f"{now:%Y%m%d%H%M%S}")
