"""The server as a process has it: it refuses to start on another schema, answers, and stops when told."""

import asyncio
import os
import signal
import socket

import httpx
import pytest

from services.api.server import serve
from shared.config import Config, Settings
from shared.db.engine import Database, create_engine
from shared.errors import ConfigError, DatabaseUnavailable, SchemaError
from tests.api.world import KEY, World, bearer
from tests.ports import free_ports
from tests.waiting import PATIENCE


def free_port() -> int:
    return free_ports(1)[0]


async def answer(port: int, path: str = "/healthz") -> httpx.Response:
    """Ask until somebody answers; a server that is told to be impatient may leave a client that is slow by chance."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
        while True:
            try:
                return await client.get(f"http://127.0.0.1:{port}{path}", headers=bearer(KEY))
            except httpx.TransportError:
                await asyncio.sleep(0.01)


async def test_it_answers_and_stops_when_told(world: World) -> None:
    settings, stop = Settings(api_port=free_port()), asyncio.Event()
    serving = asyncio.create_task(serve(settings, Config(), world.database, stop=stop))
    response = await answer(settings.api_port, "/v1/alerts")
    assert response.status_code == 200
    assert response.headers.get_list("date") == [response.headers["date"]]
    assert "server" not in response.headers
    stop.set()
    await asyncio.wait_for(serving, PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_in_order_on_a_signal(world: World, number: signal.Signals) -> None:
    settings = Settings(api_port=free_port())
    serving = asyncio.create_task(serve(settings, Config(), world.database))
    await answer(settings.api_port)
    os.kill(os.getpid(), number)
    await asyncio.wait_for(serving, PATIENCE)


async def test_it_stops_when_it_is_cancelled(world: World) -> None:
    settings = Settings(api_port=free_port())
    serving = asyncio.create_task(serve(settings, Config(), world.database))
    await answer(settings.api_port)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(serving, PATIENCE)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", settings.api_port)


async def test_it_refuses_to_start_on_another_schema(database: Database) -> None:
    async with database.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM alembic_version")
    with pytest.raises(SchemaError, match="watch766 migrate"):
        await serve(Settings(api_port=free_port()), Config(), database)


async def test_it_refuses_to_start_without_a_database() -> None:
    nobody = Database(create_engine("postgresql://nobody@127.0.0.1:1/nothing", application="tests"))
    with pytest.raises(DatabaseUnavailable, match="WATCH766_DATABASE_URL"):
        await serve(Settings(api_port=free_port()), Config(), nobody)
    await nobody.aclose()


async def test_it_names_an_address_that_is_taken(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigError, match="WATCH766_API_PORT"):
        await serve(Settings(api_port=taken.getsockname()[1]), Config(), world.database)
