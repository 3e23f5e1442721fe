"""Around every request: its id, its line in the log, its place in the metrics, and the moment it was answered."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from email.utils import formatdate
from http import HTTPStatus
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.metrics import Metrics, known_method
from services.api.problems import internal_error, respond
from shared.tracing import Kind, Span, span

_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_UNMATCHED = "unmatched"

_log = structlog.get_logger(__name__)


class AnswerDate:
    """Sets `Date` when the answer begins; the server's own clock for it may be a second behind."""

    def __init__(self, app: ASGIApp, *, seconds: Callable[[], float] = time.time) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Date"] = formatdate(self._seconds(), usegmt=True)
            await send(message)

        await self._app(scope, receive, dated if scope["type"] == "http" else send)


class RequestRecord:
    """Gives each request an id, answers it back, and tells afterwards how it went; what raises becomes a problem document."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, seconds: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._metrics = metrics
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = _request_id(scope), self._seconds(), 0
        scope.setdefault("state", {})["request_id"] = request_id

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id), _traced(scope, request_id) as traced:
            try:
                await self._app(scope, receive, identified)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a problem document and the log the rest
                _log.exception("request_failed", route=_route(scope), error=type(error).__name__)
                if not status:
                    await respond(internal_error(), scope["path"])(scope, receive, identified)
            finally:
                self._tell(scope, status, timedelta(seconds=self._seconds() - started))
                _finish(traced, scope, status)

    def _tell(self, scope: Scope, status: int, took: timedelta) -> None:
        route, ms = _route(scope), round(took.total_seconds() * 1000, 1)
        self._metrics.answered(scope["method"], route, status, took)
        caller = scope["state"].get("caller")
        by = {"actor": caller.actor.name} if caller else {}
        _log.info("request_handled", method=scope["method"][:16], route=route, status=status, ms=ms, **by)


def _traced(scope: Scope, request_id: str) -> AbstractContextManager[Span]:
    method = known_method(scope["method"])
    return span(method, Kind.SERVER, http__request__method=method, watch766__request_id=request_id)


def _finish(traced: Span, scope: Scope, status: int) -> None:
    traced.update_name(f"{known_method(scope['method'])} {_route(scope)}")
    traced.set_attribute("http.route", _route(scope))
    traced.set_attribute("http.response.status_code", status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        traced.set_attribute("error.type", str(status))


def _request_id(scope: Scope) -> str:
    """Return the id the caller gave, a new one where there is none or it is odd."""
    given = Headers(scope=scope).get("X-Request-ID", "")
    return given if _ID.fullmatch(given) else uuid4().hex


def _route(scope: Scope) -> str:
    """Return the template of the route that answers, never the path itself."""
    return getattr(scope.get("route"), "path", _UNMATCHED)
