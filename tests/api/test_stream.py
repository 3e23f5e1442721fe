"""The live stream: everything that fits as it happens, nothing twice, and an end for everyone who goes or is let go."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from services.api.app import create_app
from services.api.streams import Streams
from shared.config import Config
from shared.db import tables
from shared.db.engine import Database, create_engine
from shared.domain.access import NewKey, Scope
from tests.api.conftest import OFTEN
from tests.api.test_access import OTHER_KEY
from tests.api.test_webhooks import refused
from tests.api.world import KEY, World, ask, bearer, let_in
from tests.waiting import PATIENCE

PATH = "/v1/stream"


class Listener:
    """A client that reads a stream as it comes."""

    def __init__(self) -> None:
        self.text = ""
        self.status = 0
        self.left = asyncio.Event()

    @property
    def frames(self) -> list[dict[str, str]]:
        """Every complete frame, as its fields."""
        return [dict(line.split(": ", 1) for line in frame.splitlines()) for frame in self.text.split("\n\n")[:-1]]

    @property
    def alerts(self) -> list[tuple[str, int]]:
        """Every event: its type, and the alert it is about."""
        events = [(frame["event"], json.loads(frame["data"])) for frame in self.frames if "data" in frame]
        assert all(type_ == event["type"] for type_, event in events)
        return [(type_, event["data"]["alert"]["id"]) for type_, event in events]

    async def send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def has(self, frames: int) -> None:
        """Return when so many frames came."""
        await until(lambda: len(self.frames) >= frames)

    async def tells(self, events: int) -> None:
        """Return when so many events came."""
        await until(lambda: len(self.alerts) >= events)

    async def has_come_to_nothing(self, frames: int) -> None:
        """Return when after so many frames a place came: everything before it was looked at."""
        await until(lambda: len(self.frames) > frames and "data" not in self.frames[-1])


async def until(holds: Callable[[], bool]) -> None:
    """Return when something has come true."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def streaming(app: FastAPI, last: str | None = None, key: NewKey = KEY, **asked: Any) -> AsyncIterator[Listener]:
    """A stream that is open inside the block, and left at its end."""
    listener = Listener()
    headers = {**bearer(key), **({"Last-Event-ID": last} if last else {})}
    scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": urlencode(asked, doseq=True).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    task = asyncio.create_task(app(scope, listener.receive, listener.send))
    try:
        await listener.has(2)
        yield listener
    finally:
        listener.left.set()
        await asyncio.wait_for(task, PATIENCE)


@pytest.fixture
async def lasting(world: World) -> FastAPI:
    """An application whose streams last as long as a test."""
    return create_app(world.database, Config(), clock=world.clock)


async def test_what_happens_comes_as_it_happens(lasting: FastAPI, world: World) -> None:
    await world.happened(id=1)
    async with streaming(lasting) as stream:
        assert stream.frames[0] == {"retry": "3000"}
        assert list(stream.frames[1]) == ["id"], "where it begins, so that nothing is missed after a break"
        await world.happened(id=2)
        await stream.tells(1)
        await world.happened(id=2, event="alert.resolved", state="resolved", sequence=2, resolved_at=world.now)
        await stream.tells(2)
        assert stream.alerts == [("alert.opened", 2), ("alert.resolved", 2)]


async def test_an_event_is_as_in_the_feed(lasting: FastAPI, world: World) -> None:
    async with streaming(lasting) as stream:
        await world.happened(id=2)
        await stream.tells(1)
        (told,) = (json.loads(frame["data"]) for frame in stream.frames if "data" in frame)
    async with ask(lasting) as client:
        assert (await client.get("/v1/events")).json()["items"] == [told]


async def test_who_comes_back_misses_nothing_and_hears_nothing_twice(lasting: FastAPI, world: World) -> None:
    async with streaming(lasting) as stream:
        for number in (1, 2):
            await world.happened(id=number)
        await stream.tells(2)
        first, second = (frame["id"] for frame in stream.frames if "data" in frame)
    await world.happened(id=3)
    for last, missed in ((first, [2, 3]), (second, [3])):
        async with streaming(lasting, last) as stream:
            await stream.tells(len(missed))
            assert [alert for _, alert in stream.alerts] == missed


async def test_who_comes_back_from_a_place_without_an_event_misses_nothing(lasting: FastAPI, world: World) -> None:
    async with streaming(lasting) as stream:
        last = stream.frames[1]["id"]
    await world.happened(id=1)
    async with streaming(lasting, last) as stream:
        assert stream.alerts == [("alert.opened", 1)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3]),
        ({"rule": "deadline.overdue"}, [1, 2]),
        ({"family": "sync.status_mismatch"}, [3]),
        ({"state": "active"}, [1, 3]),
        ({"state": ["resolved"]}, [2]),
        ({"severity": "warning"}, [3]),
        ({"agency": "H20.115"}, [3]),
        ({"responsible": "connection"}, [3]),
        ({"responsible_agency": "H20.09"}, [3]),
        ({"dossier": "000.00.114.H20-261120-0042", "severity": "critical"}, [1, 2]),
        ({"procedure": "1.001193", "state": "open"}, [1, 3]),
        ({"sector": "G15-TP02"}, [1]),
        ({"stage": "Thẩm định"}, [2]),
        ({"officer": "cb-7"}, [2]),
        ({"due_from": "2026-11-20T14:00:00+07:00"}, [3]),
        ({"due_to": "2026-11-20T14:00:00+07:00"}, [1, 2]),
        ({"q": "khai sinh"}, [1, 2, 3]),
        ({"q": "son qui"}, [1, 2]),
    ],
)
async def test_the_filters_are_those_of_the_list(world: World, lasting: FastAPI, asked: dict[str, Any], found: list[int]) -> None:
    for code, name in (("H20.114", "Phường Sơn Qui"), ("H20.115", "Xã Tân Phú"), ("H20.09", "Sở Khoa học và Công nghệ")):
        await world.agency(code, name)
    await world.procedure("1.001193", "Đăng ký khai sinh")
    async with streaming(lasting, **asked) as stream:
        await world.happened(id=1, sector="G15-TP02")
        await world.happened(id=2, event="alert.resolved", state="resolved", stage="Thẩm định", officer_id="cb-7")
        asked_of = {"responsible": "connection", "responsible_agency": "H20.09"}
        later = {"agency": "H20.115", "due_at": world.now, **asked_of}
        await world.happened(id=3, rule="sync.status_mismatch", severity="warning", **later)
        await stream.tells(len(found))
        frames = len(stream.frames)
        await world.write(tables.outbox, at=world.now, event="endpoint.recovered", subject="webhook:1", data={"webhook_id": 1})
        await stream.has_come_to_nothing(frames)
        assert [alert for _, alert in stream.alerts] == found


async def test_a_bound_caller_hears_of_his_own_agencies(lasting: FastAPI, world: World) -> None:
    await world.agency("H20.114")
    await let_in(world.database, OTHER_KEY, Scope.ALERTS_READ, agency="H20.114")
    async with streaming(lasting, key=OTHER_KEY) as stream:
        await world.happened(id=1, agency="H20.115")
        await world.happened(id=2)
        await stream.tells(1)
        assert stream.alerts == [("alert.opened", 2)]


async def test_a_stream_ends_in_time_with_the_place_to_go_on_from(world: World) -> None:
    app = create_app(world.database, Config(access=OFTEN), clock=world.clock)
    async with ask(app) as client:
        response = await client.get(PATH)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (response.headers["cache-control"], response.headers["x-accel-buffering"]) == ("no-store", "no")
    assert response.text.split("\n\n")[1].startswith("id: ")
    assert app.state.streams.open.total() == 0


async def test_a_service_that_ends_lets_go_of_its_streams(lasting: FastAPI) -> None:
    async with streaming(lasting):
        lasting.state.news.stop()
        await until(lambda: not lasting.state.streams.open.total())


async def test_who_leaves_is_not_waited_for(lasting: FastAPI) -> None:
    async with streaming(lasting):
        assert lasting.state.streams.open.total() == 1
    assert lasting.state.streams.open.total() == 0


async def test_a_stream_holds_no_connection(world: World) -> None:
    narrow = Database(create_engine(world.database.direct_url, application="tests", pool_size=1))
    app = create_app(narrow, Config(), clock=world.clock)
    async with streaming(app), streaming(app), streaming(app), streaming(app), streaming(app), streaming(app), streaming(app):
        assert narrow.connections[0] == 0
    await narrow.aclose()


async def test_so_many_streams_and_no_more(world: World) -> None:
    app = create_app(world.database, Config(), clock=world.clock)
    app.state.streams = Streams(timedelta(minutes=1), most=2, most_of_one=1)
    await let_in(world.database, OTHER_KEY, Scope.ALERTS_READ)
    async with streaming(app), ask(app) as client:
        answer = await client.get(PATH)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
        async with streaming(app, key=OTHER_KEY):
            app.state.streams.open["key:somebody"] = 0
            answer = await client.get(PATH, headers=bearer(OTHER_KEY))
            assert answer.status_code == 429
    app.state.streams.open["key:somebody"] = 2
    async with ask(app) as client:
        answer = await client.get(PATH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


@pytest.mark.parametrize("odd", ["x", "AAAA", "é", "a" * 900])
async def test_a_place_that_was_not_given_out_is_refused(client: httpx.AsyncClient, odd: str) -> None:
    answer = await client.get(PATH, headers={"Last-Event-ID": odd.encode("latin-1")})  # type: ignore[dict-item]
    assert [name for name, _ in await refused(answer, 400)] == ["Last-Event-ID"]


@pytest.mark.parametrize(
    ("parameter", "value"), [("rule", "x"), ("agency", "H20.77"), ("procedure", "9.999"), ("limit", "5"), ("sort", "points")]
)
async def test_what_cannot_be_used_is_named(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    assert [name for name, _ in await refused(await client.get(PATH, params={parameter: value}), 422)] == [parameter]


async def test_another_form_is_not_acceptable(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH, headers={"Accept": "application/json"})).status_code == 406
