"""Pages by key: none skipped, none shown twice, and a cursor fits only what it was made for."""

import base64
import random
from datetime import timedelta
from decimal import Decimal
from zlib import crc32

import httpx
import msgspec
import pytest

from tests.api.world import AGO, DUE, World


async def follow(client: httpx.AsyncClient, path: str, **params: object) -> list[list[dict[str, object]]]:
    """Return every page of a list."""
    pages, cursor = [], None
    while True:
        body = (await client.get(path, params={**params, **({"cursor": cursor} if cursor else {})})).json()
        pages.append(body["items"])
        cursor = body["next_cursor"]
        if cursor is None:
            return pages


@pytest.mark.parametrize("sort", ["urgency", "due_at", "opened_at", "points"])
async def test_every_alert_is_met_once_whatever_it_is_sorted_by(client: httpx.AsyncClient, world: World, sort: str) -> None:
    draw = random.Random(766)
    for number in range(23):
        await world.alert(
            f"H20.1-{number}",
            severity=draw.choice(["critical", "warning"]),
            due_at=draw.choice([None, DUE, DUE + AGO]),
            opened_at=draw.choice([world.now, world.now - AGO]),
            points=draw.choice([None, Decimal("0.25"), Decimal("-0.000001"), Decimal(0)]),
        )
    whole = [item["id"] for item in (await client.get("/v1/alerts", params={"sort": sort})).json()["items"]]
    for limit in (1, 4, 23):
        pages = await follow(client, "/v1/alerts", sort=sort, limit=limit)
        assert [item["id"] for page in pages for item in page] == whole
        assert len(whole) == 23


@pytest.mark.parametrize("sort", ["urgency", "due_at", "opened_at", "points"])
async def test_alerts_that_stay_are_met_once_while_others_come_and_go(client: httpx.AsyncClient, world: World, sort: str) -> None:
    draw, stays, goes = random.Random(767), [], []
    for number in range(20):
        known = stays if number % 2 else goes
        due = DUE + timedelta(hours=draw.randrange(5))
        opened = world.now - timedelta(minutes=draw.randrange(600))
        known.append(await world.alert(f"H20.1-{number}", due_at=due, opened_at=opened, points=Decimal(draw.randrange(5))))
    met, cursor = [], None
    while True:
        body = (
            await client.get("/v1/alerts", params={"sort": sort, "limit": 3, **({"cursor": cursor} if cursor else {})})
        ).json()
        met += [item["id"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
        if goes:
            await world.resolve(goes.pop(draw.randrange(len(goes))))
        await world.alert(f"H20.2-{len(met)}", due_at=DUE + timedelta(hours=draw.randrange(5)), opened_at=world.now, points=1)
    assert len(met) == len(set(met))
    assert set(stays) <= set(met)


async def test_the_alert_worth_most_comes_first_and_one_of_unknown_worth_last(client: httpx.AsyncClient, world: World) -> None:
    for number, points in enumerate([None, "0.000001", "-0.5", "1.25"]):
        await world.alert(f"H20.1-{number}", points=points and Decimal(points))
    items = (await client.get("/v1/alerts", params={"sort": "points"})).json()["items"]
    assert [item["points"] for item in items] == [1.25, 0.000001, -0.5, None]


@pytest.mark.parametrize("points", ["NaN", "Infinity", "1", "1E+999999", "1000.000000", "0.0000001", "", "x"])
async def test_points_that_nobody_has_are_no_key(client: httpx.AsyncClient, world: World, points: str) -> None:
    for number in range(2):
        await world.alert(f"H20.1-{number}", points=Decimal(1))
    asked = {"limit": 1, "sort": "points"}
    cursor = (await client.get("/v1/alerts", params=asked)).json()["next_cursor"]
    real = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    body = msgspec.msgpack.encode((points, 1))
    forged = base64.urlsafe_b64encode(real[:8] + crc32(body).to_bytes(4, "big") + body).rstrip(b"=").decode()
    assert (await client.get("/v1/alerts", params={**asked, "cursor": forged})).status_code == 400


async def test_the_last_page_that_is_just_full_has_no_next(client: httpx.AsyncClient, world: World) -> None:
    for number in range(4):
        await world.alert(f"H20.1-{number}")
    assert [len(page) for page in await follow(client, "/v1/alerts", limit=2)] == [2, 2]


async def test_a_cursor_goes_with_another_limit_and_with_the_count(client: httpx.AsyncClient, world: World) -> None:
    for number in range(4):
        await world.alert(f"H20.1-{number}")
    cursor = (await client.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    body = (await client.get("/v1/alerts", params={"limit": 500, "count": "true", "cursor": cursor})).json()
    assert (len(body["items"]), body["count"]) == (3, 4)


async def test_repeated_filters_may_change_their_order_between_pages(client: httpx.AsyncClient, world: World) -> None:
    for number in range(2):
        await world.alert(f"H20.1-{number}")
    params = {"limit": 1, "rule": ["pause.too_long", "deadline.due_soon"]}
    cursor = (await client.get("/v1/alerts", params=params)).json()["next_cursor"]
    turned = {**params, "rule": params["rule"][::-1], "cursor": cursor}  # type: ignore[index]
    assert (await client.get("/v1/alerts", params=turned)).status_code == 200


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/alerts", {"sort": "due_at"}),
        ("/v1/alerts", {"rule": "deadline.due_soon"}),
        ("/v1/agencies", {}),
        ("/v1/sources", {}),
    ],
)
async def test_a_cursor_of_another_list_sort_or_filter_is_refused(
    client: httpx.AsyncClient, world: World, path: str, params: dict[str, str]
) -> None:
    for number in range(2):
        await world.alert(f"H20.1-{number}")
    cursor = (await client.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    response = await client.get(path, params={**params, "cursor": cursor})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:watch766:problem:bad-cursor"
    assert "another" in response.json()["errors"][0]["reason"]


async def test_a_cursor_is_safe_in_an_address(client: httpx.AsyncClient, world: World) -> None:
    for number in range(2):
        await world.alert(f"H20.1-{number}", due_at=DUE)
    cursor = (await client.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    assert cursor.replace("-", "").replace("_", "").isalnum()


async def test_a_cursor_that_was_changed_anywhere_is_refused_and_never_breaks_anything(
    client: httpx.AsyncClient, world: World
) -> None:
    for number in range(2):
        await world.alert(f"H20.1-{number}", due_at=DUE)
    cursor = (await client.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    changed = [cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :] for place in range(len(cursor) - 1)]
    for tampered in [*changed, cursor[:-3], cursor[:8], "", "!!!", "Ä", "a", "A" * 1000]:
        assert (await client.get("/v1/alerts", params={"cursor": tampered})).status_code == 400


@pytest.mark.parametrize(
    "key",
    [
        ("warning", None, 2**63),
        ("warn\0ing", None, 1),
        ("warning", msgspec.UNSET, 1),
        (1, None, 1),
        ("warning", "0001-01-01T00:00:00+23:59", 1),
        ("warning", "2026-11-20T00:00:00", 1),
        (),
    ],
)
async def test_a_forged_key_is_refused(client: httpx.AsyncClient, world: World, key: tuple[object, ...]) -> None:
    for number in range(2):
        await world.alert(f"H20.1-{number}", due_at=DUE)
    cursor = (await client.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    real = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    body = msgspec.msgpack.encode(
        [None if part is msgspec.UNSET else part for part in key][: 2 if msgspec.UNSET in key else None]
    )
    forged = base64.urlsafe_b64encode(real[:8] + crc32(body).to_bytes(4, "big") + body).rstrip(b"=").decode()
    assert (await client.get("/v1/alerts", params={"cursor": forged})).status_code == 400
