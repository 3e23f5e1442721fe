"""Dossiers as the two systems write them: the fields that are read among those that are not, about as long as real ones.

A dossier is drawn from its number, so that every run meets the same ones; `changes` are written over its fields.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.monitor.sources.moments import to_home, to_portal

PROVINCE = "H20"
"""Whose dossiers they are unless said."""

NOW = datetime.now(UTC).replace(microsecond=0)
"""When the run began: what is stored before it is older."""

LATE = NOW.replace(second=0) - timedelta(hours=1)
"""When late dossiers were due: so lately that nothing else than the due date is missed yet, whatever day and hour it is."""

_AGENCIES, _PROCEDURES = 150, 375
_SPACING = timedelta(seconds=50)
_OLDEST = timedelta(days=120)


def code(number: int, age: int = 0, province: str = PROVINCE) -> str:
    """Return the dossier code of a number; `age`, below 100: of its copy of so many years and months before, a digit each."""
    years, months = divmod(age, 10)
    return f"{_agency(number, province)}-{26 - years}{11 - months:02d}{number % 28 + 1:02d}-{number:07d}"


def home_id(number: int, age: int = 0) -> str:
    """Return the home system's own key of the same."""
    return f"{age:02d}{number:022x}"


def updated_at(number: int) -> datetime:
    """Return when a dossier was last updated: one after the other, all well before now."""
    return NOW - _OLDEST + _SPACING * (number % 200_000)


def portal_item(number: int, *, province: str = PROVINCE, **changes: Any) -> dict[str, Any]:
    """Return a dossier as the portal lists it: accepted, worked on, due in some days."""
    accepted = updated_at(number) - timedelta(hours=1)
    return {
        "MaHoSo": code(number, province=province),
        "MaTTHC": f"1.{number % _PROCEDURES:06d}",
        "TenTTHC": "Đăng ký khai sinh có yếu tố nước ngoài",
        "DonViXuLy": _agency(number, province),
        "NoiNopHoSo": _agency(number, province),
        "KenhThucHien": str(1 + number % 3),
        "TrangThaiHoSo": "4",
        "NgayNopHoSo": to_portal(accepted - timedelta(hours=2)),
        "NgayTiepNhan": to_portal(accepted),
        "NgayHenTra": to_portal(_due_at(number)),
        "NgayKetThucXuLy": "",
        "NgayTra": "",
        "NgayTuChoi": "",
        "HinhThuc": "0",
        "DuocThanhToanTrucTuyen": "1" if number % 2 else "3",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": str(number % 2),
        "UrlDetail": f"https://dichvucong.example.vn/ho-so/{number}",
        "ChuHoSo": "Nguyễn Văn Ví Dụ",
        "MaDoiTuong": f"CD{number:08d}",
        "SoDienThoai": "0900000000",
        "Email": "congdan@example.vn",
        "DinhDanhCHS": [{"LoaiDinhDanh": 1, "SoDinhDanh": "000000000000"}],
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": "20000"}] if number % 2 else [],
        "TaiLieuNop": [_paper(number, part) for part in range(1 + number % 2)],
        "DanhSachHoSoBoSung": [],
        "DanhSachGiayToKetQua": [],
        "NgayCapNhat": to_portal(updated_at(number)),
    } | changes


def home_item(number: int, *, province: str = PROVINCE, **changes: Any) -> dict[str, Any]:
    """Return the same dossier as the province's own system lists it."""
    accepted = updated_at(number) - timedelta(hours=1)
    agency = {"code": _agency(number, province), "name": f"Ủy ban nhân dân phường {number % _AGENCIES + 1}"}
    return {
        "id": home_id(number),
        "code": f"NB-{number}",
        "nationCode": code(number, province=province),
        "procedure": {
            "code": f"1.{number % _PROCEDURES:06d}",
            "name": "Đăng ký khai sinh",
            "sector": {"code": "HT", "name": "Hộ tịch"},
        },
        "agency": {**agency, "parent": {"code": province, "name": "UBND tỉnh"}},
        "receivingAgency": agency,
        "applyMethod": {"id": (1, 0, 2)[number % 3], "name": "Theo kênh"},
        "dossierStatus": {"id": 2, "name": "Đang xử lý"},
        "appliedDate": to_home(accepted - timedelta(hours=2)),
        "acceptedDate": to_home(accepted),
        "appointmentDate": to_home(_due_at(number)),
        "completedDate": None,
        "returnedDate": None,
        "task": [_task(number, agency, accepted)],
        "currentTask": [_task(number, agency, accepted)],
        "payment": {"required": bool(number % 2), "amount": 20000, "paidOnline": bool(number % 2), "paidDate": None},
        "digitization": {"components": True, "reused": False, "personalStore": False, "populationData": bool(number % 2)},
        "additionalRequirement": [],
        "applicant": {"userId": f"u{number}", "data": {"fullname": "Nguyễn Văn Ví Dụ", "phoneNumber": "0900000000"}},
        "updatedDate": to_home(updated_at(number)),
    } | changes


def both(
    number: int,
    *,
    updated: datetime | None = None,
    due: datetime | None = None,
    finished: bool = False,
    age: int = 0,
    province: str = PROVINCE,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a dossier as the portal and as the home system list it, in agreement; `age` as in `code`."""
    at = updated or updated_at(number)
    on_the_portal: dict[str, Any] = {"NgayCapNhat": to_portal(at)}
    at_home: dict[str, Any] = {"updatedDate": to_home(at)}
    if due:
        on_the_portal["NgayHenTra"], at_home["appointmentDate"] = to_portal(due), to_home(due)
    if finished:
        on_the_portal |= {"TrangThaiHoSo": "9", "NgayKetThucXuLy": to_portal(at)}
        at_home |= {"dossierStatus": {"id": 4, "name": "Hoàn thành"}, "completedDate": to_home(at), "currentTask": []}
    if age:
        on_the_portal["MaHoSo"] = at_home["nationCode"] = code(number, age, province)
        at_home["id"] = home_id(number, age)
    return portal_item(number, province=province, **on_the_portal), home_item(number, province=province, **at_home)


def portal_body(items: list[dict[str, Any]]) -> bytes:
    """Return a page of the portal as it comes over the wire."""
    return msgspec.json.encode({"error_code": "0", "message": "", "result": items})


def _agency(number: int, province: str) -> str:
    return f"{province}.{number % _AGENCIES + 1:02d}"


def _due_at(number: int) -> datetime:
    """Return a due date ahead, on a full minute, a few weeks wide."""
    return NOW.replace(second=0) + timedelta(days=20 + number % 20)


def _paper(number: int, part: int) -> dict[str, Any]:
    return {
        "TenTepDinhKem": f"to-khai-{part + 1}.pdf",
        "DuongDanTaiTepTin": f"https://dichvucong.example.vn/tep/{number}/{part}",
        "DuocSoHoa": "1",
        "DuocTaiSuDung": str(number % 2),
        "DuocLayTuKhoDMQG": "0",
    }


def _task(number: int, agency: dict[str, Any], accepted: datetime) -> dict[str, Any]:
    return {
        "id": f"{number}-1",
        "name": "Thụ lý hồ sơ",
        "assignee": {"id": f"cb{number % 400:05d}", "fullname": "Cán bộ Ví Dụ"},
        "agency": agency,
        "createdDate": to_home(accepted),
        "dueDate": to_home(_due_at(number)),
    }
