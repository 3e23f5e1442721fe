"""Rows as mappings from column names to values."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Select
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]

kept = lru_cache(maxsize=128)
"""A query that was put together once stays for who asks the same again: SQLAlchemy has looked at all of it before."""


async def all_rows(connection: AsyncConnection, query: Select[Any], values: Row | None = None) -> Sequence[Row]:
    """Return every row of a query; `values`: those of its parameters that have none."""
    return cast("Sequence[Row]", (await connection.execute(query, values)).mappings().all())


async def one_row(connection: AsyncConnection, query: Select[Any]) -> Row | None:
    """Return the only row of a query, None if it has none."""
    return cast("Row | None", (await connection.execute(query)).mappings().one_or_none())


def columns(table: FromClause, *names: str) -> list[ColumnElement[Any]]:
    """Return columns of a table by name."""
    return [table.c[name] for name in names]
