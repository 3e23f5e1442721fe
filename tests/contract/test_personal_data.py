"""Marked personal data goes through every path, refusals and errors too, and is found nowhere afterwards."""

import io
import logging
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.api.app import create_app
from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.igate.client import IgateSource
from services.monitor.webhooks.fan_out import FanOut
from shared import logging as project_logging
from shared.access_config import AccessConfig
from shared.config import CalendarConfig, Config
from shared.db.engine import Database
from shared.policy import working_time
from shared.sealing import Sealer, new_key
from tests.api.world import ask, let_in
from tests.contract.contract_fakes import PRIVATE, FakeIgate, FakePortal, home_dossier, portal_dossier, portal_petition
from tests.integration.world import PROVINCE, World

KEY = new_key()
NAME, IDENTITY, *_ = PRIVATE

UNREADABLE: list[dict[str, Any]] = [
    {"NgayHenTra": NAME},
    {"NgayCapNhat": IDENTITY},
    {"TrangThaiHoSo": {"ho_ten": NAME}},
    {"DonViXuLy": NAME},
    {"DonViXuLy": "H99.14", "ChuHoSo": NAME},
    {"MaHoSo": NAME},
    {"TaiLieuNop": NAME},
    {"DanhSachLePhi": [{"Gia": NAME}]},
    {"DanhSachHoSoBoSung": [{"NgayBoSung": NAME}]},
]
"""Records in which personal data stand where something else belongs."""

UNREADABLE_PETITIONS: list[dict[str, Any]] = [
    {"MaPAKN": NAME},
    {"MaHoSo": NAME},
    {"HanXuLy": NAME},
    {"NgayCapNhat": IDENTITY},
    {"TrangThai": NAME},
    {"LoaiPAKN": NAME},
    {"DonViXuLy": NAME},
    {"HaiLong": {"ho_ten": NAME}},
    {"PhanAnhLai": NAME},
]
"""Petitions in which personal data stand where something else belongs."""


@pytest.fixture
def logged() -> Any:
    """Everything the process logs, at its most talkative."""
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    project_logging.configure("DEBUG", to=stream)
    yield stream
    logging.getLogger().handlers[:], logging.getLogger().level = handlers, level


async def test_no_personal_data_is_stored_logged_or_answered(
    database: Database,
    portal: FakePortal,
    igate: FakeIgate,
    dvcqg_source: DvcqgSource,
    igate_source: IgateSource,
    logged: io.StringIO,
) -> None:
    world = World(database, portal=dvcqg_source, home=igate_source)
    world.fan_out = FanOut(database, PROVINCE, working_time(CalendarConfig()))
    await world.open()
    await world.monitor.once()
    assert (await _ask(database, "POST", "/v1/webhooks", json={"url": "https://8.8.8.8/in"})).status_code == 201
    portal.lists["DanhSachHoSo"] = [
        portal_dossier(**{"MaHoSo": f"H20.14-261121-{n:04d}", **odd}) for n, odd in enumerate(UNREADABLE, 2)
    ]
    portal.lists["DanhSachHoSo"].append(portal_dossier(TrangThaiHoSo="1", NgayTiepNhan="", NgayHenTra=""))
    portal.lists["DanhSachPAKN"] = [
        portal_petition(),
        *(portal_petition(**{"MaPAKN": f"PAKN.{n}", **odd}) for n, odd in enumerate(UNREADABLE_PETITIONS, 2)),
    ]
    portal.lists["LayDanhSachTTHC"] = [{"MaTTHC": "1.001193", "TenTTHC": "Đăng ký khai sinh", "CoPhi": NAME}, {"MaTTHC": [NAME]}]
    portal.dossiers["H20.14-261121-0001"] = portal_dossier(NgayHenTra=NAME)
    igate.items = [home_dossier(), home_dossier(id=NAME, code=NAME, nationCode=None), home_dossier(id="3", agency={"code": NAME})]
    await world.monitor.once()
    for failing in (portal, igate):
        failing.misbehaviours = [httpx.Response(200, text=f"<html>{NAME} {IDENTITY}</html>") for _ in range(3)]
    await world.monitor.once()
    portal.refusal = {"error_code": "-3", "message": f"Không tìm thấy công dân {IDENTITY}"}
    await world.monitor.once()
    await world.aclose()

    told = await _database_text(database) + await _every_answer(database) + logged.getvalue()
    assert "H20.14-261121-0001" in told, "the search would find nothing if nothing was there"
    assert "PAKN.20.261110.0001" in told, "nor of petitions"
    assert await world.rows("SELECT 1 FROM deliveries"), "nor of what is sent"
    assert [mark for mark in PRIVATE if mark in told] == []


async def _database_text(database: Database) -> str:
    async with database.begin() as connection:
        tables = (await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).scalars().all()
        assert len(tables) > 15
        return "\n".join(
            [row for table in tables for row in (await connection.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars()]
        )


async def _every_answer(database: Database) -> str:
    """Ask every GET route of the API, with what the monitor stored and with personal data as parameters."""
    answers = []
    document = (await _ask(database, "GET", "/openapi.json")).json()
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        filled = path.replace("{code}", "H20.14-261121-0001").replace("{name}", "portal")
        answer = await _ask(database, "GET", re.sub(r"{\w*id}", "1", filled))
        assert answer.status_code < 500 or path == "/readyz", path
        answers.append(answer.text)
    return "\n".join(answers)


async def _ask(database: Database, method: str, path: str, **sent: Any) -> httpx.Response:
    await let_in(database)
    config = Config(access=AccessConfig(longest_stream=timedelta(milliseconds=50)))
    async with ask(create_app(database, config, sealer=Sealer([KEY]))) as client:
        return await client.request(method, path, **sent)
