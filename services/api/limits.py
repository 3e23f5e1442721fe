"""How large a request may be, and how long it may take. A problem document tells each time which limit was met."""

import asyncio
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import head_too_large, respond, too_large, took_too_long

LARGEST_HEAD = 32 * 1024
"""Bytes of an address with all headers; 200 dossier codes as a filter fit into half of it."""

_DIGITS = 20
"""More than these no length has that could be meant."""


class HeadLimit:
    """Refuses a head that is too large, also where it came in one piece: the server looks at those that come in several."""

    def __init__(self, app: ASGIApp, *, largest: int = LARGEST_HEAD) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _size_of_head(scope) > self._largest:
            await respond(head_too_large(self._largest), scope["path"])(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a body that is too large before more of it is read than allowed, whatever length the request claims.

    Starlette has one of its own, which answers plain text where everything else is a problem document.
    """

    def __init__(self, app: ASGIApp, *, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _claimed(scope) > self._largest:
            await respond(too_large(self._largest), scope["path"])(scope, receive, send)
            return
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._largest:
                problem = too_large(self._largest)
                raise HTTPException(problem.status, problem.detail, problem.headers)
            return message

        await self._app(scope, counted, send)


class TimeLimit:
    """Gives up a request that has not begun to be answered in time: what it holds, others need.

    An answer that has begun may take as long as it takes: a feed goes on as long as somebody reads it.
    """

    def __init__(self, app: ASGIApp, *, longest: timedelta) -> None:
        self._app = app
        self._seconds = longest.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        waits_for_client = False

        async def watched() -> Message:
            nonlocal waits_for_client
            waits_for_client = True
            message = await receive()
            waits_for_client = False
            return message

        limit = asyncio.timeout(self._seconds)

        async def begun(message: Message) -> None:
            limit.reschedule(None)
            await send(message)

        try:
            async with limit:
                await self._app(scope, watched, begun)
        except TimeoutError:
            if not limit.expired():
                raise
            await respond(took_too_long(by_client=waits_for_client), scope["path"])(scope, receive, send)


def _size_of_head(scope: Scope) -> int:
    address = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
    return address + sum(len(name) + len(value) for name, value in scope["headers"])


def _claimed(scope: Scope) -> int:
    """Return the length a request says it has; the server has refused what is no number."""
    given = Headers(scope=scope).get("content-length", "0")
    return int(given[:_DIGITS]) if given.isascii() and given.isdecimal() else 0
