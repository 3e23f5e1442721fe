"""The connection to PostgreSQL and its clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import TypeVar

import asyncpg
import stamina
import structlog
from sqlalchemy import URL, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from shared import tracing
from shared.db.statements import trace_statements
from shared.errors import ConfigError, DatabaseUnavailable, Watch766Error

log = structlog.get_logger()

T = TypeVar("T")

_FENCE = 7660
_ADDRESS = "WATCH766_DATABASE_URL: must be postgresql://user:password@host:port/database"

SEE_THE_ADDRESS = ", see WATCH766_DATABASE_URL"
"""What a command says besides that finds no database."""

DRIVER_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Whatever a connection of the driver raises; the last when the server goes away between two words of theirs."""

_CONFLICTS = frozenset({"40P01", "40001"})
_UNAVAILABLE = ("08", "25006", "28", "3D", "53", "57")
"""Connection lost or not let in, no such database, out of resources, shut down or cancelled (classes of SQLSTATE); and a server
that only lets itself be read: a standby, or what was the primary before another one took over.
"""

_DISK_FULL = "53100"

_CLOCK = select(func.clock_timestamp())

Connection = AsyncConnection
"""What the stores and views work on, inside a transaction of the caller."""


def create_engine(url: str, *, application: str, pool_size: int = 5) -> AsyncEngine:
    """Return an engine for a `postgresql://` address; raises `ConfigError` for any other.

    Of the address's parameters `host` (a socket's folder) and `sslmode` count. `application` is what `pg_stat_activity` shows.
    """
    parsed = _parsed(url)
    query = {name: value for name, value in parsed.query.items() if name != "sslmode"}
    if sslmode := parsed.query.get("sslmode"):
        query["ssl"] = sslmode  # the driver's own word for it
    engine = create_async_engine(
        parsed.set(drivername="postgresql+asyncpg", query=query),
        pool_size=pool_size,
        max_overflow=5,
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": application, "timezone": "UTC"}},
    )
    event.listen(engine.sync_engine, "connect", _pass_jsonb_through)
    event.listen(engine.sync_engine, "checkout", _refuse_a_broken_one)
    if tracing.is_on():
        trace_statements(engine.sync_engine)
    return engine


def _parsed(url: str) -> URL:
    """Return the parts of an address; none of them is ever told, the password is among them."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError(_ADDRESS) from None
    if parsed.get_backend_name() != "postgresql" or not 0 < (parsed.port or 5432) < 65536:
        raise ConfigError(_ADDRESS)
    if unknown := sorted(parsed.query.keys() - {"host", "sslmode"}):
        raise ConfigError(f"WATCH766_DATABASE_URL: unknown parameter {unknown[0]}, known are host and sslmode")
    return parsed


def _pass_jsonb_through(connection: DBAPIConnection, _: object) -> None:
    """Hand jsonb over as text: `shared.db.types.Json` decodes it once, straight to its type."""
    codec = {"schema": "pg_catalog", "format": "binary", "encoder": _jsonb_of, "decoder": _text_of}
    connection.run_async(lambda raw: raw.set_type_codec("jsonb", **codec))


def _refuse_a_broken_one(connection: DBAPIConnection, *_: object) -> None:
    """Let the pool open another connection in place of one that broke while it was idle.

    The driver hears of that by itself; asking the server every time would cost three more round trips.
    """
    driver: asyncpg.Connection = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError("the connection broke while it was idle")


def _jsonb_of(value: str) -> bytes:
    return b"\x01" + value.encode()


def _text_of(value: bytes) -> str:
    return value[1:].decode()


async def retried(step: Callable[[], Awaitable[T]]) -> T:
    """Run a step that owns its transaction, again when PostgreSQL broke a deadlock or a serialization conflict (40P01, 40001)."""
    async for attempt in stamina.retry_context(on=_is_conflict, attempts=10, wait_initial=0.05, wait_max=1.0, timeout=None):
        with attempt:
            return await step()
    raise AssertionError("the last attempt returns or raises")  # pragma: no cover - for the type checker


@contextmanager
def translated(hint: str = "") -> Iterator[None]:
    """Raise `DatabaseUnavailable` for whatever in the block may work later; anything else goes through."""
    try:
        yield
    except (*DRIVER_ERRORS, PoolTimeout, DBAPIError) as error:
        if not _may_work_later(error):
            raise
        if _sqlstate(error) == _DISK_FULL:
            raise DatabaseUnavailable("the disk of the database is full") from error
        raise DatabaseUnavailable(f"the database does not answer{hint}") from error


def _may_work_later(error: Exception) -> bool:
    """Tell a database that is away from a question it cannot answer."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            return True
    elif not isinstance(error, asyncpg.PostgresError):
        return True
    return _sqlstate(error).startswith(_UNAVAILABLE)


def _is_conflict(error: Exception) -> bool:
    return _sqlstate(error) in _CONFLICTS


def _sqlstate(error: BaseException) -> str:
    """Return what PostgreSQL says of an error, of ours or of the driver's own (as of a COPY); empty where it says nothing."""
    told = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(told, "sqlstate", None) or "")


class Database:
    """Transactions and the clock. `start_server` starts the embedded server again after it died; None where it is not ours."""

    def __init__(self, engine: AsyncEngine, start_server: Callable[[], None] | None = None) -> None:
        self.engine = engine
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._start_server = start_server
        self._reviving = asyncio.Lock()

    async def revive(self) -> None:
        """Try to bring the embedded server back if it died; a server elsewhere comes back by itself."""
        if self._start_server:
            async with self._reviving:
                try:
                    await asyncio.to_thread(self._start_server)
                except Watch766Error as error:
                    log.warning("database_not_started", reason=str(error))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a READ COMMITTED transaction that commits at the end of the block."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def single(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection whose every question is a transaction of its own: one round trip each, not three."""
        async with self._single.connect() as connection:
            yield connection

    @property
    def direct_url(self) -> str:
        """The address for a connection outside the pool; it holds the password, so it is never logged."""
        url = self.engine.url
        query = {"sslmode" if name == "ssl" else name: value for name, value in url.query.items()}
        return url.set(drivername="postgresql", query=query).render_as_string(hide_password=False)

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections of the pool are in use, and how many are idle."""
        pool = self.engine.sync_engine.pool
        return (pool.checkedout(), pool.checkedin()) if isinstance(pool, QueuePool) else (0, 0)

    async def now(self) -> datetime:
        """Return the database's clock."""
        async with self.single() as connection:
            return await clock(connection)

    async def aclose(self) -> None:
        await self.engine.dispose()


async def fence(connection: AsyncConnection, province: str, *, alone: bool) -> None:
    """Keep reviews and changes of what all of them read apart, until the transaction ends.

    A batch of reviews takes part; a complete poll, the catalogue and other rules come `alone`: they wait for the batches that
    still judge by what was before, so that whatever these leave can be seen and made due again.
    """
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    await connection.execute(select(lock(_FENCE, func.hashtext(province))))


async def clock(connection: AsyncConnection) -> datetime:
    """Return the database's clock inside a transaction, not the transaction's start."""
    moment = await connection.scalar(_CLOCK)
    assert isinstance(moment, datetime)  # noqa: S101 - for the type checker
    return moment
