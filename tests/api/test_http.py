"""What every answer carries: a tag, a date, an id; and what is logged of it."""

import time
from collections import defaultdict
from email.utils import parsedate_to_datetime

import httpx
import pytest
from fastapi.routing import APIRoute

from services.api.app import ROUTERS
from services.api.middleware import AnswerDate
from shared.db import tables
from tests.api.world import AGO, World

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
ITEMS = {"code": "H20.114", "name": "igate"}
"""What stands in the path of the one thing there is; a number is 1."""

WANTED = {"/v1/scores/{code}/lost/dossiers": "?indicator=2.1", "/v1/scores/{code}/procedures": "?indicator=3.1"}
PATHS = [
    route.path.format_map(defaultdict(lambda: "1", ITEMS)) + WANTED.get(route.path, "")
    for route in ROUTES
    if route.path.startswith("/v1") and "GET" in route.methods and route.path != "/v1/stream"
]
"""Everything that can be read; a stream is never the same again."""


@pytest.fixture
async def one_of_each(world: World) -> None:
    """Something to read on every path."""
    await world.source("igate")
    await world.official("H20")
    await world.agency("H20.114")
    await world.judged("H20.114")
    await world.petition("H20.114")
    await world.alert(id=1)
    await world.webhook(id=1)
    silence = {"id": 1, "starts_at": world.now, "ends_at": world.now + AGO, "author": "key:tests", "reason": "thử"}
    await world.write(tables.silences, **silence, created_at=world.now)
    incident = {"id": 1, "kind": "source", "code": "igate", "severity": "critical", "rules": [], "agencies": [], "expected": 9}
    await world.write(tables.incidents, **incident, opened_at=world.now)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.usefixtures("one_of_each")
async def test_the_same_answer_is_not_sent_twice(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(path)
    assert first.status_code == 200
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = await client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-type" not in again.headers


async def test_another_answer_is_sent(client: httpx.AsyncClient, world: World) -> None:
    tag = (await client.get("/v1/alerts")).headers["etag"]
    await world.alert()
    again = await client.get("/v1/alerts", headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["etag"] == tag) == (200, False)


@pytest.mark.parametrize(("sent", "status"), [("*", 304), ('"x"', 200), ("odd", 200), ("", 200)])
async def test_a_header_of_another_kind_is_taken_as_it_is_meant(client: httpx.AsyncClient, sent: str, status: int) -> None:
    assert (await client.get("/v1/alerts", headers={"If-None-Match": sent})).status_code == status


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/nothing", "/healthz", "/v1/alerts?limit=0"])
async def test_the_date_is_that_of_the_answer(client: httpx.AsyncClient, path: str) -> None:
    before = int(time.time())
    response = await client.get(path)
    assert before <= parsedate_to_datetime(response.headers["date"]).timestamp() <= time.time()


async def test_the_date_is_read_when_the_answer_begins_not_when_the_question_came() -> None:
    seconds = 0.0

    async def slow(scope: object, receive: object, send: object) -> None:
        nonlocal seconds
        seconds = 90.0
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    dated = AnswerDate(slow, seconds=lambda: seconds)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=dated), base_url="http://watch766") as client:
        assert (await client.get("/")).headers["date"] == "Thu, 01 Jan 1970 00:01:30 GMT"


async def test_the_id_of_a_request_is_answered_back(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz", headers={"X-Request-ID": "a-1"})).headers["x-request-id"] == "a-1"


@pytest.mark.parametrize("odd", [None, "", "a b", "x" * 65, "a\n", "é", "a_b"])
async def test_a_missing_or_odd_id_is_replaced(client: httpx.AsyncClient, odd: str | None) -> None:
    headers = {} if odd is None else {"X-Request-ID": odd.encode()}
    given = (await client.get("/healthz", headers=headers)).headers["x-request-id"]
    assert given != odd
    assert len(given) == 32


async def test_a_request_is_logged_by_its_template_without_what_was_asked(
    client: httpx.AsyncClient, log_lines: list[dict[str, object]]
) -> None:
    await client.get("/v1/dossiers/H20.1-261120-0042", params={"secret": "1"})
    line = next(line for line in log_lines if line["event"] == "request_handled")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/dossiers/{code}", 422)
    assert "secret" not in str(log_lines)
    assert "0042" not in str(log_lines)


async def test_a_path_nobody_knows_is_logged_as_unmatched(client: httpx.AsyncClient, log_lines: list[dict[str, object]]) -> None:
    await client.get("/v1/private/0042")
    assert [line["route"] for line in log_lines if line["event"] == "request_handled"] == ["unmatched"]
