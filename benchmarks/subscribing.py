"""Webhooks of receivers on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from benchmarks.province import PROVINCE
from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.sending import Sender
from shared.config import WebhooksConfig
from shared.db.engine import Database
from shared.sealing import Sealer, new_key

_SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

_WEBHOOK = text(
    "INSERT INTO webhooks (province_code, url, least_severity, role, mode, created_at, changed_at)"
    " VALUES (:province, :url, 'warning', 'office', 'each', now(), now()) RETURNING id"
)
_SEALED = text(
    "INSERT INTO webhook_secrets (province_code, webhook_id, sealed, created_at) VALUES (:province, :webhook, :sealed, now())"
)


def _loopback(port: int, *, at_once: int) -> WebhooksConfig:
    """Return a configuration that lets a receiver on this machine be sent to."""
    allowed = {"allow_networks": ["127.0.0.0/8"], "allow_http": ["127.0.0.1"], "allow_ports": [port]}
    return WebhooksConfig.model_validate({**allowed, "concurrency": at_once, "per_webhook": at_once})


async def subscribe(database: Database, url: str, sealer: Sealer, province: str = PROVINCE) -> int:
    """Make a webhook that hears everything of a province."""
    async with database.begin() as connection:
        made = await connection.scalar(_WEBHOOK, {"province": province, "url": url})
        given = {"province": province, "webhook": made, "sealed": sealer.seal(_SECRET)}
        await connection.execute(_SEALED, given)
    assert isinstance(made, int)
    return made


def dispatcher(database: Database, sealer: Sealer, port: int, province: str = PROVINCE, *, at_once: int) -> Dispatcher:
    """Return what sends to a receiver at a port of this machine."""
    config = _loopback(port, at_once=at_once)
    return Dispatcher(database, province, Sender(config.allowed, config.timeout, config.concurrency), sealer, config)


@asynccontextmanager
async def sending(database: Database, port: int, province: str = PROVINCE, *, at_once: int = 16) -> AsyncIterator[Dispatcher]:
    """Subscribe a receiver at a port of this machine to everything of a province; gives what sends to it."""
    sealer = Sealer([new_key()])
    await subscribe(database, f"http://127.0.0.1:{port}/", sealer, province)
    made = dispatcher(database, sealer, port, province, at_once=at_once)
    try:
        yield made
    finally:
        await made.aclose()
