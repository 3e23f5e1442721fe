"""Who did what: written with the change, kept for ever, read by those who may."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.api.schemas.audit import AuditLog
from shared.db.engine import Database
from shared.db.stores import api_keys, audit_log
from shared.domain.access import RANDOM_BYTES, Actor, Scope, new_key
from tests.api.world import KEY, NOW, PROVINCE, World, bearer, let_in

BY = Actor("command:somebody")
OTHER = new_key(b"o" * RANDOM_BYTES)
PATH = "/v1/audit-log"


async def create(database: Database, number: int = 1, agency: str | None = None) -> str:
    """Make a key and return its prefix."""
    key = new_key(bytes([number]) * RANDOM_BYTES)
    facts = {"name": f"n{number}", "scopes": [Scope.ALERTS_READ], "agency": agency, "expires_at": NOW + timedelta(days=90)}
    async with database.begin() as connection:
        await api_keys.create(connection, PROVINCE, key, **facts, by=BY, now=NOW)  # type: ignore[arg-type]
    return key.prefix


async def revoke(database: Database, prefix: str) -> bool:
    async with database.begin() as connection:
        return await api_keys.revoke(connection, PROVINCE, prefix, by=BY, now=NOW)


async def listed(client: httpx.AsyncClient, **params: object) -> list[tuple[str, str]]:
    body = (await client.get(PATH, params=params)).raise_for_status().json()  # type: ignore[arg-type]
    AuditLog.model_validate(body)
    return [(item["action"], item["subject"]) for item in body["items"]]


async def test_what_was_done_to_a_key_is_told_the_latest_first(client: httpx.AsyncClient, world: World) -> None:
    prefix = await create(world.database, agency="H20.114")
    assert await revoke(world.database, prefix)
    assert await listed(client) == [("key.revoked", f"key:{prefix}"), ("key.created", f"key:{prefix}")]
    created = (await client.get(PATH)).json()["items"][1]
    assert (created["actor"], created["agency"], created["at"]) == (BY.name, "H20.114", "2026-11-20T14:00:00+07:00")
    assert created["details"] == {
        "name": "n1",
        "scopes": ["alerts:read"],
        "agency": "H20.114",
        "expires_at": "2027-02-18T14:00:00+07:00",
    }


async def test_a_key_is_revoked_once_and_one_that_is_not_there_never(client: httpx.AsyncClient, world: World) -> None:
    prefix = await create(world.database)
    assert [await revoke(world.database, prefix) for _ in range(2)] == [True, True]
    assert not await revoke(world.database, "nobody00")
    assert len(await listed(client)) == 2


async def test_a_change_that_fails_is_not_told(client: httpx.AsyncClient, world: World) -> None:
    prefix = await create(world.database)
    with pytest.raises(DBAPIError, match="duplicate"):
        await create(world.database)
    assert await listed(client) == [("key.created", f"key:{prefix}")]


async def test_what_is_undone_is_not_told(client: httpx.AsyncClient, world: World) -> None:
    async with world.database.engine.connect() as connection:
        await audit_log.record(connection, PROVINCE, BY, "key.created", "key:x", {}, now=NOW)
        await connection.rollback()
    assert await listed(client) == []


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log", "TRUNCATE audit_log"])
async def test_what_was_told_cannot_be_changed_or_taken_away(client: httpx.AsyncClient, world: World, statement: str) -> None:
    await create(world.database)
    with pytest.raises(DBAPIError, match="append-only"):
        async with world.database.begin() as connection:
            await connection.execute(text(statement))
    assert len(await listed(client)) == 1


async def test_filters_narrow_it_and_pages_go_through_it(client: httpx.AsyncClient, world: World) -> None:
    prefixes = [await create(world.database, number) for number in range(1, 6)]
    await revoke(world.database, prefixes[0])
    assert await listed(client, action="key.revoked") == [("key.revoked", f"key:{prefixes[0]}")]
    assert len(await listed(client, subject=f"key:{prefixes[0]}")) == 2
    assert await listed(client, actor="key:nobody") == []
    assert len(await listed(client, actor=[BY.name, "key:nobody"])) == 6
    assert len(await listed(client, **{"from": NOW.isoformat()})) == 6
    assert await listed(client, to=NOW.isoformat()) == []
    first = (await client.get(PATH, params={"limit": 4})).json()
    rest = (await client.get(PATH, params={"limit": 4, "cursor": first["next_cursor"]})).json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [4, 2, None]


async def test_who_is_bound_to_an_agency_reads_what_concerns_it(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114")
    await world.agency("H20.114.01", parent="H20.114")
    await world.agency("H20.115")
    own, below = await create(world.database, 1, "H20.114"), await create(world.database, 2, "H20.114.01")
    await create(world.database, 3, "H20.115")
    await create(world.database, 4)
    await let_in(world.database, OTHER, Scope.AUDIT_READ, agency="H20.114")
    client.headers.update(bearer(OTHER))
    assert [subject for _, subject in await listed(client)] == [f"key:{below}", f"key:{own}"]


async def test_an_actor_is_told_with_the_request_it_was(client: httpx.AsyncClient, world: World) -> None:
    async with world.database.begin() as connection:
        await audit_log.record(connection, PROVINCE, Actor("key:abc", "r-1"), "alert.noted", "alert:1", {"n": 1}, now=NOW)
    (entry,) = (await client.get(PATH)).json()["items"]
    assert (entry["request_id"], entry["details"]) == ("r-1", {"n": 1})


async def test_what_is_done_to_a_webhook_is_told_without_its_address(client: httpx.AsyncClient, world: World) -> None:
    made = (await client.post("/v1/webhooks", json={"url": "https://8.8.8.8/in?token=secret", "role": "ops"})).json()["id"]
    path = f"/v1/webhooks/{made}"
    await client.patch(path, json={"active": False, "url": "https://8.8.8.8/other"})
    await client.post(f"{path}/enable")
    await client.post(f"{path}/secret/rotate")
    await client.delete(path)
    for missing in (path, f"{path}/enable"):
        await client.request("DELETE" if missing == path else "POST", missing)
    told = await client.get(PATH)
    items = told.json()["items"]
    assert [item["action"].partition(".")[2] for item in items] == ["deleted", "secret_rotated", "enabled", "changed", "created"]
    assert {item["subject"] for item in items} == {f"webhook:{made}"}
    assert {item["actor"] for item in items} == {f"key:{KEY.prefix}"}
    assert items[3]["details"] == {"changed": ["active", "url"]}
    assert all(item["request_id"] for item in items)
    assert "8.8.8.8" not in told.text
