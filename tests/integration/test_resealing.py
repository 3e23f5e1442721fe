"""The key that seals secrets can be replaced: nothing is lost, and afterwards the old one opens nothing."""

import pytest
from sqlalchemy import select

from services.resealing import reseal_all
from shared.db.engine import Database
from shared.db.tables import audit_log, webhook_secrets
from shared.domain.access import Actor
from shared.errors import SealBroken
from shared.sealing import Sealer, new_key
from tests.outgoing import PROVINCE, SECRET, Outgoing

BY = Actor("command:tests")
OTHER_SECRET = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXQ="


async def seals(database: Database) -> list[bytes]:
    async with database.begin() as connection:
        return list((await connection.execute(select(webhook_secrets.c.sealed).order_by(webhook_secrets.c.id))).scalars())


async def told(database: Database) -> list[dict[str, object]]:
    async with database.begin() as connection:
        return list((await connection.execute(select(audit_log.c.details))).scalars())


@pytest.fixture
async def outgoing(database: Database) -> Outgoing:
    made = Outgoing(database)
    await made.webhook("https://one.example.vn/in", secrets={SECRET: None, OTHER_SECRET: None})
    return made


async def test_afterwards_the_new_key_alone_opens_every_secret(outgoing: Outgoing) -> None:
    old, new = outgoing.key, new_key()
    for _ in range(2):
        assert await reseal_all(outgoing.database, PROVINCE, Sealer([new, old]), by=BY) == (2, [])
    found = await seals(outgoing.database)
    assert [Sealer([new]).open(sealed).decode() for sealed in found] == [SECRET, OTHER_SECRET]
    for sealed in found:
        with pytest.raises(SealBroken):
            Sealer([old]).open(sealed)
    assert await told(outgoing.database) == [{"resealed": 2, "unread": 0}] * 2


async def test_a_secret_that_does_not_open_is_named_and_kept_and_the_others_go_on(outgoing: Outgoing) -> None:
    lost = Outgoing(outgoing.database)
    webhook = await lost.webhook("https://two.example.vn/in")
    before = await seals(outgoing.database)
    new = new_key()
    assert await reseal_all(outgoing.database, PROVINCE, Sealer([new, outgoing.key]), by=BY) == (2, [webhook])
    after = await seals(outgoing.database)
    assert after[2] == before[2]
    assert [Sealer([new]).open(sealed).decode() for sealed in after[:2]] == [SECRET, OTHER_SECRET]


async def test_another_province_is_left_alone(outgoing: Outgoing) -> None:
    before = await seals(outgoing.database)
    assert await reseal_all(outgoing.database, "H19", outgoing.sealer, by=BY) == (0, [])
    assert await seals(outgoing.database) == before
