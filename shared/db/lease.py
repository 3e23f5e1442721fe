"""One monitor at a time writes for a source: an advisory lock on a connection of its own, and an epoch."""

import asyncio
from datetime import timedelta

import asyncpg

from shared.db.engine import DRIVER_ERRORS, Database
from shared.db.stores import sources
from shared.db.stores.sources import Lease

_SPACE = 766
_CONNECT = 10.0  # seconds
_REST = 5.0  # seconds before a source that another monitor holds is tried again
_KEEP_ALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A monitor that vanishes loses its sources after about half a minute."""


class Leases:
    """The sources this monitor holds. A source stays held until `aclose` or until its connection breaks."""

    def __init__(self, database: Database, province: str) -> None:
        self._database = database
        self._province = province
        self._held: dict[str, tuple[asyncpg.Connection, Lease]] = {}
        self._taking = asyncio.Lock()
        self._rests_until: dict[str, float] = {}

    async def get(self, source: str, *, wait: timedelta = timedelta()) -> Lease | None:
        """Return the lease of a source, taking it if it is free within `wait`; None while another monitor has it."""
        async with self._taking:
            held = self._held.get(source)
            if held and not held[0].is_closed():
                return held[1]
            loop = asyncio.get_running_loop()
            if not wait and loop.time() < self._rests_until.get(source, 0.0):
                return None
            lease = await self._take(source, wait)
            if lease is None:
                self._rests_until[source] = loop.time() + _REST
            return lease

    async def drop(self, source: str) -> None:
        """Give a source up, after its lease proved to be lost."""
        async with self._taking:
            held = self._held.pop(source, None)
            if held:
                await _close(held[0])

    async def aclose(self) -> None:
        """Give every source up."""
        while self._held:
            _, (connection, _) = self._held.popitem()
            await _close(connection)

    async def _take(self, source: str, wait: timedelta) -> Lease | None:
        connection = await asyncpg.connect(self._database.direct_url, server_settings=_KEEP_ALIVE, timeout=_CONNECT)
        lease = None
        try:
            if await _lock(connection, f"{self._province}/{source}", wait):
                async with self._database.begin() as transaction:
                    lease = await sources.take(transaction, self._province, source)
                self._held[source] = (connection, lease)
        finally:
            if lease is None:
                await _close(connection)
        return lease


async def _lock(connection: asyncpg.Connection, key: str, wait: timedelta) -> bool:
    if await connection.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", _SPACE, key):
        return True
    if not wait:
        return False
    await connection.execute(f"SET lock_timeout = {int(wait.total_seconds() * 1000)}")
    try:
        await connection.execute("SELECT pg_advisory_lock($1, hashtext($2))", _SPACE, key)
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=5)
    except (*DRIVER_ERRORS, TimeoutError):
        connection.terminate()
