"""The driver's own connection, for what it does several times faster than SQLAlchemy: what every page asks, many rows in."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.statements import told

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_FIRST = select()
"""SQLAlchemy begins its transaction with the first statement it is given, and not before."""


async def ask(connection: AsyncConnection, query: str, *values: Any) -> list[Any]:
    """Return the rows of a statement, its values in the order of `$1`, `$2`."""
    driver = await _driver_of(connection)
    with told(query):
        rows: list[Any] = await driver.fetch(query, *values)
        return rows


@asynccontextmanager
async def reading(connection: AsyncConnection) -> AsyncIterator[None]:
    """Hold a REPEATABLE READ, READ ONLY transaction on a connection of `Database.single` for the length of the block."""
    await _tell(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        if not connection.invalidated:
            await _tell(connection, "ROLLBACK")


def written(query: Select[Any]) -> str:
    """Return a query as `ask` takes it: every value stands in it, but for `literal_column("$1")`."""
    return str(query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def one_text(codes: Iterable[str]) -> str:
    """Return codes as one value, which the server takes apart with `string_to_array($1, ',')`: no code has a comma.

    Of an array the driver looks at every item by itself, which takes four times as long.
    """
    return ",".join(codes)


async def copy_rows(connection: AsyncConnection, table: str, columns: Collection[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Store new rows, given as values of these columns, in one COPY."""
    if rows:
        driver = await _driver_of(connection)
        await driver.copy_records_to_table(table, records=rows, columns=tuple(columns))


async def _tell(connection: AsyncConnection, command: str) -> None:
    """Begin or end a transaction; where nobody knows whether it has, the connection is thrown away."""
    try:
        await (await _driver_of(connection)).execute(command)
    except BaseException:
        await connection.invalidate()
        raise


async def _driver_of(connection: AsyncConnection) -> Any:
    """Return the driver's own connection, inside the transaction of the caller where there is one."""
    driver: Any = connection.sync_connection and connection.sync_connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    if connection.in_transaction() and not driver.is_in_transaction():
        await connection.execute(_FIRST)
    return driver
