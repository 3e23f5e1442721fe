"""How each disturbance of a plan begins and ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial

import psutil

from tests.receivers import Behaviour, answer, hang, raw
from tests.system.databases import fill, is_started, postmaster
from tests.system.keeping import Kept
from tests.system.plans import Disturbance
from tests.system.running import until
from tests.system.whole import NAME, Whole

Disturb = Callable[[Whole, Disturbance], AbstractAsyncContextManager[None]]

OTHER_RULES = {"rules": {"intake": {"window": "6h"}, "deadline": {"leads": [["8h", "1h"], [None, "4h"]]}}}
"""Of a monitor of another version: what it judges differs, and only the latest that was started may judge."""

_LONGEST_START = 15.0
"""Seconds in which a second monitor should have begun to work; then the plan goes on."""

_SIGNALS = {"kill": signal.SIGKILL, "fast shutdown": signal.SIGINT, "immediate shutdown": signal.SIGQUIT}
_MOODS: dict[str, Behaviour] = {
    "refuse": answer(403),
    "hang": hang,
    "close": raw(b"HTTP/1.1 2"),
    "answer 500": answer(500),
    "answer 429": answer(429, retry_after="1"),
}


async def disturb(world: Whole, plan: list[Disturbance]) -> None:
    """Let everything go wrong as planned; returns when the last of it is over."""
    await asyncio.gather(*(_one(world, disturbance) for disturbance in plan))


async def _one(world: Whole, disturbance: Disturbance) -> None:
    await asyncio.sleep(disturbance.begins)
    place, _, _ = disturbance.place.partition(":")
    begin = _older if disturbance.kind == "one of an older version" else _BY_PLACE[place]
    async with world.places[disturbance.place], begin(world, disturbance):
        await asyncio.sleep(disturbance.lasts)  # not a wait for anything: so long it lasts


@asynccontextmanager
async def _service(kept: Callable[[Whole], Kept], world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    service = kept(world)
    if disturbance.kind == "freeze":
        service.send(signal.SIGSTOP)
        yield
        service.send(signal.SIGCONT)
        return
    await (service.kill() if disturbance.kind == "kill" else service.stop())
    yield
    service.go_on()


@asynccontextmanager
async def _database(world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    match disturbance.kind:
        case "disk full" if not world.disk.refusal:
            await fill(world.server, world.disk, for_the_log=disturbance.target == "the log")
            yield
            world.disk.empty()
            await until(lambda: is_started(world.server))
        case "disk full":
            await world.administer("INSERT INTO chaos.refused VALUES ('every table', 1)")
            yield
            await world.administer("DELETE FROM chaos.refused")
        case "table refused":
            await world.administer(f"INSERT INTO chaos.refused VALUES ('{disturbance.target}', {disturbance.amount})")
            yield
            await world.administer("DELETE FROM chaos.refused")
        case "out of connections":
            await world.administer(f"ALTER ROLE {NAME} CONNECTION LIMIT {disturbance.amount:.0f}")
            await _cut(world)
            yield
            await world.administer(f"ALTER ROLE {NAME} CONNECTION LIMIT -1")
        case "cut every session":
            await _cut(world)
            yield
        case "kill a session":
            for [pid] in await world.administer(f"SELECT pid FROM pg_stat_activity WHERE usename = '{NAME}' LIMIT 1"):
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()  # the server ends every other session with it, and recovers
            yield
        case kind:
            postmaster(world.server).send_signal(_SIGNALS[kind])
            yield
            await until(lambda: is_started(world.server))


async def _cut(world: Whole) -> None:
    await world.administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{NAME}'")


@asynccontextmanager
async def _network(world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    network = world.network
    match disturbance.kind:
        case "refuse":
            network.refuses = True
            network.reset()
        case "reset":
            network.reset()
        case "silent":
            network.be_silent(True)
        case _:
            network.delay = disturbance.amount
    yield
    network.refuses, network.delay = False, 0
    network.be_silent(False)


@asynccontextmanager
async def _source(world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    values = {"seconds": disturbance.amount} if disturbance.amount else {}
    await world.running.fault(disturbance.target, disturbance.kind, **values)
    yield
    (await world.running.simulator.delete(f"/faults/{disturbance.target}")).raise_for_status()


@asynccontextmanager
async def _receiver(world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    receiver = world.receivers[disturbance.target]
    receiver.mood = _MOODS[disturbance.kind]
    yield
    receiver.mood = None


@asynccontextmanager
async def _monitors(world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    """After one with other rules the monitor is started again, as when an upgrade is taken back: its rules are the latest."""
    others = disturbance.kind == "one with other rules"
    config = world.running.config("others.yaml", **OTHER_RULES) if others else None
    second, log = world.second_monitor(config=config)
    with suppress(TimeoutError):  # without a database it does not begin
        await world.has_started(log, within=_LONGEST_START)
    yield
    if disturbance.kind == "a second one that is killed":
        await second.kill()
    await second.aclose()
    if others:
        async with world.places["monitor"]:
            await world.monitor.stop()
            world.monitor.go_on()


@asynccontextmanager
async def _older(world: Whole, disturbance: Disturbance) -> AsyncIterator[None]:
    """It goes again, and nothing is to be done then."""
    version = world.older.get(int(disturbance.amount))
    if version is None:
        yield
        return
    second, log = world.second_monitor(code=version.folder)
    with suppress(TimeoutError):  # without a database it does not begin
        await world.has_started(log, within=_LONGEST_START)
    await world.has_told(log, f'"path": "{version.folder}/services/')
    yield
    await second.aclose()


_BY_PLACE: dict[str, Disturb] = {
    "monitor": partial(_service, lambda world: world.monitor),
    "api": partial(_service, lambda world: world.api),
    "database": _database,
    "network": _network,
    "sources": _source,
    "receivers": _receiver,
    "monitors": _monitors,
}
