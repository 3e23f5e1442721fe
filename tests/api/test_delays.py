"""Where lateness arises."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from services.api.schemas.summary import DelaySummary
from shared.domain.working_time import LOCAL
from tests.api.test_paging import follow
from tests.api.world import AGO, World

INSTANT = timedelta(microseconds=1)
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=LOCAL)
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=LOCAL)


async def groups(client: httpx.AsyncClient, **params: object) -> list[dict[str, Any]]:
    response = await client.get("/v1/delays", params=params)
    assert response.status_code == 200, response.text
    DelaySummary.model_validate(response.json())
    return list(response.json()["items"])


async def keys(client: httpx.AsyncClient, **params: object) -> list[str | None]:
    return [group["key"] for group in await groups(client, **params)]


async def test_no_delays_are_no_groups(client: httpx.AsyncClient) -> None:
    assert await groups(client) == []


async def test_a_running_delay_is_counted_in_working_time_across_a_weekend(client: httpx.AsyncClient, world: World) -> None:
    await world.delay(since=FRIDAY)
    world.now = MONDAY
    group = (await groups(client))[0]
    assert (group["minutes"], group["longest"], group["delays"], group["running"]) == (60 + 90, 150, 1, 1)


async def test_the_weekend_itself_adds_nothing(client: httpx.AsyncClient, world: World) -> None:
    await world.delay(since=FRIDAY)
    minutes = []
    for world.now in (FRIDAY + AGO, FRIDAY + 24 * AGO, datetime(2026, 11, 23, 7, 0, tzinfo=LOCAL)):
        minutes.append((await groups(client))[0]["minutes"])
    assert minutes == [60, 60, 60]


async def test_a_group_adds_what_is_over_to_what_goes_on(client: httpx.AsyncClient, world: World) -> None:
    world.now = MONDAY
    await world.delay("H20.1-1", since=FRIDAY - 48 * AGO, minutes=480)
    await world.delay("H20.1-1", since=FRIDAY)
    await world.delay("H20.1-2", since=FRIDAY)
    assert await groups(client) == [
        {
            "key": "Thẩm định",
            "name": "Thẩm định",
            "minutes": 480 + 2 * 150,
            "longest": 480,
            "delays": 3,
            "running": 2,
            "dossiers": 2,
        }
    ]


async def test_the_longest_may_be_one_that_goes_on(client: httpx.AsyncClient, world: World) -> None:
    world.now = MONDAY
    await world.delay("H20.1-1", since=FRIDAY - 48 * AGO, minutes=10)
    await world.delay("H20.1-2", since=FRIDAY)
    assert (await groups(client))[0]["longest"] == 150


async def test_a_delay_still_ahead_is_none_yet(client: httpx.AsyncClient, world: World) -> None:
    await world.delay(since=world.now)
    assert await groups(client) == []
    world.now += INSTANT
    assert [(group["minutes"], group["delays"]) for group in await groups(client)] == [(0, 1)]


async def test_a_due_date_no_calendar_reaches_adds_no_minutes(client: httpx.AsyncClient, world: World) -> None:
    await world.delay("H20.1-1", since=datetime(1990, 1, 1, tzinfo=LOCAL))
    await world.delay("H20.1-2", since=world.now - AGO / 2)
    assert [(group["minutes"], group["running"]) for group in await groups(client)] == [(30, 2)]


@pytest.mark.parametrize(
    ("by", "wanted", "name"),
    [
        ("stage", ["Thẩm định", "Trình ký"], "Thẩm định"),
        ("officer", ["cb-1", "cb-2"], "cb-1"),
        ("agency", ["H20.14", "H20.15"], "Sở Nông nghiệp và Môi trường"),
    ],
)
async def test_delays_are_counted_by_each_thing_the_most_minutes_first(
    client: httpx.AsyncClient, world: World, by: str, wanted: list[str], name: str
) -> None:
    await world.agency("H20.14", "Sở Nông nghiệp và Môi trường")
    since = world.now - 24 * AGO
    await world.delay("H20.1-1", since=since, minutes=5, stage="Trình ký", officer_id="cb-2", agency="H20.15")
    await world.delay("H20.1-2", since=since, minutes=9, stage="Thẩm định", officer_id="cb-1", agency="H20.14")
    found = await groups(client, by=by)
    assert [group["key"] for group in found] == wanted
    assert found[0]["name"] == name


async def test_filters_keep_what_fits(client: httpx.AsyncClient, world: World) -> None:
    for code, parent in (("H20.14", None), ("H20.14.05", "H20.14"), ("H20.15", None)):
        await world.agency(code, parent=parent)
    since = world.now - AGO
    await world.judged("H20.1-1", sector="DD", agency="H20.99")
    await world.delay("H20.1-1", since=since, stage="A", officer_id="cb-1", agency="H20.14.05")
    await world.judged("H20.1-2", sector="HT")
    await world.delay("H20.1-2", since=since, stage="B", officer_id="cb-2", agency="H20.15")
    for params in ({"agency": "H20.14"}, {"sector": "DD"}, {"stage": "A"}, {"officer": ["cb-1", "cb-3"]}):
        assert await keys(client, **params) == ["A"], params
    assert sorted(map(str, await keys(client, sector=["DD", "HT"]))) == ["A", "B"]


async def test_a_delay_counts_if_some_of_it_lies_between_the_moments(client: httpx.AsyncClient, world: World) -> None:
    begun, over = world.now - 5 * AGO, world.now - 3 * AGO
    await world.delay("H20.1-1", since=begun, minutes=120, stage="over")
    await world.delay("H20.1-2", since=begun, stage="goes on")
    both = ["over", "goes on"]
    assert sorted(map(str, await keys(client, **{"from": (over - INSTANT).isoformat()}))) == sorted(both)
    assert await keys(client, **{"from": over.isoformat()}) == ["goes on"]
    assert await keys(client, to=begun.isoformat()) == []
    assert sorted(map(str, await keys(client, to=(begun + INSTANT).isoformat()))) == sorted(both)
    assert await keys(client, **{"from": world.now.isoformat()}) == []


async def test_what_nobody_had_is_counted_under_null(client: httpx.AsyncClient, world: World) -> None:
    await world.delay(since=world.now - AGO)
    assert [(group["key"], group["name"]) for group in await groups(client, by="officer")] == [(None, None)]


async def test_groups_are_paged_and_each_is_met_once(client: httpx.AsyncClient, world: World) -> None:
    for number in range(5):
        await world.delay(f"H20.1-{number}", since=world.now - 9 * AGO, minutes=number % 3, stage=f"S{number}")
    whole = await keys(client)
    assert whole == ["S2", "S1", "S4", "S0", "S3"]
    for limit in (1, 2, 5):
        pages = await follow(client, "/v1/delays", limit=limit)
        assert [group["key"] for page in pages for group in page] == whole
