"""Webhooks and deliveries as they stand in the database, made and read by tests."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.sending import Sender
from shared.config import WebhooksConfig
from shared.db.engine import Database
from shared.receivers import Resolve, resolved
from shared.sealing import Sealer, new_key

PROVINCE = "H20"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SOON = timedelta(milliseconds=50)

_WEBHOOK = text(
    "INSERT INTO webhooks (province_code, url, least_severity, role, mode, owner_agency, created_at, changed_at)"
    " VALUES (:province, :url, 'warning', 'ops', 'each', :owner, now(), now()) RETURNING id"
)
_SECRET = text(
    "INSERT INTO webhook_secrets (province_code, webhook_id, sealed, created_at, expires_at)"
    " VALUES (:province, :webhook, :sealed, now(), :expires_at)"
)
_DELIVERIES = text(
    "INSERT INTO deliveries (province_code, webhook_id, message_id, event, subject, xid, outbox_id, body, state, created_at,"
    " due_at, expires_at)"
    " SELECT :province, :webhook, 'msg_' || n, 'alert.opened', subject, pg_current_xact_id(), n, body, 'waiting',"
    " clock_timestamp(), clock_timestamp(), :expires_at"
    " FROM unnest(CAST(:numbers AS bigint[]), CAST(:subjects AS text[]), CAST(:bodies AS text[])) AS new (n, subject, body)"
)


def config(port: int, **more: Any) -> WebhooksConfig:
    """Return a configuration that lets tests send to this machine, as long as that may take."""
    given = {
        "allow_networks": ["127.0.0.0/8"],
        "allow_http": ["127.0.0.1"],
        "allow_ports": [port],
        "timeout": timedelta(seconds=30),
        "retry": [SOON] * 9,
    }
    return WebhooksConfig.model_validate(given | more)


class Outgoing:
    """What waits to be sent, with a key of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.key = new_key()
        self.sealer = Sealer([self.key])
        self._number = 0

    def dispatcher(self, settings: WebhooksConfig, *, resolve: Resolve = resolved, tls: Any = None, **more: Any) -> Dispatcher:
        sender = Sender(settings.allowed, settings.timeout, settings.concurrency, resolve=resolve, tls=tls)
        return Dispatcher(self.database, PROVINCE, sender, self.sealer, settings, jitter=lambda: 0.5, **more)

    async def webhook(self, url: str, *, owner: str | None = None, secrets: Mapping[str, datetime | None] | None = None) -> int:
        """Make a webhook; `secrets` says when each expires."""
        async with self.database.begin() as connection:
            made = await connection.scalar(_WEBHOOK, {"province": PROVINCE, "url": url, "owner": owner})
            for secret, expires_at in ({SECRET: None} if secrets is None else secrets).items():
                sealed = self.sealer.seal(secret.encode())
                given = {"province": PROVINCE, "webhook": made, "sealed": sealed, "expires_at": expires_at}
                await connection.execute(_SECRET, given)
        assert isinstance(made, int)
        return made

    async def deliveries(self, webhook: int, subjects: Sequence[str], *, expires_at: datetime | None = None) -> list[int]:
        """Make one delivery for each subject, in this order; returns the numbers in their bodies."""
        numbers = list(range(self._number, self._number + len(subjects)))
        self._number += len(subjects)
        bodies = [json.dumps({"n": n, "subject": s}, ensure_ascii=False) for n, s in zip(numbers, subjects, strict=True)]
        given = {"numbers": numbers, "subjects": list(subjects), "bodies": bodies, "expires_at": expires_at}
        async with self.database.begin() as connection:
            await connection.execute(_DELIVERIES, {"province": PROVINCE, "webhook": webhook, **given})
        return numbers

    async def one(self, url: str, **more: Any) -> int:
        """Make a webhook with one delivery; returns the webhook."""
        made = await self.webhook(url, **more)
        await self.deliveries(made, ["dossier:H20.14-261124-0001"])
        return made

    async def rows(self, query: str, **parameters: Any) -> list[Any]:
        """Return what a query finds, or what a statement returns."""
        async with self.database.begin() as connection:
            result = await connection.execute(text(query), parameters)
            return list(result) if result.returns_rows else []

    async def states(self, webhook: int) -> list[str]:
        """Return the states of a webhook's deliveries, in order."""
        query = "SELECT state FROM deliveries WHERE webhook_id = :webhook ORDER BY xid, outbox_id"
        return [row.state for row in await self.rows(query, webhook=webhook)]

    async def attempts(self, webhook: int) -> list[Any]:
        """Return what came of each sending to a webhook, in order."""
        query = (
            "SELECT a.*, d.message_id, d.state FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id"
            " WHERE d.webhook_id = :webhook ORDER BY a.at, a.delivery_id, a.number"
        )
        return await self.rows(query, webhook=webhook)

    async def due_again_now(self, webhook: int) -> None:
        """Let the time come at which what was put off is tried again."""
        await self.rows("UPDATE deliveries SET due_at = clock_timestamp() WHERE webhook_id = :webhook", webhook=webhook)
