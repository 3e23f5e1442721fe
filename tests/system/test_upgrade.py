"""An upgrade while everything runs: the schema first, then monitors, then APIs; and an old monitor that goes late."""

import asyncio
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from shared.db.embedded import EmbeddedServer
from tests.system.invariants import broken, heal
from tests.system.keeping import Kept
from tests.system.plans import SCHEMAS_BEFORE
from tests.system.running import until
from tests.system.small_disk import SmallDisk
from tests.system.versions import PACKAGES, ROOT, NoHistory, Version, lay_out
from tests.system.whole import Whole, whole


def test_where_there_is_no_history_there_is_no_older_version(tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, unpacked / package)
    with pytest.raises(NoHistory):
        lay_out(tmp_path / "older", schemas=1, root=unpacked)


async def test_an_upgrade_loses_nothing_and_counts_rightly(
    server_on_disk: EmbeddedServer, disk: SmallDisk, older: Mapping[int, Version], tmp_path: Path
) -> None:
    """The old monitor starts once more beside the new one, and goes last; nobody starts the new one again."""
    if (version := older.get(max(SCHEMAS_BEFORE))) is None:
        pytest.skip("the history does not tell the older code: a shallow clone, an unpacked archive or no git")
    async with whole(server_on_disk, disk, tmp_path, version) as world:
        await _settled(world)
        asking, acting = (asyncio.create_task(client) for client in (world.ask(), world.act()))
        try:
            for service in ("api", "monitor"):
                await world.has_told(service, f'"path": "{version.folder}/services/')
            await _upgraded(world)
            acting.cancel()
            await heal(world)
        finally:
            asking.cancel()
            acting.cancel()
        assert await broken(world) == []


async def _upgraded(world: Whole) -> None:
    assert await world.running.run("migrate") == 0
    await until(lambda: _warns_of_its_schema(world))
    old, (world.monitor, log) = world.monitor, world.second_monitor()
    world.seconds.append(old)
    await world.has_started(log)
    await old.kill()
    starts = world.running.log("monitor").count("monitor_started")
    old.go_on()
    await until(lambda: _has_started_again(world, starts))
    await _settled(world)
    await world.api.aclose()
    ended, world.api = world.api.ends, Kept(partial(world.running.process_of, "api"))
    assert ended == []
    await world.running.answering()
    assert (await world.running.api.get("/readyz")).json()["checks"]["schema:revision"][0]["status"] == "pass"
    await old.aclose()


async def _settled(world: Whole) -> None:
    await world.running.settled_after(await world.running.now())


async def _warns_of_its_schema(world: Whole) -> bool:
    checks = (await world.running.api.get("/readyz")).json()["checks"]
    return bool(checks["schema:revision"][0]["status"] == "warn")


async def _has_started_again(world: Whole, starts: int) -> bool:
    return world.running.log("monitor").count("monitor_started") > starts
