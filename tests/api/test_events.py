"""The feed: everything in order, nothing left out, nothing twice; and waiting for what comes."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert, text

from services.api.app import create_app
from services.api.caller import Caller, caller
from services.api.news import News
from services.api.routes.events import LONGEST_WAIT
from services.api.schemas.events import EventFeed
from shared.config import Config
from shared.db import tables
from shared.db.engine import Database, create_engine
from shared.db.listening import listening
from shared.domain.agencies import AgencyTree
from shared.domain.events import BEGINNING
from tests.api.test_webhooks import refused
from tests.api.world import PROVINCE, World, ask
from tests.waiting import PATIENCE

PATH = "/v1/events"
BEFORE_IT_ENDS = LONGEST_WAIT - 5
"""Seconds: whoever is let go before so many were told, and did not only wait to the end."""


async def feed(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    response = await client.get(PATH, params=asked)
    assert response.status_code == 200, response.text
    EventFeed.model_validate(response.json())
    return dict(response.json())


async def alerts(client: httpx.AsyncClient, **asked: Any) -> list[int]:
    return [item["data"]["alert"]["id"] for item in (await feed(client, **asked))["items"]]


async def test_an_empty_feed_already_has_a_place_to_go_on_from(client: httpx.AsyncClient, world: World) -> None:
    before = await feed(client)
    assert before["items"] == []
    await world.happened()
    assert await alerts(client, after=before["after"]) == [1]


async def test_events_come_in_order_page_by_page_and_none_twice(client: httpx.AsyncClient, world: World) -> None:
    for number in range(1, 8):
        await world.happened(id=number)
    met: list[int] = []
    after: dict[str, str] = {}
    for _ in range(5):
        page = await feed(client, limit=2, **after)
        met += [item["data"]["alert"]["id"] for item in page["items"]]
        after = {"after": page["after"]}
    assert met == [1, 2, 3, 4, 5, 6, 7]
    await world.happened(id=8)
    assert await alerts(client, **after) == [8]


async def test_an_event_says_what_a_webhook_is_told(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114", "Ủy ban nhân dân phường Sơn Qui")
    await world.procedure("1.001193", "Đăng ký khai sinh")
    await world.happened()
    await world.happened(event="alert.resolved", state="resolved", sequence=2, resolved_at=world.now)
    first, second = (await feed(client))["items"]
    assert (first["type"], first["timestamp"]) == ("alert.opened", "2026-11-20T14:00:00+07:00")
    assert first["data"]["agency"]["name"] == "Ủy ban nhân dân phường Sơn Qui"
    assert first["data"]["params"]["ten_tthc"] == "Đăng ký khai sinh"
    assert first["data"]["text"].startswith("[KHẨN] Hồ sơ H20.114-261120-0042 – Đăng ký khai sinh.")
    assert (first["data"]["recipient_role"], first["data"]["url"]) == ("handling", None)
    assert (first["data"]["supersedes"], second["data"]["supersedes"]) == (None, first["id"])
    assert second["data"]["text"].startswith("[ĐÃ KHẮC PHỤC]")


async def test_links_lead_to_the_public_address(world: World) -> None:
    config = Config.model_validate({"webhooks": {"public_url": "https://watch766.example.vn/"}})
    await world.happened()
    async with ask(create_app(world.database, config, clock=world.clock)) as client:
        item = (await feed(client))["items"][0]
    assert item["data"]["url"] == "https://watch766.example.vn/v1/dossiers/H20.114-261120-0042"


async def test_what_commits_late_is_not_skipped(client: httpx.AsyncClient, world: World) -> None:
    async with world.database.begin() as slow:
        row = {"province_code": PROVINCE, "at": world.now, "event": "endpoint.recovered", "subject": "webhook:1"}
        await slow.execute(insert(tables.outbox).values(**row, data={"webhook_id": 1}))
        await world.happened(id=2)
        before = await feed(client)
        assert before["items"] == [], "nobody knows yet what comes first"
    items = (await feed(client, after=before["after"]))["items"]
    assert [item["type"] for item in items] == ["endpoint.recovered", "alert.opened"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"rule": "deadline"}, [1, 2]),
        ({"rule": "source.stale"}, [4]),
        ({"rule": ["deadline.overdue", "source.stale"]}, [1, 2, 4]),
        ({"severity": "warning"}, [3]),
        ({"type": "alert.opened"}, [1, 3]),
        ({"type": "source.stale"}, [4]),
        ({"type": ["source.stale", "alert.resolved"]}, [2, 4]),
        ({"agency": "H20.115"}, [3]),
        ({"agency": "H20.09"}, [3]),
        ({"agency": "H20"}, [1, 2, 3]),
        ({"agency": "H20.114", "type": "alert.resolved"}, [2]),
    ],
)
async def test_events_are_filtered(client: httpx.AsyncClient, world: World, asked: dict[str, Any], found: list[int]) -> None:
    for code in ("H20", "H20.114", "H20.115", "H20.09"):
        await world.agency(code)
    await world.happened(id=1)
    await world.happened(id=2, event="alert.resolved", state="resolved")
    sync = {"agency": "H20.115", "responsible": "connection", "responsible_agency": "H20.09"}
    await world.happened(id=3, rule="sync.status_mismatch", severity="warning", **sync)
    nobody = {"agency": None, "procedure": None, "dossier_code": None, "subject": "source:igate", "responsible": "ops"}
    await world.happened(id=4, rule="source.stale", source="igate", **nobody)
    page = await feed(client, **asked)
    assert [item["data"]["alert"]["id"] for item in page["items"]] == found
    assert (await feed(client, after=page["after"], **asked))["items"] == []


async def test_a_reader_goes_on_from_his_place_with_other_filters(client: httpx.AsyncClient, world: World) -> None:
    await world.happened(id=1)
    after = (await feed(client, severity="warning"))["after"]
    await world.happened(id=2)
    assert await alerts(client, after=after) == [2]


async def test_an_event_this_version_cannot_read_is_left_out(
    client: httpx.AsyncClient, world: World, log_lines: list[dict[str, Any]]
) -> None:
    await world.happened(id=1, severity="dreadful")
    await world.happened(id=2)
    assert await alerts(client) == [2]
    assert [line["event"] for line in log_lines if line["event"] == "event_not_read"] == ["event_not_read"]


@pytest.mark.parametrize("odd", ["x", "AAAA", "q83vEjRWeJqrze8SNFaTpndhcm5pbmc", "é", "", "a" * 900])
async def test_a_place_that_was_not_given_out_is_refused(client: httpx.AsyncClient, odd: str) -> None:
    assert [name for name, _ in await refused(await client.get(PATH, params={"after": odd}), 400)] == ["after"]


async def test_a_place_that_was_changed_is_refused(client: httpx.AsyncClient, world: World) -> None:
    await world.happened()
    after = (await feed(client))["after"]
    for index in range(len(after)):
        other = "A" if after[index] != "A" else "B"
        response = await client.get(PATH, params={"after": after[:index] + other + after[index + 1 :]})
        assert response.status_code == 400 or response.json()["after"] == after, index


async def test_a_cursor_of_a_list_is_no_place_in_the_feed(client: httpx.AsyncClient, world: World) -> None:
    for _ in range(2):
        await world.webhook()
    cursor = (await client.get("/v1/webhooks", params={"limit": 1})).json()["next_cursor"]
    errors = await refused(await client.get(PATH, params={"after": cursor}), 400)
    assert "belongs to another list" in errors[0][1]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *(("wait", "31"), ("wait", "-1"), ("wait", "1.5"), ("limit", "0"), ("limit", "501"), ("type", "x"), ("rule", "x")),
        *(("severity", "x"), ("agency", "H20.77"), ("after", "x" * 1001), ("after", "a\0"), ("cursor", "x")),
    ],
)
async def test_what_cannot_be_used_is_named(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    assert [name for name, _ in await refused(await client.get(PATH, params={parameter: value}), 422)] == [parameter]


async def test_a_bounded_caller_hears_of_his_own_and_of_what_he_is_asked_to_do(world: World) -> None:
    await world.happened(id=1)
    await world.happened(id=2, agency="H20.115")
    await world.happened(id=3, agency="H20.115", responsible="connection", responsible_agency="H20.114")
    await world.happened(id=4, agency=None)
    app = create_app(world.database, Config(), clock=world.clock)
    app.dependency_overrides[caller] = lambda: Caller(AgencyTree({"H20.114": "H20"}))
    async with ask(app) as client:
        assert await alerts(client) == [1, 3]


async def test_who_waits_has_it_as_soon_as_it_is_there(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    after = (await feed(client))["after"]
    waiting = asyncio.create_task(alerts(client, after=after, wait=LONGEST_WAIT))
    await is_waiting(app.state.news)
    await world.happened(id=5)
    assert await asyncio.wait_for(waiting, BEFORE_IT_ENDS) == [5]


async def test_who_waits_is_told_and_need_not_look(world: World) -> None:
    news = News(world.database, PROVINCE, every=2 * PATIENCE)
    waiting = asyncio.create_task(news.after(BEGINNING, 2 * PATIENCE))
    await listens(world)
    await world.happened(id=5)
    await asyncio.wait_for(waiting, PATIENCE)


async def test_what_happens_in_another_province_wakes_nobody(world: World) -> None:
    heard: list[None] = []
    async with listening(world.database, "H21", lambda: heard.append(None)), listening(world.database, PROVINCE, lambda: None):
        await world.happened()
        async with world.database.begin() as connection:
            elsewhere = {"province_code": "H21", "at": world.now, "event": "endpoint.recovered", "subject": "webhook:1"}
            await connection.execute(insert(tables.outbox).values(**elsewhere, data={"webhook_id": 1}))
        async with asyncio.timeout(PATIENCE):
            while not heard:
                await asyncio.sleep(0.01)
    assert len(heard) == 1


async def test_who_waits_for_something_else_goes_on_waiting(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    waiting = asyncio.create_task(alerts(client, wait=LONGEST_WAIT, severity="warning"))
    await is_waiting(app.state.news)
    await world.happened(id=5)
    await world.happened(id=6, severity="warning")
    assert await asyncio.wait_for(waiting, BEFORE_IT_ENDS) == [6]


async def test_when_nothing_comes_the_answer_is_empty(client: httpx.AsyncClient) -> None:
    assert await asyncio.wait_for(alerts(client, wait=1), PATIENCE) == []


async def test_who_waits_holds_no_connection(client: httpx.AsyncClient, world: World) -> None:
    narrow = Database(create_engine(world.database.direct_url, application="tests", pool_size=1))
    app = create_app(narrow, Config(), clock=world.clock)
    async with ask(app) as asked:
        waiting = [asyncio.create_task(alerts(asked, wait=LONGEST_WAIT)) for _ in range(20)]
        await is_waiting(app.state.news, 20)
        assert (await asked.get("/v1/webhooks")).status_code == 200
        await world.happened(id=7)
        assert await asyncio.wait_for(asyncio.gather(*waiting), BEFORE_IT_ENDS) == [[7]] * 20
    await narrow.aclose()


async def test_a_service_that_ends_lets_those_go_who_wait(world: World) -> None:
    app = create_app(world.database, Config(), clock=world.clock)
    async with ask(app) as client:
        waiting = asyncio.create_task(alerts(client, wait=LONGEST_WAIT))
        await is_waiting(app.state.news)
        app.state.news.stop()
        assert await asyncio.wait_for(waiting, BEFORE_IT_ENDS) == []
        assert await asyncio.wait_for(alerts(client, wait=LONGEST_WAIT), BEFORE_IT_ENDS) == []


async def test_a_database_that_goes_away_lets_those_go_who_wait(world: World) -> None:
    gone = Database(create_engine("postgresql://nobody@127.0.0.1:1/nothing", application="tests"))
    await asyncio.wait_for(News(gone, PROVINCE).after(BEGINNING, 2 * PATIENCE), PATIENCE)
    await gone.aclose()


async def listens(world: World) -> None:
    """Return when somebody listens."""
    async with asyncio.timeout(PATIENCE):
        while not await _listening(world):
            await asyncio.sleep(0.01)


async def _listening(world: World) -> bool:
    async with world.database.begin() as connection:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")
        return bool(await connection.scalar(query))


async def is_waiting(news: News, number: int = 1) -> None:
    """Return when so many wait."""
    async with asyncio.timeout(PATIENCE):
        while len(news.waiting) < number:
            await asyncio.sleep(0.01)
