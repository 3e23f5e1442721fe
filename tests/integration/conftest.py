from collections.abc import AsyncIterator

import pytest

from shared.db.engine import Database
from tests.integration.world import World


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A portal, a home system and a monitor, opened."""
    made = World(database)
    await made.open()
    yield made
    await made.aclose()
