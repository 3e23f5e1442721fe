"""What comes over the wire and is no proper request: too large, cut into pieces, too slow, or not what it says it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network

import httpx
import psutil
import pytest

from services.api.patience import PatientProtocol
from services.api.server import serve
from shared.access_config import AccessConfig, RateConfig
from shared.config import Config, Settings
from shared.db.views.api_keys import all_keys
from tests.api.test_server import answer, free_port
from tests.api.world import KEY, NOW, PROVINCE, World, bearer
from tests.waiting import PATIENCE

GET = b"GET /healthz HTTP/1.1\r\nHost: watch766\r\n"


@asynccontextmanager
async def served(world: World, config: Config | None = None, **settings: int) -> AsyncIterator[int]:
    """Serve at a port of its own for the length of the block."""
    port, stop = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve(Settings(api_port=port, **settings), config or Config(), world.database, stop=stop))
    await answer(port)
    try:
        yield port
    finally:
        stop.set()
        await asyncio.wait_for(serving, PATIENCE)


async def say(port: int, *parts: bytes) -> bytes:
    """Send some bytes and return everything that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    told = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return told


def status(told: bytes) -> int:
    return int(told.split(b" ", 2)[1])


async def test_a_head_that_is_too_large_is_refused(world: World) -> None:
    close = b"Connection: close\r\n\r\n"
    async with served(world) as port:
        assert status(await say(port, GET, b"X-Long: " + b"x" * 30_000 + b"\r\n", close)) == 200
        assert status(await say(port, GET, b"X-Long: " + b"x" * 40_000 + b"\r\n", close)) in {400, 431}, "in pieces or in one"
        assert status(await say(port, b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: w\r\n", close)) in {400, 431}


@pytest.mark.parametrize(
    "odd",
    [
        GET + b"X-Request-ID: a\rSet-Cookie: b\r\n\r\n",
        GET + b"X-Request-ID: a\x00b\r\n\r\n",
        GET + b"X Y: z\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        GET + b"Content-Length: -1\r\n\r\n",
        GET + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
        b"GET /healthz\rX: y HTTP/1.1\r\nHost: watch766\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_and_what_is_served_stays_served(world: World, odd: bytes) -> None:
    async with served(world) as port:
        assert status(await say(port, odd)) in {400, 501}
        assert (await answer(port)).status_code == 200


async def test_a_second_request_cannot_be_smuggled_in_a_header(world: World) -> None:
    lines = b"X-Request-ID: a\r\nX-Injected: yes\r\nConnection: close\r\n\r\n"
    async with served(world) as port:
        told = await say(port, GET, lines)
    assert b"x-request-id: a\r\n" in told.lower()
    assert b"x-injected" not in told.lower()


async def test_who_does_not_say_what_he_wants_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "patience", 0.2)
    async with served(world) as port:
        for parts in ((), (GET,), (b"G",)):
            assert await say(port, *parts) == b""
        assert (await answer(port)).status_code == 200


async def test_who_drips_a_head_byte_by_byte_gains_no_time_by_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "patience", 0.3)

    async def drip(writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.02)

    async with served(world) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"\r\n")
        assert b"200" in await asyncio.wait_for(reader.readline(), PATIENCE), "the first request is answered"
        dripping = asyncio.create_task(drip(writer))
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await asyncio.wait_for(reader.readuntil(b"never"), PATIENCE)
        dripping.cancel()


async def test_who_does_not_take_the_answers_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "taking", 0.2)
    many = 60
    async with served(world) as port:
        size = len((await answer(port, "/openapi.json")).content)
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        own = writer.get_extra_info("sockname")
        writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: w\r\n\r\n" * many)
        await asyncio.wait_for(_left(own), PATIENCE)
        assert size * many > 10_000_000, "so much no system keeps for a client"
        assert (await answer(port)).status_code == 200
        writer.close()


async def _left(client: tuple[str, int]) -> None:
    """Return when the server holds no connection to a client any more."""
    while any(one.raddr == client and one.status == "ESTABLISHED" for one in psutil.Process().net_connections("tcp")):
        await asyncio.sleep(0.05)


async def test_who_does_not_send_the_body_he_announced_is_told_so(world: World) -> None:
    config = Config.model_validate({"access": {"timeout": "2s"}})
    head = f"POST /v1/scores/preview HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer {KEY.text}\r\n".encode()
    sent = b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    async with served(world, config) as port:
        told = await say(port, head, sent)
    assert status(told) == 408
    assert b"urn:watch766:problem:request-timeout" in told


async def test_a_body_that_is_too_large_is_refused_before_it_is_sent(world: World) -> None:
    head = f"POST /v1/scores/preview HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer {KEY.text}\r\n".encode()
    async with served(world) as port:
        told = await say(port, head, b"Content-Type: application/json\r\nContent-Length: 200001\r\n\r\n")
    assert status(told) == 413


async def test_metrics_have_a_port_of_their_own_where_one_is_named(world: World) -> None:
    metrics_port = free_port()
    async with served(world, metrics_port=metrics_port) as port, httpx.AsyncClient() as client:
        told = await client.get(f"http://127.0.0.1:{metrics_port}/metrics")
        assert (told.status_code, "watch766_database_up 1.0" in told.text) == (200, True)
        assert (await client.get(f"http://127.0.0.1:{metrics_port}/v1/alerts")).status_code == 404
        assert (await client.get(f"http://127.0.0.1:{port}/metrics")).status_code == 401


@pytest.mark.parametrize(("proxies", "statuses"), [((), [401, 429, 429]), (("127.0.0.0/8",), [401, 401, 429])])
async def test_only_a_trusted_proxy_is_believed_whom_it_asks_for(
    world: World, proxies: tuple[str, ...], statuses: list[int]
) -> None:
    trusted = tuple(map(ip_network, proxies))
    config = Config(access=AccessConfig(proxies=trusted, failures=RateConfig(per_second=0.001, burst=1)))
    async with served(world, config) as port, httpx.AsyncClient() as client:
        told = [
            await client.get(
                f"http://127.0.0.1:{port}/v1/alerts",
                headers={"Authorization": "Bearer wrong", "X-Forwarded-For": address, "X-Forwarded-Proto": "https"},
            )
            for address in ("10.0.0.1", "10.0.0.2", "10.0.0.2")
        ]
    assert [one.status_code for one in told] == statuses
    assert {"strict-transport-security" in one.headers for one in told} == {bool(proxies)}


async def test_the_use_of_a_key_is_noted_before_the_service_ends(world: World) -> None:
    async with served(world) as port, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/v1/labels", headers=bearer(KEY))).status_code == 200
    async with world.database.begin() as connection:
        (key,) = await all_keys(connection, PROVINCE)
    assert key["last_used_at"] > NOW
