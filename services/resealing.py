"""`watch766 reseal`: every stored secret is sealed anew with the first key of the environment, so that the others can go."""

import argparse
from typing import Any

from services.operator import operator
from shared.config import Settings, load_config
from shared.db import schema
from shared.db.engine import SEE_THE_ADDRESS, Connection, Database, clock, translated
from shared.db.opening import open_database
from shared.db.stores import audit_log, webhooks
from shared.domain.access import Actor
from shared.errors import ConfigError, SealBroken
from shared.sealing import Sealer


async def reseal(_: argparse.Namespace, settings: Settings) -> int:
    """Seal every stored secret anew with the first key of WATCH766_WEBHOOK_KEY; exits with 1 when none of the keys opens one."""
    sealer, province = settings.sealer, load_config(settings.config).province
    if sealer is None:
        raise ConfigError("WATCH766_WEBHOOK_KEY: is not set, nothing can be sealed")
    async with open_database(settings, "watch766 reseal") as database:
        await schema.check_schema(database.engine)
        with translated(SEE_THE_ADDRESS):
            done, unread = await reseal_all(database, province, sealer, by=operator())
    print(f"{done} secrets are sealed with the first key")
    for webhook_id in unread:
        print(f"webhook {webhook_id}: none of the keys opens a secret of it")
    return 1 if unread else 0


async def reseal_all(database: Database, province: str, sealer: Sealer, *, by: Actor) -> tuple[int, list[int]]:
    """Seal all secrets of a province anew, in one transaction; returns how many, and the webhooks of those that did not open."""
    async with database.begin() as connection:
        done, unread = await _reseal(connection, province, sealer)
        details: dict[str, Any] = {"resealed": done, "unread": len(unread)}
        await audit_log.record(connection, province, by, "secrets.resealed", "webhooks", details, now=await clock(connection))
    return done, unread


async def _reseal(connection: Connection, province: str, sealer: Sealer) -> tuple[int, list[int]]:
    done, unread = 0, []
    for secret in await webhooks.hold_secrets(connection, province):
        try:
            sealed = sealer.seal(sealer.open(secret.sealed))
        except SealBroken:
            unread.append(secret.webhook_id)
            continue
        await webhooks.replace_seal(connection, province, secret.id, sealed)
        done += 1
    return done, sorted(set(unread))
