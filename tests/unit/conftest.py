"""What tests of the simulator share: a world of its own for each, asked without a network."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.simulator import server
from services.simulator.planner import Size
from services.simulator.world import World
from tests.unit.bench import ORIGIN, Bench


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.delenv("DVCQG_PASSWORD", raising=False)
    monkeypatch.delenv("IGATE_SECRET", raising=False)
    world = World(Size(766, ORIGIN, 600, timedelta(seconds=5)), ORIGIN)
    apps = server.build(world, lambda: bench.now)
    clients = [httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://province") for app in apps]
    bench = Bench(world, ORIGIN, *clients)
    await bench.log_in()
    yield bench
    for client in clients:
        await client.aclose()
