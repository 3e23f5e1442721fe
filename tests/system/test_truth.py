"""Simulator, monitor and API as processes in real time: what the API says is what is true, also after every kind of fault."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.rules import FAMILIES
from tests.conftest import Postgres
from tests.system.running import Running, until
from tests.waiting import PATIENCE

DOSSIER_RULES = {rule for family in FAMILIES for rule in family.rules}

USED_UP = ("expired", "too_many", "server_error", "html", "truncated")
LASTING: dict[str, dict[str, int]] = {
    "down": {},
    "broken_records": {},
    "moving_rows": {},
    "partial_outage": {},
    "slow": {"seconds": 1},
    "clock_ahead": {"seconds": 600},
    "clock_behind": {"seconds": 600},
}
AT_ONCE = ("ties", "late_rows")
LONGEST_STOP = timedelta(seconds=20)
SYSTEMS = {"portal": "portal", "home": "igate", "special": "land"}


@pytest.fixture(scope="module")
async def running(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    url = await postgres.create(postgres.template)
    services = Running(url, tmp_path_factory.mktemp("system"))
    try:
        await services.start(dossiers=2000)
        await services.spawn("monitor")
        await services.settled_after(await services.now())
        yield services
    finally:
        await services.stop()
    await postgres.drop(url)


async def test_the_alerts_are_true_for_every_rule(running: Running) -> None:
    await running.settled_after(await running.now())
    true = await running.assert_alerts_are_true()
    assert {rule for _, rule in true} == DOSSIER_RULES


async def test_they_stay_true_while_the_province_lives(running: Running) -> None:
    opened, _, _ = await running.alerts()
    for _ in range(3):
        await running.settled_after(await running.now())
        await running.assert_alerts_are_true()
    await until(lambda: _has_changed(running, opened))
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", USED_UP)
async def test_they_are_true_after_a_fault_that_passes(running: Running, kind: str, system: str) -> None:
    await running.fault(system, kind)
    await until(lambda: _no_faults(running))
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", LASTING)
async def test_they_are_true_during_and_after_a_fault_that_lasts(running: Running, kind: str, system: str) -> None:
    before = await running.source(SYSTEMS[system])
    began = await running.now()
    await running.fault(system, kind, **LASTING[kind])
    await until(lambda: _was_met(running, kind, before, began))
    await running.assert_alerts_are_true()
    (await running.simulator.delete("/faults")).raise_for_status()
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", AT_ONCE)
async def test_they_are_true_after_rows_that_tie_or_come_late(running: Running, kind: str, system: str) -> None:
    await running.fault(system, kind)
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


@pytest.mark.parametrize("system", SYSTEMS)
async def test_they_are_true_after_old_pages_were_replayed(running: Running, system: str) -> None:
    """While they are, nobody can know."""
    began = await running.now()
    await running.fault(system, "replayed")
    before = await running.source(SYSTEMS[system])
    await until(lambda: _was_met(running, "replayed", before, began))
    (await running.simulator.delete("/faults")).raise_for_status()
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


async def test_several_faults_at_once_stop_nobody(running: Running) -> None:
    await asyncio.gather(*(running.fault(system, kind) for system in SYSTEMS for kind in USED_UP))
    await until(lambda: _no_faults(running))
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


async def test_a_stop_is_over_in_time_while_a_source_is_silent(running: Running) -> None:
    began = await running.now()
    await running.fault("portal", "slow", seconds=3600)
    await until(lambda: _is_kept_waiting(running, began))
    monitor = running.process("monitor")
    monitor.terminate()
    assert await asyncio.wait_for(monitor.wait(), PATIENCE) == 0
    assert _stop_took(running.log("monitor")) <= LONGEST_STOP
    (await running.simulator.delete("/faults")).raise_for_status()
    await running.spawn("monitor")
    await running.settled_after(await running.now())
    await running.assert_alerts_are_true()


async def test_one_cycle_exits_with_0_and_with_1_when_a_source_cannot_be_read(running: Running) -> None:
    monitor = running.process("monitor")
    monitor.terminate()
    assert await asyncio.wait_for(monitor.wait(), PATIENCE) == 0
    assert await running.run("monitor", "--once") == 0
    await running.assert_alerts_are_true()
    await running.fault("special", "down")
    assert await running.run("monitor", "--once") == 1
    await running.assert_alerts_are_true()


async def test_after_all_that_an_audit_finds_no_difference(running: Running) -> None:
    assert await running.run("audit") == 0, running.log("audit")


def _stop_took(log: str) -> timedelta:
    """Return how long the last stop took of which a log tells."""
    told = [json.loads(line) for line in log.splitlines() if "monitor_stop" in line]
    stopping, stopped = (datetime.fromisoformat(line["timestamp"]) for line in told[-2:])
    return stopped - stopping


async def _no_faults(running: Running) -> bool:
    return not await running.faults()


async def _was_met(running: Running, kind: str, before: dict[str, Any], began: datetime) -> bool:
    state = await running.source(before["name"])
    if kind == "down":
        return state["error"] is not None
    if kind == "broken_records":
        return bool(state["counts"]["refused"] > before["counts"]["refused"])
    return datetime.fromisoformat(state["last_run"]["started_at"]) > began


async def _is_kept_waiting(running: Running, began: datetime) -> bool:
    run = (await running.source("portal"))["last_run"]
    return run["finished_at"] is None and datetime.fromisoformat(run["started_at"]) > began


async def _has_changed(running: Running, before: set[tuple[str, str]]) -> bool:
    now, _, _ = await running.alerts()
    return bool(now - before) and bool(before - now)
