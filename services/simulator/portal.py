"""The national portal's integration gateway, as one Starlette application."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.simulator import petitions, portal_wire
from services.simulator.systems import GONE, Door, Systems, is_secret
from services.simulator.timeline import PORTAL
from services.simulator.wording import read_portal_date

USER = "watch766"
UNIT = "H20"
LARGEST_PAGE = 500
_SESSION_LASTS = 1800.0

Body = dict[str, Any]
_Answer = dict[str, Any]


class Refusal(Exception):
    """The portal refuses; `code` is its `error_code`."""

    def __init__(self, code: str | int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Gateway:
    """The calls of the gateway. A refusal is an answer with status 200 and an `error_code`."""

    def __init__(self, systems: Systems, password: str | None) -> None:
        self._systems, self._password = systems, password
        self._door = systems.doors[PORTAL] = Door(_SESSION_LASTS, systems.now)
        self._services: Mapping[str, Callable[[Body], _Answer]] = {
            "DanhSachHoSo": self._dossiers,
            "TraCuuHoSo": self._one_dossier,
            "LayDanhMucCoQuan": self._agencies,
            "LayDanhSachTTHC": self._procedures,
            "DanhSachPAKN": self._petitions,
        }

    async def login(self, request: Request) -> Response:
        """`/mapi/login`: give a session for the right name and password."""
        return await self._answered(request, self._log_in)

    async def call(self, request: Request) -> Response:
        """`/mapi/g`: answer one service."""
        return await self._answered(request, self._serve)

    async def _answered(self, request: Request, answer: Callable[[Body], _Answer]) -> Response:
        if refused := await self._systems.refusal(PORTAL):
            return refused
        try:
            body = _body(await request.body())
            return self._systems.answer(PORTAL, answer(body))
        except Refusal as refusal:
            return self._systems.answer(PORTAL, {"error_code": refusal.code, "message": refusal.message})

    def _log_in(self, body: Body) -> _Answer:
        if body.get("username") != USER or not is_secret(body.get("password"), self._password):
            raise Refusal("-3", "Sai tên đăng nhập hoặc mật khẩu")
        session = uuid.uuid4().hex
        self._door.let_in(session)
        return {"error_code": "0", "message": "", "session": session}

    def _serve(self, body: Body) -> _Answer:
        if not self._door.knows(body.get("session")):
            raise Refusal("3", "Phiên làm việc hết hạn")
        if body.get("madonvi") != UNIT:
            raise Refusal("-3", "Đơn vị không được phép")
        service = self._services.get(str(body.get("service")))
        if service is None:
            raise Refusal(-3, "Dịch vụ không tồn tại")
        return {"message": "", **service(body)}

    def _dossiers(self, body: Body) -> _Answer:
        since = _since(body)
        offset, size = _page(body)
        shelf = self._systems.world_for_a_page(PORTAL, size).shelves[PORTAL]
        rows, total = shelf.page(since, _moment(body, "ngaycapnhat2"), offset, size)
        answered = {"error_code": "0", "tongso": total, "result": [self._systems.item(row, PORTAL) for row in rows]}
        return self._systems.faults.page(PORTAL, offset, size, answered)

    def _one_dossier(self, body: Body) -> _Answer:
        rows = self._systems.world().shelves[PORTAL].find(str(body.get("mahoso")))
        return {"error_code": 0, "result": [self._systems.item(row, PORTAL) for row in rows]}

    def _agencies(self, body: Body) -> _Answer:  # noqa: ARG002 - every service has the same form
        return {"error_code": "00", "result": [portal_wire.agency(listed) for listed in self._systems.world().catalogue.listed]}

    def _procedures(self, body: Body) -> _Answer:
        offset, size = _page(body)
        listed = list(enumerate(self._systems.world().catalogue.procedures))[offset : offset + size]
        return {"error_code": "0", "result": [portal_wire.procedure(procedure, number) for number, procedure in listed]}

    def _petitions(self, body: Body) -> _Answer:
        offset, size = _page(body)
        world = self._systems.world()
        shown = [*world.petitions, *petitions.junk(world.size.origin)]
        listed = petitions.changed(shown, _since(body), _moment(body, "ngaycapnhat2"))
        return {"error_code": "0", "tongso": len(listed), "result": listed[offset : offset + size]}


def application(systems: Systems, password: str | None, more: list[BaseRoute]) -> Starlette:
    """Return the portal, with more routes beside its own."""
    gateway = Gateway(systems, password)
    routes: list[BaseRoute] = [
        Route("/mapi/login", gateway.login, methods=["POST"]),
        Route("/mapi/g", gateway.call, methods=["POST"]),
    ]
    return Starlette(routes=[*routes, *more], exception_handlers=GONE)


def _body(raw: bytes) -> Body:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal("-3", "Dữ liệu không hợp lệ")
    return body


def _moment(body: Body, key: str) -> datetime | None:
    text = body.get(key)
    if not text:
        return None
    try:
        return read_portal_date(str(text))
    except ValueError:
        raise Refusal("-3", f"{key} không hợp lệ") from None


def _since(body: Body) -> datetime:
    since = _moment(body, "ngaycapnhat1")
    if since is None:
        raise Refusal("-3", "Thiếu ngaycapnhat1")
    return since


def _page(body: Body) -> tuple[int, int]:
    """Return offset and size; pages count from 1."""
    try:
        page, size = int(body.get("trang") or 1), int(body.get("sobanghi") or 50)
    except (TypeError, ValueError):
        raise Refusal("-3", "trang, sobanghi không hợp lệ") from None
    if page < 1 or size < 1:
        raise Refusal("-3", "trang, sobanghi không hợp lệ")
    size = min(size, LARGEST_PAGE)
    return (page - 1) * size, size
