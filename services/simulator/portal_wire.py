"""What the portal writes: dossiers, agencies and procedures in its own field names."""

from datetime import date, datetime
from typing import Any

from services.simulator import papers, people, wording
from services.simulator.timeline import DIRECT, ONLINE, POSTAL, Phase, Plan, Request
from services.simulator.wording import portal_date
from shared.domain.catalogue import Agency, Procedure
from shared.domain.statuses import Status

_CHANNELS = {DIRECT: 1, ONLINE: 2, POSTAL: 3}


def dossier(plan: Plan, phase: Phase, updated: datetime) -> dict[str, Any]:
    """Return a dossier as the portal lists it."""
    mark = plan.mark
    number = str if mark % 2 else int
    record = {
        "MaHoSo": wording.portal_code(plan),
        "MaTTHC": wording.procedure(phase.procedure or plan.procedure.code, mark),
        "TenTTHC": plan.procedure.name,
        "DonViXuLy": wording.agency(phase.agency or plan.agency, mark),
        "NoiNopHoSo": plan.receiving,
        "KenhThucHien": number(_CHANNELS[plan.channel]),
        "TrangThaiHoSo": phase.odd_status or number(_status(phase)),
        "NgayNopHoSo": portal_date(plan.submitted),
        "NgayTiepNhan": portal_date(phase.accepted),
        "NgayHenTra": portal_date(phase.due),
        "NgayKetThucXuLy": portal_date(phase.finished),
        "NgayTra": portal_date(phase.returned),
        "NgayTuChoi": portal_date(phase.refused),
        "HinhThuc": number(1 if phase.e_result and plan.is_online else 0),
        "DuocThanhToanTrucTuyen": number(1 + mark % 2) if phase.paid_online else ("3" if mark % 4 else ""),
        "HoSoCoThanhPhanSoHoa": number(int(papers.digitised(mark))),
        "TaiKhoanDuocXacThucVoiVNeID": number(int(papers.population_data(mark))),
        "UrlDetail": "https://dichvucong.example.vn/" + plan.code if mark % 6 == 0 else "",
    } | people.on_the_portal(mark)
    wording.nothing(record, mark)
    return record | _lists(plan, phase) | {"NgayCapNhat": portal_date(updated)}


def agency(listed: Agency) -> dict[str, Any]:
    """Return an entry of the list of agencies."""
    old = sum(map(ord, listed.code)) % 4 == 0
    return {
        "MADONVI": wording.old_style(listed.code) if old else listed.code,
        "TENDONVI": listed.name,
        "CAPDONVI": str(listed.level) if old else listed.level,
    }


def procedure(listed: Procedure, number: int) -> dict[str, Any]:
    """Return an entry of the list of procedures."""
    write = str if number % 2 else int
    return {
        "MaTTHC": wording.procedure(listed.code, number),
        "TenTTHC": listed.name,
        "MaLinhVuc": listed.sector,
        "TenLinhVuc": listed.sector_name,
        "MaCoQuan": list(listed.agencies),
        "MucDo": write(listed.online_level or 0),
        "CoPhi": write(int(bool(listed.has_fee))),
        "TichHopThanhToan": write(int(bool(listed.online_payment))),
        "TraKetQuaGiay": write(int(bool(listed.gives_paper_result))),
        "KetNoiDanCu": write(int(bool(listed.uses_population_data))),
        "DayDuNoiDung": write(int(bool(listed.content_complete))),
        "NgayQuyetDinh": _day(listed.decided_on),
        "NgayHieuLuc": _day(listed.effective_on),
        "NgayCongKhai": _day(listed.published_on),
        "ThoiHanToiDa": write(listed.legal_limit_days) if listed.legal_limit_days else "",
    }


def _status(phase: Phase) -> int:
    """Return the portal's code; it has no word for a pause and goes on saying that the dossier is worked on."""
    return int(Status.PROCESSING if phase.status is Status.PAUSED else phase.status)


def _lists(plan: Plan, phase: Phase) -> dict[str, Any]:
    """Return the lists of a dossier, empty ones written as nothing for some."""
    mark = plan.mark
    lists: dict[str, Any] = {
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": str(fee(plan)) if mark % 2 else fee(plan)}] if fee(plan) else [],
        "TaiLieuNop": [_paper(mark, n) for n in range(1 + mark % 2)],
        "DanhSachHoSoBoSung": [_request(request) for request in phase.requests],
        "DanhSachGiayToKetQua": [_result(plan)] if phase.e_result else [],
    }
    return lists if mark % 4 else {key: value for key, value in lists.items() if value}


def fee(plan: Plan) -> int:
    """Return what a dossier owes, in đồng."""
    return (20_000 + plan.mark % 30 * 10_000) if plan.procedure.has_fee else 0


def _request(request: Request) -> dict[str, str]:
    return {
        "NgayBoSung": portal_date(request.asked),
        "NgayTiepNhanBoSung": portal_date(request.answered),
        "NgayHenTraTruoc": portal_date(request.due_before),
        "NgayHenTraMoi": portal_date(request.due_after),
    }


def _paper(mark: int, number: int) -> dict[str, Any]:
    return {
        "TenTepDinhKem": f"to-khai-{number + 1}.pdf",
        "DuongDanTaiTepTin": f"https://dichvucong.example.vn/tep/{mark % 10**9}/{number}",
        "DuocSoHoa": int(papers.digitised(mark)),
        "DuocTaiSuDung": str(int(papers.reused(mark))),
        "DuocLayTuKhoDMQG": int(papers.from_store(mark)),
    }


def _result(plan: Plan) -> dict[str, str]:
    return {
        "TenGiayTo": plan.procedure.name,
        "MaGiayToKetQua": f"KQ.{plan.mark % 10**8}",
        "DuongDanTepTinKetQua": f"https://dichvucong.example.vn/ket-qua/{plan.mark % 10**9}.pdf",
    }


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}000000" if day else ""
