"""The gate before every route: nobody comes through without credentials but to what is open to all."""

import math
from typing import Protocol

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.access.rates import Buckets
from services.api.access.refused import Refused
from services.api.caller import Caller
from services.api.problems import Problem, respond, too_many_requests, unauthorized, unavailable
from shared.errors import DatabaseUnavailable

OPEN = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
_OPEN_BELOW = "/docs/"

_log = structlog.get_logger(__name__)


class Doorkeeper(Protocol):
    """Tells who holds credentials."""

    async def holder(self, text: str, request_id: str) -> Caller:
        """Return the holder; raises `Refused` or `DatabaseUnavailable`."""


class Gate:
    """Lets in who has good credentials and does not ask too often, and tells the routes who it is.

    Good credentials are let in whatever others at the same address do wrong: they may share a proxy.
    """

    def __init__(self, app: ASGIApp, *, doorkeeper: Doorkeeper, asked: Buckets, failed: Buckets) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        self._asked = asked
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_open(scope["path"]):
            try:
                scope["state"]["caller"] = await self._let_in(scope)
            except Problem as problem:
                await respond(problem, scope["path"])(scope, receive, send)
                return
            except DatabaseUnavailable as error:
                await respond(unavailable(error), scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope) -> Caller:
        text = _credentials(scope)
        if text is None:
            raise unauthorized()
        try:
            caller = await self._doorkeeper.holder(text, scope["state"]["request_id"])
        except Refused as refused:
            raise self._refusal(scope, refused) from None
        _check(self._asked, caller.actor.name)
        return caller

    def _refusal(self, scope: Scope, refused: Refused) -> Problem:
        address = scope["client"][0] if scope.get("client") else "unknown"
        _check(self._failed, address)
        _log.warning("credentials_refused", reason=refused.reason, what=refused.what, address=address)
        return unauthorized(were_given=True)


def is_open(path: str) -> bool:
    """Return whether a path is open to everyone: it tells nothing of the province."""
    return path in OPEN or path.startswith(_OPEN_BELOW)


def _check(buckets: Buckets, name: str) -> None:
    if wait := buckets.take(name):
        raise too_many_requests(math.ceil(wait))


def _credentials(scope: Scope) -> str | None:
    """Return what stands behind `Bearer`; None where that is not said exactly once."""
    given = Headers(scope=scope).getlist("authorization")
    scheme, _, text = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return text.strip() or None if scheme.lower() == "bearer" else None
