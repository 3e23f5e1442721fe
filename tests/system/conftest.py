import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.db.embedded import EmbeddedServer


@pytest.fixture
async def server() -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL that a test may stop and start."""
    folder = Path(tempfile.mkdtemp(prefix="watch766-survival-"))
    started = EmbeddedServer(folder)
    yield started
    started.release()
    shutil.rmtree(folder, ignore_errors=True)
