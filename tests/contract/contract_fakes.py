"""The two outside systems as far as the contracts go: they keep sessions and tokens, and can be told to misbehave."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec

PORTAL = "http://portal.test"
HOME = "http://igate.test"

PRIVATE = ("Nguyễn Thị Bí Mật", "001199012345", "0912345678", "bimat@example.vn", "so-do-bi-mat.pdf", "12 ngõ Bí Mật")
"""Marked personal data, fed in everywhere."""

Misbehaviour = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def raw(item: object) -> msgspec.Raw:
    """Return one item as a client hands it out; bytes are taken as they are."""
    return msgspec.Raw(item if isinstance(item, bytes) else json.dumps(item, ensure_ascii=False).encode())


def portal_dossier(**changes: Any) -> dict[str, Any]:
    """Return a dossier as the portal lists it, personal data included."""
    name, identity, phone, email, file, address = PRIVATE
    return {
        "MaHoSo": "H20.14-261121-0001",
        "MaTTHC": "1.001193",
        "DonViXuLy": "H20.14",
        "KenhThucHien": "2",
        "NgayNopHoSo": "20261121080000",
        "NgayTiepNhan": "20261121090000",
        "NgayHenTra": "20261130170000",
        "NgayKetThucXuLy": "",
        "NgayCapNhat": "20261121090500",
        "TrangThaiHoSo": "4",
        "DanhSachLePhi": [{"TenPhiLePhi": name, "Gia": "8000"}],
        "TaiLieuNop": [{"TenTepDinhKem": file, "DuongDanTaiTepTin": file, "DuocSoHoa": "1"}],
        "DanhSachGiayToKetQua": [{"TenGiayTo": name, "MaGiayToKetQua": identity, "DuongDanTepTinKetQua": file}],
        "ChuHoSo": name,
        "MaDoiTuong": identity,
        "SoDienThoai": phone,
        "Email": email,
        "DinhDanhCHS": [{"DiaChi": address}],
        **changes,
    }


def portal_petition(**changes: Any) -> dict[str, Any]:
    """Return a petition as the portal lists it, personal data and the citizen's words included."""
    name, identity, phone, email, file, address = PRIVATE
    return {
        "MaPAKN": "PAKN.20.261110.0001",
        "TrangThai": "4",
        "DonViXuLy": "000.00.14.H20",
        "LoaiPAKN": 1,
        "NgayTiepNhan": "20261110080000",
        "HanXuLy": "20261201170000",
        "NgayTuChoi": "",
        "NgayYeuCauBoSung": None,
        "NgayTraLoi": "",
        "NgayCongKhai": "",
        "MaHoSo": "000.00.14.H20-261121-0001",
        "HaiLong": None,
        "PhanAnhLai": 0,
        "NgayCapNhat": "20261110080000",
        "TieuDe": name,
        "NoiDung": f"{name}, {address}",
        "NguoiGui": {"HoTen": name, "CCCD": identity, "SoDienThoai": phone, "Email": email},
        "TepDinhKem": [file],
        **changes,
    }


def home_dossier(**changes: Any) -> dict[str, Any]:
    """Return a dossier as iGate lists it, personal data included."""
    name, identity, phone, email, file, address = PRIVATE
    person = {"fullname": name, "identityNumber": identity, "phoneNumber": phone, "email": email, "address": address}
    return {
        "id": "66f0a1",
        "code": "SNV-7",
        "nationCode": "H20.14-261121-0001",
        "procedure": {"id": "9", "code": "1.001193", "name": "Đăng ký khai sinh", "sector": {"code": "HT", "name": "Hộ tịch"}},
        "agency": {"code": "H20.14", "name": "Sở Tư pháp", "parent": {"code": "H20", "name": "UBND tỉnh"}},
        "receivingAgency": None,
        "applyMethod": {"id": 0, "name": "Trực tuyến"},
        "dossierStatus": {"id": 2, "name": "Đang xử lý"},
        "appliedDate": "2026-11-21T08:00:00.000+0700",
        "acceptedDate": "2026-11-21T09:00:00.000+0700",
        "appointmentDate": "2026-11-30T17:00:00.000+0700",
        "completedDate": None,
        "updatedDate": "2026-11-21T09:05:00.250+0700",
        "digitization": {"components": True, "resultFile": file},
        "applicant": {"data": person},
        **changes,
    }


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Fake:
    """Misbehaves as queued, in order, then behaves."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.misbehaviours: list[Misbehaviour] = []
        self.calling = self.most_calling = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.calling += 1
        self.most_calling = max(self.calling, self.most_calling)
        try:
            await asyncio.sleep(0)
            return self._misbehave(request) if self.misbehaviours else self.answer(request)
        finally:
            self.calling -= 1

    def _misbehave(self, request: httpx.Request) -> httpx.Response:
        what = self.misbehaviours.pop(0)
        if isinstance(what, Exception):
            raise what
        return what if isinstance(what, httpx.Response) else what(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError


class FakePortal(Fake):
    """The integration gateway. `sessions` are those it accepts; clearing them lets all expire."""

    def __init__(self) -> None:
        super().__init__()
        self.password = "mật khẩu"
        self.sessions: set[str] = set()
        self.log_ins = 0
        self.lists: dict[str, list[Any]] = {}
        self.dossiers: dict[str, Any] = {}
        self.success: Any = "0"
        self.refusal: dict[str, Any] | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        return httpx.Response(200, json=self._log_in(body) if request.url.path == "/mapi/login" else self._serve(body))

    def asked(self) -> list[dict[str, Any]]:
        """Return the bodies of the calls to services so far."""
        return [json.loads(request.content) for request in self.requests if request.url.path == "/mapi/g"]

    def _log_in(self, body: dict[str, Any]) -> dict[str, Any]:
        self.log_ins += 1
        if body["password"] != self.password:
            return {"error_code": "-1", "message": f"Sai mật khẩu {body['password']} của {body['username']}"}
        session = f"phien-{self.log_ins}"
        self.sessions.add(session)
        return {"error_code": "0", "message": "", "session": session}

    def _serve(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["session"] not in self.sessions:
            return {"error_code": 3, "message": "Phiên hết hạn"}
        if self.refusal is not None:
            return self.refusal
        return {"error_code": self.success, "message": "", "result": self._result(body)}

    def _result(self, body: dict[str, Any]) -> Any:
        if body["service"] == "TraCuuHoSo":
            found = self.dossiers.get(body["mahoso"])
            return [] if found is None else [found]
        items = self.lists.get(body["service"], [])
        if "trang" not in body:
            return items
        start = (body["trang"] - 1) * body["sobanghi"]
        return items[start : start + body["sobanghi"]]


class FakeIgate(Fake):
    """The dossier search behind a token address. `tokens` are those it accepts."""

    def __init__(self) -> None:
        super().__init__()
        self.secret = "bí-mật-iGate"
        self.tokens: set[str] = set()
        self.log_ins = 0
        self.expires_in: Any = 300
        self.items: list[dict[str, Any]] = []
        self.last: Any = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return self._token(request)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return httpx.Response(401, text="expired")
        return httpx.Response(200, json=self._slice(request.url.params))

    def searched(self) -> list[httpx.URL]:
        """Return the addresses of the searches so far."""
        return [request.url for request in self.requests if request.method == "GET"]

    def _token(self, request: httpx.Request) -> httpx.Response:
        self.log_ins += 1
        if parse_qs(request.content.decode())["client_secret"] != [self.secret]:
            return httpx.Response(401, json={"error": "invalid_client"})
        token = f"the-token-{self.log_ins}"
        self.tokens.add(token)
        return httpx.Response(200, json={"access_token": token, "expires_in": self.expires_in, "token_type": "Bearer"})

    def _slice(self, query: httpx.QueryParams) -> dict[str, Any]:
        if "code" in query:
            return {"content": [item for item in self.items if query["code"] in (item["code"], item["nationCode"])]}
        start = int(query["page"]) * int(query["size"])
        found = self.items[start : start + int(query["size"])]
        return {"content": found, **({} if self.last is None else {"last": self.last})}
