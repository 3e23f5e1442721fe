"""What became of deliveries, sending them again, and samples."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from services.api.schemas.webhooks import Delivery, DeliveryList
from shared.db import tables
from shared.domain.events import EventType
from tests.api.test_webhooks import PATH, refused
from tests.api.world import AGO, World


async def bodies(world: World) -> list[Any]:
    async with world.database.begin() as connection:
        return list((await connection.execute(select(tables.deliveries).order_by(tables.deliveries.c.id))).mappings())


async def test_deliveries_tell_every_attempt(client: httpx.AsyncClient, world: World) -> None:
    webhook = await world.webhook()
    made = await world.delivery(webhook, state="waiting", finished_at=None, attempts=2)
    later = {"milliseconds": 20_000, "status": None, "error": "time out", "answer": None}
    await world.write(tables.delivery_attempts, delivery_id=made, number=2, at=world.now, **later)
    body = (await client.get(f"{PATH}/{webhook}/deliveries")).json()
    DeliveryList.model_validate(body)
    item = body["items"][0]
    assert (item["id"], item["state"], item["finished_at"]) == (made, "waiting", None)
    assert [(one["number"], one["status"], one["error"], one["answer"]) for one in item["attempts"]] == [
        (2, None, "time out", None),
        (1, 200, None, "ok"),
    ]
    assert "body" not in item


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"state": "failed"}, [3]),
        ({"state": ["failed", "waiting"]}, [4, 3]),
        ({"event": "alert.resolved"}, [2]),
        ({"since": "2026-11-20T13:00:03+07:00"}, [4, 3]),
        ({"until": "2026-11-20T13:00:02+07:00"}, [1]),
    ],
)
async def test_deliveries_are_filtered(client: httpx.AsyncClient, world: World, asked: dict[str, Any], found: list[int]) -> None:
    webhook = await world.webhook()
    different = {2: {"event": "alert.resolved"}, 3: {"state": "failed"}, 4: {"state": "waiting"}}
    for number in range(1, 5):
        await world.delivery(webhook, number, **different.get(number, {}))
    await world.delivery(await world.webhook(), 9)
    items = (await client.get(f"{PATH}/{webhook}/deliveries", params=asked)).json()["items"]
    assert [item["message_id"] for item in items] == [f"msg_{number}" for number in found]


async def test_deliveries_are_read_page_by_page(client: httpx.AsyncClient, world: World) -> None:
    webhook, path = await world.webhook(), ""
    for number in range(1, 6):
        await world.delivery(webhook, number)
    path, met, cursor = f"{PATH}/{webhook}/deliveries", [], None
    while True:
        page = (await client.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        met += [item["message_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert met == [f"msg_{number}" for number in (5, 4, 3, 2, 1)]
    other = await world.webhook()
    first = (await client.get(path, params={"limit": 2})).json()["next_cursor"]
    response = await client.get(f"{PATH}/{other}/deliveries", params={"cursor": first})
    assert [name for name, _ in await refused(response, 400)] == ["cursor"]


@pytest.mark.parametrize("name", [{"state": "lost"}, {"event": "alert.exploded"}, {"since": "today"}, {"limit": 0}, {"q": "x"}])
async def test_a_filter_that_cannot_be_used_is_named(client: httpx.AsyncClient, world: World, name: dict[str, Any]) -> None:
    response = await client.get(f"{PATH}/{await world.webhook()}/deliveries", params=name)
    assert [parameter for parameter, _ in await refused(response, 422)] == list(name)


async def test_one_delivery_is_sent_again(client: httpx.AsyncClient, world: World) -> None:
    webhook = await world.webhook()
    made = await world.delivery(webhook, state="failed", expires_at=world.now - AGO)
    untouched = await world.delivery(webhook, 2, state="failed")
    response = await client.post(f"{PATH}/{webhook}/deliveries/{made}/replay")
    assert response.status_code == 202
    Delivery.model_validate(response.json())
    assert [response.json()[name] for name in ("id", "message_id", "state", "expires_at")] == [made, "msg_1", "waiting", None]
    assert {row["id"]: row["state"] for row in await bodies(world)} == {made: "waiting", untouched: "failed"}
    other = await world.webhook()
    for path in (f"{PATH}/{webhook}/deliveries/99999/replay", f"{PATH}/{other}/deliveries/{made}/replay"):
        await refused(await client.post(path), 404)


async def test_everything_from_a_moment_on_is_sent_again(client: httpx.AsyncClient, world: World) -> None:
    webhook = await world.webhook()
    for number, state in enumerate(("delivered", "delivered", "cancelled", "failed"), 1):
        await world.delivery(webhook, number, state=state)
    since = (world.now - AGO + timedelta(seconds=2)).isoformat()
    response = await client.post(f"{PATH}/{webhook}/replay", json={"since": since})
    assert (response.status_code, response.json()) == (202, {"deliveries": 3})
    assert [row["state"] for row in await bodies(world)] == ["delivered", "waiting", "waiting", "waiting"]


@pytest.mark.parametrize("body", [{}, {"since": "2026-11-20"}, {"since": None}, {"since": "2026-11-20T00:00:00Z", "to": 1}])
async def test_a_replay_needs_a_moment(client: httpx.AsyncClient, world: World, body: dict[str, Any]) -> None:
    await refused(await client.post(f"{PATH}/{await world.webhook()}/replay", json=body), 422)


@pytest.mark.parametrize("type_", EventType)
async def test_a_sample_of_every_event_goes_the_way_of_a_real_one(
    client: httpx.AsyncClient, world: World, type_: EventType
) -> None:
    webhook = await world.webhook(role="handling")
    response = await client.post(f"{PATH}/{webhook}/test", json={"event": type_})
    assert response.status_code == 202, response.text
    Delivery.model_validate(response.json())
    row = (await bodies(world))[0]
    assert (row["webhook_id"], row["state"], row["message_id"]) == (webhook, "waiting", response.json()["message_id"])
    body = json.loads(row["body"])
    assert (body["type"], body["data"]["test"], body["timestamp"]) == (type_, True, "2026-11-20T14:00:00+07:00")
    if type_.is_of_alert:
        assert body["data"]["recipient_role"] == "handling"


async def test_no_sample_waits_for_another(client: httpx.AsyncClient, world: World) -> None:
    webhook = await world.webhook()
    for _ in range(2):
        await client.post(f"{PATH}/{webhook}/test", json={})
    rows = await bodies(world)
    assert [row["event"] for row in rows] == ["endpoint.test"] * 2
    assert len({row["subject"] for row in rows}) == len({row["message_id"] for row in rows}) == 2


async def test_a_sample_is_of_an_event_there_is(client: httpx.AsyncClient, world: World) -> None:
    response = await client.post(f"{PATH}/{await world.webhook()}/test", json={"event": "alert.exploded"})
    assert [name for name, _ in await refused(response, 422)] == ["event"]


@pytest.mark.parametrize("off", ["paused", "disabled"])
async def test_nothing_is_sent_to_a_webhook_that_is_off(client: httpx.AsyncClient, world: World, off: str) -> None:
    webhook = await world.webhook()
    made = await world.delivery(webhook)
    values: dict[str, Any] = {"active": False} if off == "paused" else {"disabled_at": world.now}
    async with world.database.begin() as connection:
        await connection.execute(update(tables.webhooks).values(values))
    asked = (("test", {}), ("replay", {"since": "2026-11-20T00:00:00Z"}), (f"deliveries/{made}/replay", None))
    for path, body in asked:
        await refused(await client.post(f"{PATH}/{webhook}/{path}", json=body), 409)
    assert [row["state"] for row in await bodies(world)] == ["delivered"]
