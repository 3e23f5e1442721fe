"""Pages by key, never by number: a row is neither skipped nor shown twice because others came or went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from types import NoneType
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from shared.db.views.rows import Row, all_rows, kept

Key = tuple[Any, ...]
"""Where a page ended: the values the list is sorted by, of its last row."""

Word = Annotated[str, msgspec.Meta(max_length=200, pattern="^[^\\x00]*$")]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""What a key that comes back from outside may hold."""

_LONGEST = 80

_LAST: dict[tuple[type, bool], ColumnElement[Any]] = {
    (DateTime, False): literal_column("'infinity'::timestamptz"),
    (DateTime, True): literal_column("'-infinity'::timestamptz"),
    (Numeric, False): literal_column("'infinity'::numeric"),
    (Numeric, True): literal_column("'-infinity'::numeric"),
}
"""What stands for a moment or points that are not there, in a list that rises and in one that falls."""

_TYPES: dict[type, TypeEngine[Any]] = {datetime: DateTime(timezone=True), int: BigInteger(), Decimal: Numeric()}


@dataclass(frozen=True, eq=False)
class Order:
    """How a list is sorted: columns that together name one row, all rising or all falling.

    A column that may be empty comes last when it is. `key` is the type of the values, to decode a key that was sent out.
    """

    columns: tuple[ColumnElement[Any], ...]
    key: Any
    falls: bool = False


@dataclass(frozen=True)
class Cut:
    """Which part of a list is wanted: at most `limit` rows (at least 1) after a key, None for the beginning."""

    limit: int
    after: Key | None = None


@dataclass(frozen=True)
class Page:
    """Rows, and the key of the last one if more follow."""

    rows: Sequence[Row]
    after: Key | None = None


async def page(connection: AsyncConnection, query: Select[Any], order: Order, cut: Cut) -> Page:
    """Return one page of a query."""
    wanted = _in_order(query, order, cut.limit + 1)
    ends: dict[str, Any] = {}
    if cut.after is not None:
        wanted = _after(wanted, order, tuple(type(value) for value in cut.after))
        ends = {f"end_{index}": value for index, value in enumerate(cut.after) if value is not None}
    rows = await all_rows(connection, wanted, ends)
    if len(rows) <= cut.limit:
        return Page(rows)
    end_row = rows[cut.limit - 1]
    return Page(rows[: cut.limit], tuple(end_row[key] for key in _keys(order)))


@kept
def _in_order(query: Select[Any], order: Order, most: int) -> Select[Any]:
    """Return a query with its keys, in its order, cut; how many rows at most stands in the statement, as the province does."""
    keys = [column.label(key) for key, column in zip(_keys(order), order.columns, strict=True)]
    places = (place.desc() if order.falls else place for place in _places(order))
    return query.add_columns(*keys).order_by(*places).limit(literal(most, Integer, literal_execute=True))


@kept
def _after(query: Select[Any], order: Order, kinds: tuple[type, ...]) -> Select[Any]:
    """Return what follows a key, whose values of these types are to be given as `end_0`, `end_1`, those that are not None."""
    ends = (
        _last(column, falls=order.falls) if kind is NoneType else bindparam(f"end_{index}", type_=_TYPES.get(kind, Text()))
        for index, (column, kind) in enumerate(zip(order.columns, kinds, strict=True))
    )
    end, places = tuple_(*ends), tuple_(*_places(order))
    return query.where(places < end if order.falls else places > end)


def _keys(order: Order) -> list[str]:
    return [f"key_{index}" for index, _ in enumerate(order.columns)]


def _places(order: Order) -> list[ColumnElement[Any]]:
    return [or_last(column, falls=order.falls) if _may_be_missing(column) else column for column in order.columns]


def or_last(value: ColumnElement[Any], *, falls: bool = False) -> ColumnElement[Any]:
    """Return a moment, or points, as lists are sorted by it and their indexes have it: where there is none, after all others."""
    return func.coalesce(value, _last(value, falls=falls))


@dataclass(frozen=True)
class Ranking:
    """How what was counted is sorted: the largest number first, then by its key; what has no key comes first among equals."""

    number: str
    key: Any = tuple[Number, Word]


def ranked(rows: Iterable[Row], ranking: Ranking, cut: Cut) -> Page:
    """Return one page of rows that were counted. Numbers change, so a row may move while you page."""

    def place(row: Row) -> tuple[int, str]:
        return -row[ranking.number], _short(row["key"] or "")

    end = None if cut.after is None else (-cut.after[0], cut.after[1])
    rest = sorted((row for row in rows if end is None or place(row) > end), key=place)
    if len(rest) <= cut.limit:
        return Page(rest)
    number, name = place(rest[cut.limit - 1])
    return Page(rest[: cut.limit], (-number, name))


@dataclass(frozen=True)
class Listing:
    """How a list is sorted that never changes while the service runs: as it stands, by place."""

    key: Any = tuple[Number]


def listed(rows: Sequence[Row], cut: Cut) -> Page:
    """Return one page of rows that stand in an order of their own."""
    start = 0 if cut.after is None else cut.after[0] + 1
    end = start + cut.limit
    return Page(rows[start:end], (end - 1,) if end < len(rows) else None)


def _short(name: str) -> str:
    """Return a name that fits into a cursor and is still the only one of its kind."""
    if len(name) <= _LONGEST:
        return name
    return name[:_LONGEST] + blake2b(name.encode(), digest_size=8).hexdigest()


def _may_be_missing(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, DateTime | Numeric) and bool(getattr(column, "nullable", True))


def _last(column: ColumnElement[Any], *, falls: bool) -> ColumnElement[Any]:
    return _LAST[Numeric if isinstance(column.type, Numeric) else DateTime, falls]
