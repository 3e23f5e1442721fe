"""The daemon: what it does when it is told to stop."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from services.monitor.scheduler import Daemon
from tests.integration.world import World, record
from tests.waiting import PATIENCE

OFTEN = timedelta(milliseconds=20)


async def test_a_source_that_does_not_answer_delays_no_other_and_is_asked_once_at_a_time(world: World) -> None:
    world.every = OFTEN
    await world.open()
    world.home.put(record())
    asked, goes_on = _held_up(world)
    others = _asked_times(world, 5)
    stop = asyncio.Event()
    running = asyncio.create_task(Daemon(world.monitor, world.database, stop).run())
    await asyncio.wait_for(asyncio.gather(asked.wait(), others.wait()), PATIENCE)
    assert world.portal.pages_asked == 0, "the first question is not answered yet"
    read = await world.rows("SELECT name, read_to IS NOT NULL AS is_read FROM sources ORDER BY name")
    assert read == [{"name": "igate", "is_read": True}, {"name": "portal", "is_read": False}]
    stop.set()
    goes_on.set()
    await running
    assert world.portal.pages_asked == 1


async def test_runs_that_were_missed_are_made_good_by_one_however_late(world: World) -> None:
    stop, runs = asyncio.Event(), []

    async def step() -> None:
        runs.append(1)
        stop.set()

    daemon = Daemon(world.monitor, world.database, stop)
    daemon._add(IntervalTrigger(hours=1), "late", step, next_run_time=datetime.now(UTC) - timedelta(hours=3.5))
    await asyncio.wait_for(daemon.run(), PATIENCE)
    assert runs == [1]


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


def _asked_times(world: World, times: int) -> asyncio.Event:
    """Return what tells that home was asked for so many pages."""
    often, serve = asyncio.Event(), world.home.page

    async def page(**position: Any) -> Any:
        if world.home.pages_asked >= times:
            often.set()
        return await serve(**position)

    world.home.page = page
    return often
