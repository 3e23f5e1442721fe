import shutil
from collections.abc import AsyncIterator

import pytest

from shared.db.embedded import EmbeddedServer
from tests.folders import server_folder


@pytest.fixture
async def server() -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL that a test may stop and start."""
    folder = server_folder()
    started = EmbeddedServer(folder)
    yield started
    started.release()
    shutil.rmtree(folder, ignore_errors=True)
