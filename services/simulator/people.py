"""Invented citizens and officers. Nothing here belongs to anyone; it is there so that a reader can show it keeps none of it."""

from typing import Any

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Hồ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Văn", "Thị", "Minh", "Ngọc", "Thanh", "Hoàng", "Kim", "Hữu", "Mỹ", "Quốc")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Khoa", "Lan", "Nam", "Oanh", "Phúc", "Quyên", "Sơn", "Trang", "Vinh")
_OFFICERS = 400


def name(number: int) -> str:
    """Return a full name drawn from a number."""
    parts = (_FAMILY[number % 12], _MIDDLE[number // 12 % 10], _GIVEN[number // 120 % 15])
    return " ".join(parts)


def on_the_portal(mark: int) -> dict[str, Any]:
    """Return the portal's fields about a citizen."""
    return {
        "ChuHoSo": name(mark),
        "MaDoiTuong": f"CD{mark % 10**8:08d}",
        "SoDienThoai": _phone(mark),
        "Email": f"congdan{mark % 10**7}@example.vn",
        "DinhDanhCHS": [{"LoaiDinhDanh": 1, "SoDinhDanh": _identity(mark)}],
    }


def at_home(mark: int) -> dict[str, Any]:
    """Return iGate's applicant."""
    return {
        "userId": f"u{mark % 10**9}",
        "data": {
            "fullname": name(mark),
            "identityNumber": _identity(mark),
            "phoneNumber": _phone(mark),
            "email": f"congdan{mark % 10**7}@example.vn",
            "address": f"{mark % 480 + 1} ấp {mark % 9 + 1}, tỉnh Đồng Tháp",
        },
    }


def officer(number: int) -> dict[str, str]:
    """Return one of the province's officers."""
    who = number % _OFFICERS
    return {"id": f"cb{who:05d}", "fullname": name(who * 7919)}


def _identity(mark: int) -> str:
    return f"087{mark % 10**9:09d}"


def _phone(mark: int) -> str:
    return f"09{mark % 10**8:08d}"
