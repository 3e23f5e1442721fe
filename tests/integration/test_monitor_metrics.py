"""A monitor tells what it did: records read, dossiers reviewed, steps with their time, connections."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import urlopen

import pytest

from services.monitor.metrics import MonitorMetrics
from services.monitor.scheduler import Daemon
from shared.errors import ConfigError, SourceUnavailable
from tests.integration.world import World, record


async def test_a_cycle_counts_what_was_read_and_reviewed(world: World) -> None:
    for source in (world.portal, world.home):
        source.put(record())
    await world.monitor.once()
    told = world.monitor.metrics.text().decode()
    assert 'watch766_monitor_records_total{source="igate",what="added"} 1.0' in told
    assert "watch766_monitor_reviews_total 1.0" in told
    assert 'watch766_monitor_polls_total{outcome="read",source="igate"} 1.0' in told
    assert 'watch766_monitor_connections{state="in_use"} 0.0' in told


async def test_every_step_a_daemon_ran_is_timed(world: World) -> None:
    stop = asyncio.Event()
    stop.set()
    daemon = Daemon(world.monitor, world.database, stop)
    await daemon.run()
    told = world.monitor.metrics.text().decode()
    assert 'watch766_monitor_step_seconds_count{outcome="done",step="poll portal"}' not in told
    stop.clear()
    world.portal.page = stopping(world.portal.page, stop)
    await Daemon(world.monitor, world.database, stop).run()
    assert 'watch766_monitor_step_seconds_count{outcome="done",step="poll portal"} 1.0' in world.monitor.metrics.text().decode()


async def test_a_poll_that_fails_is_told_apart_and_makes_no_cycle(world: World) -> None:
    world.home.fails = SourceUnavailable("igate", "HTTP 503")
    await world.monitor.once()
    told = world.monitor.metrics.text().decode()
    assert 'watch766_monitor_polls_total{outcome="failed",source="igate"} 1.0' in told
    assert 'watch766_monitor_cycle_seconds_count{source="portal"} 1.0' in told
    assert 'watch766_monitor_cycle_seconds_count{source="igate"}' not in told


def test_a_cycle_counts_once_however_often_it_is_seen_settled() -> None:
    metrics, start = MonitorMetrics(), datetime(2026, 11, 20, 9, tzinfo=UTC)
    for _ in range(2):
        metrics.settled({"igate": start}, start + timedelta(seconds=4))
    metrics.settled({"igate": start + timedelta(minutes=1)}, start + timedelta(seconds=63))
    told = metrics.text().decode()
    assert 'watch766_monitor_cycle_seconds_count{source="igate"} 2.0' in told
    assert 'watch766_monitor_cycle_seconds_sum{source="igate"} 7.0' in told


def stopping(page: Any, stop: asyncio.Event) -> Any:
    """Return a page that tells the daemon to stop once it was asked for."""

    async def asked(**position: Any) -> Any:
        stop.set()
        return await page(**position)

    return asked


def test_they_are_served_on_a_port_of_their_own() -> None:
    metrics = MonitorMetrics()
    metrics.reviewed(766)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with metrics.served("127.0.0.1", port), urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"watch766_monitor_reviews_total 766.0" in answer.read()


def test_a_port_somebody_else_has_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = pytest.raises(ConfigError, match=f"WATCH766_MONITOR_METRICS_PORT: cannot listen on 127.0.0.1:{port}")
        with refused, MonitorMetrics().served("127.0.0.1", port):
            pass
