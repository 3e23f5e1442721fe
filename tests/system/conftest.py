import shutil
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

from shared.db.embedded import EmbeddedServer
from tests.folders import server_folder
from tests.system.plans import SCHEMAS_BEFORE
from tests.system.small_disk import SmallDisk, small_disk
from tests.system.versions import NoHistory, Version, lay_out


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


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Version]:
    """The versions of a few schemas before, by how many; those the history does not tell are missing, which is printed."""
    found = {}
    for schemas in SCHEMAS_BEFORE:
        try:
            found[schemas] = lay_out(tmp_path_factory.mktemp(f"{schemas}-schemas-before"), schemas=schemas)
        except NoHistory as error:
            print(f"no version of {schemas} schemas before: {error}")  # noqa: T201 - a run without it is not the same
    return found
