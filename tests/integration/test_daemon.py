"""The daemon: what it does when it is told to stop."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from services.monitor.scheduler import Daemon
from tests.integration.world import World, record


async def test_a_stop_lets_the_running_steps_finish(world: World) -> None:
    world.portal.put(record())
    asked, goes_on = _held_up(world)
    stop = asyncio.Event()
    running = asyncio.create_task(Daemon(world.monitor, world.database, stop).run())
    await asked.wait()
    stop.set()
    goes_on.set()
    await running
    assert await world.rows("SELECT read_to IS NOT NULL AS is_read FROM sources WHERE name = 'portal'") == [{"is_read": True}]


async def test_a_stop_cancels_a_step_that_takes_too_long_without_an_error(
    world: World, log_lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    asked, _ = _held_up(world)
    stop = asyncio.Event()
    daemon = Daemon(world.monitor, world.database, stop, drain=timedelta(seconds=0.1))
    running = asyncio.create_task(daemon.run())
    await asked.wait()
    stop.set()
    await running
    assert {"event": "step_cancelled", "step": "poll portal", "log_level": "warning"} in log_lines
    assert [entry.getMessage() for entry in caplog.records if entry.levelno >= logging.ERROR] == []


def _held_up(world: World) -> tuple[asyncio.Event, asyncio.Event]:
    """Let the portal's answers wait; returns what tells that it was asked, and what lets it answer."""
    asked, goes_on = asyncio.Event(), asyncio.Event()
    serve = world.portal.page

    async def page(**position: Any) -> Any:
        asked.set()
        await goes_on.wait()
        return await serve(**position)

    world.portal.page = page
    return asked, goes_on
