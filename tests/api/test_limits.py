"""How much anybody may ask, how large a request may be, how long it may take; and what browsers are told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from services.api.access.rates import Buckets
from services.api.app import create_app
from services.api.limits import LARGEST_HEAD, BodyLimit, TimeLimit
from shared.access_config import AccessConfig, RateConfig
from shared.config import Config
from shared.domain.access import RANDOM_BYTES, new_key
from tests.api.world import World, ask, bearer, let_in

WRONG = new_key(b"w" * RANDOM_BYTES)
OTHER = new_key(b"o" * RANDOM_BYTES)
PATH = "/v1/labels"
PREVIEW = "/v1/scores/preview"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def limited(world: World, **access: Any) -> FastAPI:
    """The application with some limits that are met soon; while it is asked no time passes."""
    return create_app(world.database, Config(access=AccessConfig(**access)), clock=world.clock, seconds=Clock())


def test_a_bucket_is_full_at_first_and_fills_up_again_no_further() -> None:
    clock = Clock()
    buckets = Buckets(RateConfig(per_second=4, burst=3), seconds=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.25]
    clock.now = 0.25
    assert [buckets.take("a") for _ in range(2)] == [0, 0.25]
    clock.now = 100.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.25]


def test_one_does_not_drink_from_the_bucket_of_another() -> None:
    buckets = Buckets(RateConfig(per_second=1, burst=1), seconds=Clock())
    assert [buckets.take("a"), buckets.take("a"), buckets.take("b")] == [0, 1, 0]


def test_however_many_names_there_are_only_so_many_are_remembered() -> None:
    buckets = Buckets(RateConfig(per_second=1, burst=1), most=3, seconds=Clock())
    for name in "abcd":
        assert buckets.take(name) == 0
    assert len(buckets) == 3
    assert [buckets.take("d"), buckets.take("a")] == [1, 0]


@given(st.lists(st.floats(0, 10), max_size=60), st.integers(1, 5), st.floats(0.1, 50))
def test_nobody_ever_gets_more_than_the_burst_and_what_the_time_gives(pauses: list[float], burst: int, rate: float) -> None:
    clock = Clock()
    buckets = Buckets(RateConfig(per_second=rate, burst=burst), seconds=clock)
    got = 0
    for pause in pauses:
        clock.now += pause
        wait = buckets.take("a")
        got += wait == 0
        assert 0 <= wait <= 1 / rate
        assert got <= burst + clock.now * rate + 1e-6


async def test_who_asks_too_often_is_told_when_to_ask_again_and_others_are_not(world: World) -> None:
    await let_in(world.database, OTHER)
    async with ask(limited(world, rate=RateConfig(per_second=0.5, burst=2))) as client:
        answers = [await client.get(PATH) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["retry-after"] == "2"
        assert answers[2].json()["type"] == "urn:watch766:problem:too-many-requests"
        assert (await client.get(PATH, headers=bearer(OTHER))).status_code == 200
        assert (await client.get("/healthz")).status_code == 200


async def test_bad_credentials_are_refused_for_a_while_and_good_ones_from_there_still_let_in(world: World) -> None:
    async with ask(limited(world, failures=RateConfig(per_second=0.1, burst=2))) as client:
        answers = [await client.get(PATH, headers=bearer(WRONG)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert answers[2].headers["retry-after"] == "10"
        assert (await client.get(PATH)).status_code == 200


async def test_where_bad_credentials_come_from_is_told_apart(world: World) -> None:
    app = limited(world, failures=RateConfig(per_second=0.1, burst=1))
    for address in ("10.0.0.1", "10.0.0.2"):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://watch766", headers=bearer(WRONG)) as client:
            assert [(await client.get(PATH)).status_code for _ in range(2)] == [401, 429]


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 431)])
async def test_address_and_headers_may_be_so_large_and_not_a_byte_larger(
    client: httpx.AsyncClient, more: int, status: int
) -> None:
    request = client.build_request("GET", PATH, headers={"X-Long": ""})
    size = len(PATH) + sum(len(name) + len(value) for name, value in request.headers.raw)
    answer = await client.get(PATH, headers={"X-Long": "x" * (LARGEST_HEAD - size + more)})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0].partition("+")[0]) == (
        status,
        "application/json" if status == 200 else "application/problem",
    )


async def pieces(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


@pytest.mark.parametrize(("size", "status"), [(2048, 422), (2049, 413)])
@pytest.mark.parametrize("say_how_long", [True, False])
async def test_a_body_may_be_so_large_and_not_a_byte_larger(world: World, size: int, status: int, *, say_how_long: bool) -> None:
    headers = {"Content-Type": "application/json"}
    async with ask(limited(world, largest_body=2048)) as client:
        content = b" " * size if say_how_long else pieces(1, size)
        answer = await client.post(PREVIEW, content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["type"] == "urn:watch766:problem:body-too-large") == (status == 413)


async def test_of_a_body_without_end_no_more_is_read_than_allowed(world: World) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * 1024

    async with ask(limited(world, largest_body=4096)) as client:
        answer = await client.post(PREVIEW, content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, read) == (413, 5)


async def test_without_credentials_no_body_is_read(world: World) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"{}"

    async with ask(limited(world)) as client:
        del client.headers["Authorization"]
        assert (await client.post(PREVIEW, content=body())).status_code == 401
    assert read == 0


@pytest.mark.parametrize("length", ["-1", "9" * 5000, "abc", "٣"])
async def test_an_odd_length_breaks_nothing(length: str) -> None:
    scope = {"type": "http", "path": PREVIEW, "headers": [(b"content-length", length.encode())], "method": "POST"}
    passed: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append("in")

    async def send(message: dict[str, Any]) -> None:
        passed.append(str(message.get("status", "")))

    nothing: Any = None
    await BodyLimit(app, largest=1024)(scope, nothing, send)  # type: ignore[arg-type]
    assert passed == (["413", ""] if len(length) > 20 else ["in"])


def timed(app: Callable[..., Any], seconds: float) -> httpx.AsyncClient:
    return ask(TimeLimit(app, longest=timedelta(seconds=seconds)))


async def test_what_is_not_answered_in_time_is_given_up() -> None:
    given_up = False

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal given_up
        try:
            await asyncio.Event().wait()
        finally:
            given_up = True

    async with timed(slow, 0.01) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["retry-after"], given_up) == (503, "5", True)
    assert answer.json()["type"] == "urn:watch766:problem:took-too-long"


async def test_an_answer_that_has_begun_may_take_as_long_as_it_takes() -> None:
    async def feed(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b"news"})

    async with timed(feed, 0.01) as client:
        assert (await client.get("/")).text == "news"


async def test_a_client_that_does_not_send_its_body_is_told_so() -> None:
    async def reading(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/v1/scores/preview", "headers": [], "method": "POST"}
    await TimeLimit(reading, longest=timedelta(seconds=0.01))(scope, never, send)  # type: ignore[arg-type]
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"connection"]) == (408, b"close")


async def test_a_time_out_of_something_else_is_not_taken_for_ours() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise TimeoutError("of something else")

    async with timed(broken, 5) as client:
        with pytest.raises(TimeoutError, match="something else"):
            await client.get("/")


async def test_what_is_no_request_passes_every_limit() -> None:
    passed: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    nothing: Any = None
    for limit in (TimeLimit(app, longest=timedelta(seconds=1)), BodyLimit(app, largest=1)):
        await limit({"type": "lifespan"}, nothing, nothing)
    assert passed == ["lifespan", "lifespan"]


@pytest.mark.parametrize("path", [PATH, "/healthz", "/v1/nothing", "/docs", "/openapi.json"])
async def test_every_answer_tells_browsers_to_be_careful(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


async def test_also_who_is_refused_is_told(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    headers = (await client.get(PATH)).headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["x-request-id"]


async def test_behind_https_browsers_are_told_to_stay_there(app: FastAPI, world: World) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://watch766") as client:
        assert (await client.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"


PAGE = "https://dashboard.example.vn"
PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


async def test_a_page_of_an_origin_that_was_named_may_ask(world: World) -> None:
    async with ask(limited(world, origins=(PAGE,))) as client:
        before = await client.options(PATH, headers={**PREFLIGHT, "Authorization": ""})
        answer = await client.get(PATH, headers={"Origin": PAGE})
        refused = await client.get(PATH, headers={"Origin": PAGE, "Authorization": ""})
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (200, PAGE)
    assert "access-control-allow-credentials" not in before.headers
    assert {one.headers["access-control-allow-origin"] for one in (answer, refused)} == {PAGE}


@pytest.mark.parametrize("origin", ["https://other.example.vn", "null", "http://dashboard.example.vn", f"{PAGE}.evil.vn"])
async def test_no_other_page_may(world: World, origin: str) -> None:
    async with ask(limited(world, origins=(PAGE,))) as client:
        asked = await client.get(PATH, headers={"Origin": origin})
        before = await client.options(PATH, headers={**PREFLIGHT, "Origin": origin})
    assert "access-control-allow-origin" not in {*asked.headers, *before.headers}


async def test_where_none_is_named_no_page_may(client: httpx.AsyncClient) -> None:
    assert "access-control-allow-origin" not in (await client.get(PATH, headers={"Origin": PAGE})).headers
    del client.headers["Authorization"]
    assert (await client.options(PATH, headers=PREFLIGHT)).status_code == 401
