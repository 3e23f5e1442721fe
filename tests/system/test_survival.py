"""What a monitor must survive in a year: kills, a database that goes away, a second monitor, an hour without a source."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.db import schema
from shared.db.embedded import EmbeddedServer
from shared.db.engine import create_engine
from tests.system.databases import LOST, fill, is_down, postmaster, rows
from tests.system.running import Running, until
from tests.system.small_disk import SmallDisk
from tests.waiting import PATIENCE

OUTAGE = 30.0


@pytest.fixture
async def running(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A province on that server, without a monitor yet."""
    async with _province(server, Running(server.url, tmp_path_factory.mktemp("survival")), dossiers=1500) as services:
        yield services


@pytest.fixture
async def embedded(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The same, but the services know only the folder of the server: it is theirs to start."""
    services = Running(None, tmp_path_factory.mktemp("embedded"), data_dir=server.data_dir.parent)
    async with _province(server, services, dossiers=300):
        yield services
    server.start()  # whoever started it last, it is this process that stops it


@pytest.fixture
async def embedded_on_disk(
    server_on_disk: EmbeddedServer, disk: SmallDisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """The same on a disk that can be filled."""
    if disk.refusal:
        pytest.skip(f"no disk of its own can be mounted here: {disk.refusal}")
    services = Running(None, tmp_path_factory.mktemp("full"), data_dir=disk.folder)
    async with _province(server_on_disk, services, dossiers=300):
        yield services
    server_on_disk.start()


@asynccontextmanager
async def _province(server: EmbeddedServer, services: Running, *, dossiers: int) -> AsyncIterator[Running]:
    engine = create_engine(server.url, application="tests")
    await schema.migrate(engine)
    await engine.dispose()
    try:
        await services.start(dossiers)
        yield services
    finally:
        await services.stop()


async def test_a_monitor_killed_again_and_again_loses_and_doubles_nothing(running: Running, server: EmbeddedServer) -> None:
    """First in the middle of the first load, later in the middle of cycles and transactions."""
    chance = random.Random(766)
    for _ in range(12):
        monitor = await running.spawn("monitor")
        await until(lambda: _is_writing(server))
        await asyncio.sleep(chance.uniform(0, 1.5))  # the kill comes at any point of what it does
        monitor.kill()
        await monitor.wait()
        await until(lambda: _is_alone(server))  # or the next would be killed for what this one was doing
    await running.spawn("monitor")
    await _assert_nothing_lost(running, server)


async def test_thirty_seconds_without_the_database_are_caught_up(running: Running, server: EmbeddedServer) -> None:
    await running.spawn("monitor")
    await running.settled_after(await running.now())
    postmaster(server).send_signal(signal.SIGINT)  # fast shutdown: every session is cut
    await until(lambda: is_down(server))
    await asyncio.sleep(OUTAGE)
    assert (await running.api.get("/readyz")).status_code == 503
    server.start()
    await _assert_nothing_lost(running, server)
    assert running.process("monitor").returncode is None


async def test_the_embedded_server_killed_underneath_is_started_again(embedded: Running, server: EmbeddedServer) -> None:
    await embedded.spawn("monitor")
    await embedded.settled_after(await embedded.now())
    postmaster(server).kill()
    await embedded.settled_after(await embedded.now())
    await embedded.assert_alerts_are_true()


async def test_the_embedded_server_stopped_by_a_full_disk_is_started_when_there_is_room(
    embedded_on_disk: Running, server_on_disk: EmbeddedServer, disk: SmallDisk
) -> None:
    """Until then the monitor tries, and says why it does not succeed."""
    monitor = await embedded_on_disk.spawn("monitor")
    await embedded_on_disk.settled_after(await embedded_on_disk.now())
    await fill(server_on_disk, disk, for_the_log=True)
    await until(lambda: _logged(embedded_on_disk, f"the disk of {server_on_disk.data_dir} is full"))
    assert (await embedded_on_disk.api.get("/healthz")).status_code == 200
    assert (await embedded_on_disk.api.get("/readyz")).status_code == 503
    disk.empty()
    await _assert_nothing_lost(embedded_on_disk, server_on_disk)
    assert monitor.returncode is None
    assert '"level": "error"' not in embedded_on_disk.log("monitor")


async def test_an_embedded_server_that_neither_works_nor_recovers_is_ended_and_started_again(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.db.embedded._STUCK_AFTER", 1.0)
    monkeypatch.setattr("shared.db.embedded._QUIT_WITHIN", 1.0)
    stuck = postmaster(server)
    stuck.suspend()  # or it would notice
    next(child for child in stuck.children() if "walwriter" in child.cmdline()[0]).kill()
    await asyncio.to_thread(server.start)
    assert postmaster(server).pid != stuck.pid
    assert await rows(server, "SELECT 1") == [(1,)]


async def test_when_one_of_two_monitors_dies_the_other_takes_its_sources(running: Running, server: EmbeddedServer) -> None:
    first = await running.spawn("monitor")
    await running.settled_after(await running.now())
    second = await running.spawn("monitor")
    await until(lambda: _logged(running, "source_held_elsewhere"))
    first.send_signal(signal.SIGKILL)
    await first.wait()
    await _assert_nothing_lost(running, server)
    assert second.returncode is None


async def test_a_stop_in_the_middle_of_the_first_load_is_orderly(running: Running, server: EmbeddedServer) -> None:
    monitor = await running.spawn("monitor")
    await until(lambda: _is_writing(server))
    monitor.terminate()
    assert await asyncio.wait_for(monitor.wait(), PATIENCE) == 0
    assert "Traceback" not in running.log("monitor")
    await running.spawn("monitor")
    await _assert_nothing_lost(running, server)


async def _assert_nothing_lost(running: Running, server: EmbeddedServer) -> None:
    """The alerts are true, none is doubled, and what was told of each is told once and in order."""
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()
    for what, query in LOST.items():
        assert await rows(server, query) == [], what


async def _is_writing(server: EmbeddedServer) -> bool:
    active = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'watch766 monitor' AND xact_start IS NOT NULL"
    return bool(await rows(server, active))


async def _is_alone(server: EmbeddedServer) -> bool:
    return not await rows(server, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'watch766 monitor'")


async def _logged(running: Running, event: str) -> bool:
    return event in running.log("monitor")
