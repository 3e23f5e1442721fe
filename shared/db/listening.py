"""Hearing of events the moment they are committed, on a connection outside the pool."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from shared.db.engine import DRIVER_ERRORS, Database

EVENTS = "watch766_events"
"""The channel on which the outbox announces a province that has new rows."""

_CONNECT = 10.0  # seconds


@asynccontextmanager
async def listening(database: Database, province: str, heard: Callable[[], None]) -> AsyncIterator[bool]:
    """Call `heard` whenever events of a province were committed, inside the block; yields whether it could begin to listen.

    On a standby nobody can listen. A connection that breaks is not mended: whoever listens must also look by itself now and then.
    """
    try:
        connection = await asyncpg.connect(database.direct_url, timeout=_CONNECT)
    except DRIVER_ERRORS:
        yield False
        return
    try:
        yield await _is_told(connection, province, heard)
    finally:
        connection.terminate()


async def _is_told(connection: asyncpg.Connection, province: str, heard: Callable[[], None]) -> bool:
    try:
        await connection.add_listener(EVENTS, lambda *told: heard() if told[-1] == province else None)
    except DRIVER_ERRORS:
        return False
    return True
