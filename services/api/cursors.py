"""Where a page ended, as an opaque text that fits only the list, the filters and the sort it was made for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from zlib import crc32

import msgspec
from fastapi import Request

from services.api.parameters import ListQuery
from services.api.problems import bad_cursor
from shared.db.views.opportunities import Worthy
from shared.db.views.paging import Cut, Key, Listing, Number, Order, Page, Ranking
from shared.domain.events import Position

_NOT_OURS = "is not a cursor this API gave out"
_OF_ANOTHER = "belongs to another list, other filters or another sort; begin again without it"
_PRINT, _CHECK = 8, 4
_NOT_FILTERS = {"limit", "cursor", "count"}
_POINTS, _MOST_POINTS = -6, 100
"""Points have six decimals, and nobody has or loses more than all."""


def cut(request: Request, query: ListQuery, order: Order | Ranking | Listing | Worthy) -> Cut:
    """Return which part of a list a request wants; raises the problem of a cursor that does not fit."""
    if query.cursor is None:
        return Cut(query.limit)
    return Cut(query.limit, _decode(query.cursor, _fingerprint(request, query), order.key))


def next_cursor(request: Request, query: ListQuery, page: Page) -> str | None:
    """Return the cursor of the next page, None after the last."""
    if page.after is None:
        return None
    return _encode(page.after, _fingerprint(request, query))


def place(request: Request, after: str, parameter: str = "after") -> Position:
    """Return where a reader of a feed wants to go on; raises the problem of a cursor that does not fit. Whatever the filters are,
    a place in a feed is the same. `parameter`: what holds the cursor.
    """
    xid, number = _decode(after, _print_of(request), tuple[Number, Number], parameter)
    return Position(xid, number)


def as_place(request: Request, position: Position) -> str:
    """Return the cursor of a place in a feed."""
    return _encode(tuple(position), _print_of(request))


def _encode(after: Key, fingerprint: bytes) -> str:
    key = msgspec.msgpack.encode(after)
    return urlsafe_b64encode(fingerprint + _check(key) + key).rstrip(b"=").decode()


def _decode(cursor: str, fingerprint: bytes, kind: Any, parameter: str = "cursor") -> Key:
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise bad_cursor(_NOT_OURS, parameter) from None
    found, check, key = raw[:_PRINT], raw[_PRINT : _PRINT + _CHECK], raw[_PRINT + _CHECK :]
    if check != _check(key):
        raise bad_cursor(_NOT_OURS, parameter)
    if found != fingerprint:
        raise bad_cursor(_OF_ANOTHER, parameter)
    try:
        values = msgspec.msgpack.decode(key, type=kind)
        return tuple(_checked(value) for value in values)
    except (msgspec.DecodeError, OverflowError):
        raise bad_cursor(_NOT_OURS, parameter) from None


def _checked(value: object) -> object:
    """Return a value of a key as it is compared; raises OverflowError for points that nobody has."""
    if isinstance(value, Decimal) and (value.as_tuple().exponent != _POINTS or abs(value) > _MOST_POINTS):
        raise OverflowError("no such points")
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _fingerprint(request: Request, query: ListQuery) -> bytes:
    """Return what the list is: its path and what is asked of it; how repeated filters are ordered does not matter."""
    asked = query.model_dump(mode="json", exclude=_NOT_FILTERS, exclude_none=True)
    ordered = {name: sorted(set(value)) if isinstance(value, list) else value for name, value in asked.items()}
    return _print_of(request, ordered)


def _print_of(request: Request, asked: Mapping[str, Any] | None = None) -> bytes:
    return blake2b(msgspec.json.encode((request.url.path, asked or {}), order="sorted"), digest_size=_PRINT).digest()


def _check(key: bytes) -> bytes:
    return crc32(key).to_bytes(_CHECK, "big")
