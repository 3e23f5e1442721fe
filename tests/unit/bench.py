"""The simulator as a test meets it: a small world whose clock the test turns, and a client of each of its systems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from services.simulator.world import World
from shared.domain import codes
from shared.domain.working_time import LOCAL

ORIGIN = datetime(2026, 11, 18, 9, 30, tzinfo=LOCAL)
SEARCH = "/pa/dossier/search"
TOKEN = "/auth/realms/digo/protocol/openid-connect/token"
ALL = "20000101000000"
EVALUATION = "/api/v1/reporting/evaluation/"
OCTOBER = {"timeType": "month", "year": 2026, "month": 10, "fromDate": "2026-10-01", "toDate": "2026-10-31"}
"""The last month that has ended, in the words of every endpoint."""

BY_UNIT = (
    "transparency", "dossier-digitized", "handling-satisfaction",
    "dvc-progress-tree", "provide-online-tree", "formality-online-payment-tree",
)  # fmt: skip
"""The endpoints that are asked about a unit."""

UNIT = {"departmentId", "departmentName", "departmentCode"}
"""What every unit is called by."""


@dataclass
class Bench:
    """A world whose clock the test turns, and a client of each system."""

    world: World
    now: datetime
    portal: httpx.AsyncClient
    home: httpx.AsyncClient
    special: httpx.AsyncClient
    session: str = ""
    province: str = ""

    async def log_in(self) -> None:
        answer = await self.portal.post("/mapi/login", json={"username": "watch766", "password": "any"})
        self.session = answer.json()["session"]
        form = {"grant_type": "client_credentials", "client_id": "watch766", "client_secret": "any"}
        for client in (self.home, self.special):
            client.headers["authorization"] = "Bearer " + (await client.post(TOKEN, data=form)).json()["access_token"]

    async def ask(self, service: str, **more: Any) -> dict[str, Any]:
        answer = await self.call(service, **more)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    async def call(self, service: str, **more: Any) -> httpx.Response:
        return await self.portal.post("/mapi/g", json={"session": self.session, "madonvi": "H20", "service": service, **more})

    async def rows(self, **more: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.ask("DanhSachHoSo", **{"ngaycapnhat1": ALL, "sobanghi": 500, **more}))["result"]
        return rows

    async def search(self, **more: Any) -> dict[str, Any]:
        body: dict[str, Any] = (await self.home.get(SEARCH, params={"spec": "slice", "page": 0, "size": 200, **more})).json()
        return body

    async def found(self, code: str) -> list[dict[str, Any]]:
        """What home has under a code, asked in every spelling."""
        return [row for spelling in codes.spellings(code) for row in (await self.search(code=spelling))["content"]]

    async def fault(self, **fault: Any) -> None:
        assert (await self.portal.post("/faults", json=fault)).status_code == 201

    async def evaluation(self, name: str, **body: Any) -> dict[str, Any]:
        """What an endpoint of the evaluation answers to a body: `code`, `data` and `message`."""
        answer = await self.portal.post(EVALUATION + name, json=body)
        assert answer.status_code == 201
        told: dict[str, Any] = answer.json()
        return told

    async def ranking(self, **more: Any) -> dict[str, Any]:
        """The provinces in October, or another time."""
        body = {**OCTOBER, "departmentType": "ADMINISTRATIVE_UNIT", **more}
        data: dict[str, Any] = (await self.evaluation("service-results", **body))["data"]
        return data

    async def root(self) -> str:
        """The id of the province, as the ranking tells it."""
        if not self.province:
            listed = (await self.ranking())["evaluation"]
            self.province = next(each["departmentId"] for each in listed if each["departmentCode"] == "H20")
        return self.province

    async def scores(self, name: str, **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The province in October, or another unit or time, and the units below it."""
        told = await self.evaluation(name, **{**OCTOBER, "rootDepartmentId": await self.root(), **more})
        assert told["code"] == "OK", told
        above, below = told["data"].values()
        return above, below
