"""Records as real systems spoil them: some in place, some that belong to nobody."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.simulator.wording import home_date, portal_date

Item = dict[str, Any]
Spoil = Callable[[Item], Item]

_ODD_TEXT = "Nguyễn\u0000Thị\u202e\ufffd\U0001f9fe"


def _with(**facts: Any) -> Spoil:
    return lambda item: item | facts


UNREADABLE: dict[str, tuple[Spoil, ...]] = {
    "portal": (
        _with(DanhSachHoSoBoSung=7),
        _with(TrangThaiHoSo={"ma": 4}),
        _with(NgayCapNhat="không rõ"),
        _with(NgayTiepNhan=["20260231080000"]),
        _with(DanhSachHoSoBoSung=[{"NgayBoSung": {"ngay": 1}}]),
        _with(DonViXuLy=[1, 2]),
    ),
    "home": (
        _with(additionalRequirement="không"),
        _with(dossierStatus=[2]),
        _with(updatedDate="2026-02-31T08:00:00.000+0700"),
        _with(procedure=17),
        _with(agency="H20"),
        _with(acceptedDate={"ngay": 1}),
    ),
}
"""One-sided: the code is still there, the record cannot be read."""


def _free(item: Item) -> Item:
    """An amount in words; whether it was paid stays as it is, or the sides would differ."""
    return item | {"payment": (item.get("payment") or {}) | {"amount": "miễn phí"}}


ODD: tuple[dict[str, Spoil], ...] = (
    {"portal": _with(NgayTra="20260231080000"), "home": _with(returnedDate="2026-02-31T08:00:00.000+0700")},
    {"portal": _with(NgayNopHoSo="00010101000000"), "home": _with(appliedDate="0001-01-01T00:00:00.000+0700")},
    {"portal": _with(NgayHenTra="20991231235959"), "home": _with(appointmentDate="2099-12-31T23:59:59.000+0700")},
    {"portal": _with(TenTTHC=_ODD_TEXT, ChuHoSo=_ODD_TEXT), "home": _with(applicant={"data": {"fullname": _ODD_TEXT}})},
    {"portal": _with(TenTTHC="x" * 200_000), "home": _with(accepter={"id": "y" * 100_000, "fullname": "z" * 100_000})},
    {"portal": _with(DanhSachLePhi=[{"TenPhiLePhi": None, "Gia": "miễn phí"}]), "home": _free},
)
"""The same oddity on both sides of a dossier, so that they agree whichever way it is read."""


def portal_junk(updated: datetime) -> list[Item]:
    """Return items of the portal that belong to no dossier of the province, or to none at all."""
    base = {"MaTTHC": "1.001000", "DonViXuLy": "H20.100", "TrangThaiHoSo": "10", "NgayCapNhat": portal_date(updated)}
    return [
        base | {"MaHoSo": ""},
        base | {"MaHoSo": None, "ChuHoSo": _ODD_TEXT},
        base | {"MaHoSo": "H47.12-261020-0007", "DonViXuLy": "H47.12"},
        base | {"MaHoSo": 20261020, "DonViXuLy": {"ma": "H20"}},
        base | {"MaHoSo": "H47." + "9" * 5000, "DonViXuLy": "H47"},
    ]


def home_junk(updated: datetime) -> list[Item]:
    """Return items of a home system that belong to no dossier of the province, or to none at all."""
    status, when = {"id": 5, "name": ""}, home_date(updated)
    base = {"dossierStatus": status, "updatedDate": when, "agency": {"id": "x", "code": "H20.100", "name": ""}}
    return [
        base | {"id": "junk-1", "code": None, "nationCode": ""},
        base | {"id": "junk-2", "code": "H47.12-261020-0009", "agency": {"id": "x", "code": "H47.12", "name": "Sở Y tế"}},
        base | {"id": "junk-3", "code": "\u0000\u0001", "agency": {"code": "H47"}},
        base | {"id": "junk-4", "code": {"so": 1}},
        base | {"id": "junk-5", "code": "H47." + "9" * 5000, "agency": {"code": "H47"}},
    ]
