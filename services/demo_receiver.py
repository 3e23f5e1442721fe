"""A small receiver of webhooks, as an integrator would write one: it verifies what comes and tells it in one line."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_OURS = "demo"
"""What the webhook of a demo is called."""

_ACCEPTED, _NOT_OURS = 204, 401


class Receiver:
    """Accepts what is signed with its secret, each message once; `tell` is called with a line for each.

    `secret` is known only after the webhook was made: what comes before that is refused, and sent again.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.secret: str | None = None
        self._tell = tell
        self._met: set[str] = set()
        self.app = Starlette(routes=[Route("/", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        body = self._verified(await request.body(), dict(request.headers))
        if body is None:
            return Response(status_code=_NOT_OURS)
        message_id = request.headers["webhook-id"]
        if message_id not in self._met:
            self._met.add(message_id)
            self._tell(line_of(body))
        return Response(status_code=_ACCEPTED)

    def _verified(self, raw: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        if self.secret is None:
            return None
        try:
            return dict(Webhook(self.secret).verify(raw, headers))
        except (WebhookVerificationError, ValueError):  # ValueError: a signature that is no base64
            return None


def line_of(body: dict[str, Any]) -> str:
    """Return what one event says: its type, and the short text of an alert."""
    data = body["data"]
    return f"{body['type']}  {data.get('short') or data.get('reason') or ''}".rstrip()


@asynccontextmanager
async def serving(receiver: Receiver, port: int) -> AsyncIterator[None]:
    """Serve on a port of this machine until the end of the block."""
    config = uvicorn.Config(
        receiver.app, log_config=None, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await task


async def subscribed(client: httpx.AsyncClient, url: str) -> str:
    """Subscribe in the place of an earlier run, whose secret is lost; returns the new secret."""
    for webhook in (await client.get("/v1/webhooks")).raise_for_status().json()["items"]:
        if webhook["description"] == _OURS:
            await client.delete(f"/v1/webhooks/{webhook['id']}")
    made = await client.post("/v1/webhooks", json={"url": url, "description": _OURS})
    return str(made.raise_for_status().json()["secret"])


class _Server(uvicorn.Server):
    """Leaves signals to the demo."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
