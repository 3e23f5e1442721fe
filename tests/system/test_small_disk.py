"""The small disk of the chaos tests: full it is full for real, and it is unmounted whatever ends the tests."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from shared.db.embedded import EmbeddedServer
from tests.system.databases import fill, is_down, is_started
from tests.system.running import until
from tests.system.small_disk import SmallDisk, small_disk

_MOUNTS = """
import sys
from pathlib import Path
from tests.system.small_disk import small_disk
with small_disk(Path(sys.argv[1])):
    print("in place", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def mountable(disk: SmallDisk) -> None:
    if disk.refusal:
        pytest.skip(f"no disk of its own can be mounted here: {disk.refusal}")


async def test_where_it_is_full_no_table_grows_until_it_is_emptied(server_on_disk: EmbeddedServer, disk: SmallDisk) -> None:
    connection = await asyncpg.connect(server_on_disk.url)
    growing = "CREATE TABLE growing AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)"
    await fill(server_on_disk, disk, for_the_log=False)
    with pytest.raises(asyncpg.DiskFullError):
        await connection.execute(growing)
    disk.empty()
    await connection.execute(growing)
    await connection.close()


async def test_full_for_its_log_the_server_stops_until_it_is_emptied(server_on_disk: EmbeddedServer, disk: SmallDisk) -> None:
    await fill(server_on_disk, disk, for_the_log=True)
    await until(lambda: is_down(server_on_disk))
    disk.empty()
    await until(lambda: is_started(server_on_disk))


def test_it_is_unmounted_at_the_end_whatever_still_lies_there(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path)
    assert not tmp_path.exists()


def _interrupted(folder: Path) -> None:
    with small_disk(folder) as disk:
        disk.fill()
        assert folder.is_mount()
        raise KeyboardInterrupt


async def test_it_is_unmounted_when_who_mounted_it_is_killed(tmp_path: Path) -> None:
    mounting = await asyncio.create_subprocess_exec(sys.executable, "-c", _MOUNTS, tmp_path, stdin=PIPE, stdout=PIPE)
    assert mounting.stdout
    assert await mounting.stdout.readline() == b"in place\n"
    assert str(tmp_path) in _mounts()
    mounting.kill()
    await mounting.communicate()
    await until(partial(_is_unmounted, str(tmp_path)))


async def _is_unmounted(folder: str) -> bool:
    return folder not in _mounts()


def _mounts() -> list[str]:
    return [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
