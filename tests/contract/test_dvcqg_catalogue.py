"""The portal's lists of agencies and procedures."""

from datetime import date

import httpx
import pytest

from services.monitor.sources.dvcqg.client import DvcqgSource
from shared.config import CalendarConfig
from shared.domain.catalogue import Agency, Procedure
from shared.domain.offers import count
from shared.policy import working_time
from tests.contract.contract_fakes import FakePortal


async def test_agencies_form_a_tree_by_their_codes(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    portal.lists["LayDanhMucCoQuan"] = [
        {"MADONVI": "000.00.00.H20", "TENDONVI": "UBND  tỉnh", "CAPDONVI": "1"},
        {"MADONVI": "H20.14", "TENDONVI": "Sở Tư pháp", "CAPDONVI": 2},
        {"MADONVI": "000.05.14.H20", "TENDONVI": "", "CAPDONVI": "9"},
        {"MADONVI": "H21", "TENDONVI": "Tỉnh khác"},
        {"TENDONVI": "Không mã"},
        {"MADONVI": {"x": 1}},
        "rác",
    ]
    found, refused = await dvcqg_source.agencies()
    assert found == [
        Agency(code="H20", name="UBND tỉnh", level=1),
        Agency(code="H20.14", name="Sở Tư pháp", parent="H20", level=2),
        Agency(code="H20.14.05", name="H20.14.05", parent="H20.14"),
    ]
    assert refused == ["MADONVI: outside the province", "MADONVI: missing", "MADONVI: wrong type", "record: wrong type"]


async def test_a_procedure_keeps_every_fact_that_was_stated(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    full = {
        "MaTTHC": "1.001193.000.00.00.H20",
        "TenTTHC": "Đăng ký khai sinh",
        "MaLinhVuc": "HT",
        "TenLinhVuc": "Hộ tịch",
        "MaCoQuan": ["000.00.14.H20", "H20.14", None],
        "MucDo": "2",
        "CoPhi": 0,
        "TichHopThanhToan": "1",
        "TraKetQuaGiay": "1",
        "KetNoiDanCu": 1,
        "DayDuNoiDung": "0",
        "NgayQuyetDinh": "20260102000000",
        "NgayHieuLuc": "20260103",
        "NgayCongKhai": "",
        "ThoiHanToiDa": "3",
    }
    portal.lists["LayDanhSachTTHC"] = [full, {"MaTTHC": "2.000815", "CoPhi": "", "ThoiHanToiDa": 0}]
    (first, second), refused = await dvcqg_source.procedures()
    assert first == Procedure(
        code="1.001193",
        name="Đăng ký khai sinh",
        sector="HT",
        sector_name="Hộ tịch",
        agencies=("H20.14",),
        online_level=2,
        has_fee=False,
        online_payment=True,
        gives_paper_result=True,
        uses_population_data=True,
        content_complete=False,
        decided_on=date(2026, 1, 2),
        effective_on=date(2026, 1, 3),
        legal_limit_days=3,
    )
    assert second == Procedure(code="2.000815")
    assert refused == []


async def test_a_bad_procedure_costs_only_itself_and_a_bad_fact_only_the_fact(
    dvcqg_source: DvcqgSource, portal: FakePortal
) -> None:
    portal.lists["LayDanhSachTTHC"] = [
        {"TenTTHC": "Không mã"},
        {"MaTTHC": "có dấu"},
        {"MaTTHC": "1.000001", "NgayHieuLuc": "20260231000000", "ThoiHanToiDa": "lâu"},
        {"MaTTHC": "1.000002", "MaCoQuan": 5},
    ]
    found, refused = await dvcqg_source.procedures()
    assert found == [Procedure(code="1.000001")]
    assert refused == [
        "MaTTHC: missing",
        "MaTTHC: not a code",
        "NgayHieuLuc: not a date",
        "ThoiHanToiDa: not a number of days",
        "MaCoQuan: wrong type",
    ]


async def test_procedures_are_paged_until_an_incomplete_page(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    portal.lists["LayDanhSachTTHC"] = [{"MaTTHC": f"1.{n:06}"} for n in range(1000)]
    found, _ = await dvcqg_source.procedures()
    assert len(found) == 1000
    assert [asked["trang"] for asked in portal.asked()] == [1, 2, 3]


async def test_a_portal_that_knows_one_page_only_is_not_asked_for_ever(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    await dvcqg_source.agencies()
    page = {"error_code": "0", "result": [{"MaTTHC": f"1.{n:06}"} for n in range(500)]}
    portal.misbehaviours = [httpx.Response(200, json=page), httpx.Response(200, json=page)]
    found, _ = await dvcqg_source.procedures()
    assert len(found) == 500


@pytest.mark.parametrize(
    ("written", "refused"),
    [("20981231", []), ("20990101", ["NgayQuyetDinh: an impossible year"]), ("99991231", ["NgayQuyetDinh: an impossible year"])],
)
async def test_a_day_beyond_the_calendar_costs_only_the_fact(
    dvcqg_source: DvcqgSource, portal: FakePortal, written: str, refused: list[str]
) -> None:
    """Deadlines are counted from it in working days, which are known until 2099."""
    portal.lists["LayDanhSachTTHC"] = [{"MaTTHC": "1.000001", "NgayQuyetDinh": written}]
    (found,), told = await dvcqg_source.procedures()
    assert (found.decided_on is None, told) == (bool(refused), refused)
    count([found], working_time(CalendarConfig()))
