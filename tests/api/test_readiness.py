"""Whether answers are complete and fresh: an entry for each thing they depend on, and 503 only where they are not."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, insert

from services.api.app import create_app
from services.api.readiness import QUEUE_WARNS_AFTER, Readiness
from shared.config import Config
from shared.db import tables
from shared.db.engine import Database, create_engine
from shared.db.views.queues import WEBHOOKS
from tests.api.world import AGO, PROVINCE, World, ask

MICROSECOND = timedelta(microseconds=1)


async def ready(client: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
    del client.headers["Authorization"]
    answer = await client.get("/readyz")
    assert answer.headers["content-type"] == "application/health+json"
    return answer.status_code, answer.json()


async def test_it_is_ready_when_every_source_is_fresh(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal")
    await world.source("igate", read_ago=timedelta(seconds=12.5))
    status, body = await ready(client)
    assert (status, body["status"], body["reasons"], "output" in body) == (200, "pass", [], False)
    assert {check["status"] for checks in body["checks"].values() for check in checks} == {"pass"}
    assert body["checks"]["sources:age"][1] == {
        "componentType": "system",
        "componentId": "igate",
        "status": "pass",
        "observedValue": 12.5,
        "observedUnit": "s",
        "time": "2026-11-20T14:00:00+07:00",
    }
    assert list(body["checks"]) == ["database:responseTime", "schema:revision", "sources:age", "events:age", "webhooks:age"]


async def test_it_is_not_ready_while_a_source_is_behind_and_says_which(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal", read_ago=AGO)
    await world.source("igate", read_ago=None)
    status, body = await ready(client)
    assert (status, body["status"]) == (503, "fail")
    assert body["reasons"] == ["source portal is not read any more", "source igate was never read completely"]
    assert body["output"] == "; ".join(body["reasons"])
    assert [check["status"] for check in body["checks"]["sources:age"]] == ["fail", "fail"]
    assert "observedValue" not in body["checks"]["sources:age"][1]


async def test_it_is_not_ready_before_any_monitor_ran(client: httpx.AsyncClient) -> None:
    status, body = await ready(client)
    assert (status, body["reasons"]) == (503, ["no source is known yet: no monitor has run on this database"])


async def test_a_source_no_dossier_waits_for_is_a_warning(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate")
    await world.source("evaluation", role="evaluation", read_ago=AGO)
    status, body = await ready(client)
    assert (status, body["status"], body["reasons"]) == (200, "warn", [])
    assert body["output"] == "source evaluation is not read any more"


@pytest.mark.parametrize(("less", "standing"), [(MICROSECOND, "pass"), (timedelta(), "warn")])
async def test_a_receiver_that_accepts_nothing_is_a_warning(
    client: httpx.AsyncClient, world: World, less: timedelta, standing: str
) -> None:
    await world.source("igate")
    due_at = world.now - QUEUE_WARNS_AFTER + less
    await world.delivery(await world.webhook(), state="waiting", due_at=due_at, finished_at=None)
    status, body = await ready(client)
    assert (status, body["status"], body["checks"]["webhooks:age"][0]["status"]) == (200, standing, standing)


async def test_events_nobody_puts_on_their_way_are_a_warning(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate")
    await world.happened()
    async with world.database.begin() as connection:
        await connection.execute(insert(tables.outbox_readers).values(province_code=PROVINCE, name=WEBHOOKS, xid=0, id=0))
    world.now += QUEUE_WARNS_AFTER
    async with world.database.begin() as connection:
        await connection.execute(tables.sources.update().values(read_to=world.now))
    status, body = await ready(client)
    assert (status, body["checks"]["events:age"][0]["observedValue"]) == (200, QUEUE_WARNS_AFTER.total_seconds())
    assert body["status"] == "warn"


async def test_it_is_not_ready_on_another_schema(database: Database) -> None:
    async with database.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    async with ask(create_app(database, Config())) as client:
        status, body = await ready(client)
    assert (status, list(body["checks"])) == (503, ["schema:revision"])
    assert "run `watch766 migrate`" in body["reasons"][0]


async def test_without_a_database_it_is_not_ready_and_tells_no_address() -> None:
    database = Database(create_engine("postgresql://nobody:geheim@127.0.0.1:1/nothing", application="tests"))
    async with ask(create_app(database, Config())) as client:
        status, body = await ready(client)
    assert (status, body["reasons"]) == (503, ["the database does not answer, see WATCH766_DATABASE_URL"])
    assert [word for word in ("geheim", "nobody", "127.0.0.1") if word in str(body)] == []
    await database.aclose()


async def test_nothing_of_the_data_is_told_to_who_shows_no_credentials(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate", error="HTTP 401: it does not accept our credentials", error_at=world.now, read_ago=AGO)
    await world.alert()
    _, body = await ready(client)
    assert [word for word in ("HTTP 401", "H20", "deadline") if word in str(body)] == []


async def test_many_who_ask_at_once_cost_one_look(world: World) -> None:
    asked: list[str] = []
    engine = create_engine(world.database.direct_url, application="tests")
    event.listen(engine.sync_engine, "before_cursor_execute", lambda _c, _u, text, *_: asked.append(text))
    database = Database(engine)
    readiness = Readiness(create_app(database, Config(), clock=world.clock).state.reader)
    await asyncio.gather(*(readiness.report() for _ in range(50)))
    assert len([text for text in asked if "version_num" in text]) == 1
    await readiness.report()
    assert len([text for text in asked if "version_num" in text]) == 2
    await database.aclose()
