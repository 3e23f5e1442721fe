import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from shared.db.embedded import EmbeddedServer
from tests.folders import server_folder
from tests.system.small_disk import SmallDisk, small_disk


@pytest.fixture
async def server() -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL that a test may stop and start."""
    folder = server_folder()
    started = EmbeddedServer(folder)
    yield started
    started.release()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A disk that a test may fill, where it may mount one."""
    folder = server_folder()
    with small_disk(folder) as made:
        yield made
        made.empty()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def server_on_disk(disk: SmallDisk) -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL alone on that disk."""
    started = EmbeddedServer(disk.folder)
    yield started
    disk.empty()
    started.release()
