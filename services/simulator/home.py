"""A home system in iGate's style, as one Starlette application: the province's own, or a ministry's land software."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.simulator.shelf import Row
from services.simulator.systems import GONE, Door, Systems, is_secret
from services.simulator.wording import read_home_date

CLIENT = "watch766"
LARGEST_PAGE = 500
_TOKEN_LASTS = 300


class HomeSystem:
    """The token endpoint and the search for dossiers."""

    def __init__(self, systems: Systems, name: str, secret: str | None) -> None:
        self._systems, self._name, self._secret = systems, name, secret
        self._door = systems.doors[name] = Door(_TOKEN_LASTS, systems.now)

    async def token(self, request: Request) -> Response:
        """Give a token for the right client and secret."""
        if refused := await self._systems.refusal(self._name):
            return refused
        form = {key: values[-1] for key, values in parse_qs((await request.body()).decode(errors="replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return self._problem(400, "unsupported_grant_type")
        if form.get("client_id") != CLIENT or not is_secret(form.get("client_secret"), self._secret):
            return self._problem(401, "invalid_client")
        token = uuid.uuid4().hex
        self._door.let_in(token)
        return self._systems.answer(self._name, {"access_token": token, "expires_in": _TOKEN_LASTS, "token_type": "Bearer"})

    async def search(self, request: Request) -> Response:
        """Answer a slice of the dossiers, without a total."""
        if refused := await self._systems.refusal(self._name):
            return refused
        if not self._door.knows(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return self._problem(401, "invalid_token")
        try:
            number, size = _page(request)
            since, until = _moment(request, "updated-from"), _moment(request, "updated-to")
        except ValueError:
            return self._problem(400, "bad_request")
        rows, total = self._found(request.query_params.get("code"), since, until, number * size, size)
        answered = self._slice(rows, number, size, total)
        if "code" not in request.query_params:
            answered = self._systems.faults.page(self._name, number * size, size, answered)
        return self._systems.answer(self._name, answered)

    def _found(
        self, code: str | None, since: datetime | None, until: datetime | None, offset: int, size: int
    ) -> tuple[list[Row], int]:
        """Return the rows asked for, by code or by update time, and how many there are in all."""
        if code is not None:
            rows = self._systems.world().shelves[self._name].find(code)
            return rows[offset : offset + size], len(rows)
        shelf = self._systems.world_for_a_page(self._name, size).shelves[self._name]
        return shelf.page(since or shelf.earliest, until, offset, size)

    def _slice(self, rows: list[Row], number: int, size: int, total: int) -> dict[str, Any]:
        return {
            "content": [self._systems.item(row, self._name) for row in rows],
            "number": number,
            "size": size,
            "numberOfElements": len(rows),
            "first": number == 0,
            "last": (number + 1) * size >= total,
            "empty": not rows,
        }

    def _problem(self, status: int, error: str) -> Response:
        return self._systems.answer(self._name, {"error": error}, status)


def application(systems: Systems, name: str, secret: str | None) -> Starlette:
    """Return one home system."""
    system = HomeSystem(systems, name, secret)
    return Starlette(
        routes=[
            Route("/auth/realms/digo/protocol/openid-connect/token", system.token, methods=["POST"]),
            Route("/pa/dossier/search", system.search, methods=["GET"]),
        ],
        exception_handlers=GONE,
    )


def _moment(request: Request, key: str) -> datetime | None:
    text = request.query_params.get(key)
    return read_home_date(text) if text else None


def _page(request: Request) -> tuple[int, int]:
    number, size = int(request.query_params.get("page", "0")), int(request.query_params.get("size", "50"))
    if number < 0 or size < 1:
        raise ValueError("page and size must be positive")
    return number, min(size, LARGEST_PAGE)
