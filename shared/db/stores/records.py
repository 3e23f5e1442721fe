"""Records per side. One writer per source (the caller holds its row), so what is read here cannot change before it is written."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import ask, copy_rows, one_text
from shared.db.stores.sources import Lease
from shared.db.tables import records
from shared.db.types import to_json
from shared.domain.records import Record, changes


class AlreadyStored(Exception):
    """A record that was to be new is there; the transaction that met it is over."""


class Known(msgspec.Struct, frozen=True):
    """What is stored of a record, without its values."""

    source_id: str
    code: str
    item_hash: bytes
    record_hash: bytes
    updated_at: datetime
    status: int
    status_since: datetime
    first_updated_at: datetime


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is to be stored; `updated_at` is not later than the request that brought it."""

    record: Record
    item_hash: bytes
    record_hash: bytes
    updated_at: datetime
    status_since: datetime
    first_updated_at: datetime

    @property
    def is_skewed(self) -> bool:
        return self.record.updated_at > self.updated_at


_COLUMNS = (
    "source_id",
    "code",
    "item_hash",
    "record_hash",
    "updated_at",
    "status",
    "status_since",
    "first_updated_at",
    "skewed",
    "record",
)

_SELECT = "SELECT {} FROM records WHERE province_code = $1 AND source = $2 AND source_id = ANY(string_to_array($3, ','))"
_HASHES = _SELECT.format("source_id, item_hash")
_KNOWN = _SELECT.format(", ".join(Known.__struct_fields__))
_RECORDS = _SELECT.format("source_id, record")
_CODES = _SELECT.format("DISTINCT code")

_HISTORY = ("province_code", "source", "at", "source_id", "code", "changes")
_RECORD = msgspec.json.Decoder(Record)

_UPDATE = text(
    """
    UPDATE records SET code = new.code, item_hash = new.item_hash, record_hash = new.record_hash, updated_at = new.updated_at,
        status = new.status, status_since = new.status_since, skewed = new.skewed, record = new.record,
        notes = ARRAY(SELECT jsonb_array_elements_text(coalesce(new.record -> 'notes', '[]')))
    FROM unnest(CAST(:source_id AS text[]), CAST(:code AS text[]), CAST(:item_hash AS bytea[]), CAST(:record_hash AS bytea[]),
        CAST(:updated_at AS timestamptz[]), CAST(:status AS smallint[]), CAST(:status_since AS timestamptz[]),
        CAST(:skewed AS boolean[]), CAST(:record AS jsonb[]))
        AS new (source_id, code, item_hash, record_hash, updated_at, status, status_since, skewed, record)
    WHERE records.province_code = :province AND records.source = :source AND records.source_id = new.source_id
    """
)


async def item_hashes(connection: AsyncConnection, lease: Lease, source_ids: Collection[str]) -> dict[str, bytes]:
    """Return the hashes of the items stored under these keys of the source, by key: every poll asks it of every item."""
    return dict(await _fetch(connection, _HASHES, lease, source_ids))


async def known(connection: AsyncConnection, lease: Lease, source_ids: Collection[str]) -> dict[str, Known]:
    """Return what is stored under these keys of the source."""
    return {row[0]: Known(*row) for row in await _fetch(connection, _KNOWN, lease, source_ids)}


async def codes(connection: AsyncConnection, lease: Lease, source_ids: Collection[str]) -> set[str]:
    """Return the dossier codes stored under these keys of the source."""
    return {row[0] for row in await _fetch(connection, _CODES, lease, source_ids)}


async def _fetch(connection: AsyncConnection, query: str, lease: Lease, source_ids: Collection[str]) -> list[Any]:
    return await ask(connection, query, lease.province, lease.source, one_text(source_ids)) if source_ids else []


async def add(connection: AsyncConnection, lease: Lease, new: Sequence[Stored]) -> None:
    """Store records the source did not have before; raises `AlreadyStored` where it had.

    Those with notes go apart, since an array costs even where it is empty.
    """
    columns = ("province_code", "source", *_COLUMNS)
    plain = [(lease.province, lease.source, *_row(stored)) for stored in new if not stored.record.notes]
    noted = [(lease.province, lease.source, *_row(stored), stored.record.notes) for stored in new if stored.record.notes]
    try:
        await copy_rows(connection, "records", columns, plain)
        await copy_rows(connection, "records", (*columns, "notes"), noted)
    except asyncpg.UniqueViolationError:
        raise AlreadyStored from None


async def take_stock(connection: AsyncConnection) -> None:
    """Let PostgreSQL see how large the tables of a page are; in a transaction of its own, it keeps others from doing the same."""
    await connection.execute(text("ANALYZE records (province_code, source, source_id, code), dossiers (province_code, code)"))


async def change(connection: AsyncConnection, lease: Lease, changed: Sequence[Stored], *, now: datetime) -> None:
    """Store records that differ, and in the history the fields that do; nothing of one that could no longer be decoded."""
    if not changed:
        return
    before = dict(await _fetch(connection, _RECORDS, lease, [stored.record.source_id for stored in changed]))
    columns = dict(zip(_COLUMNS, zip(*map(_row, changed), strict=True), strict=True))
    del columns["first_updated_at"]
    await connection.execute(_UPDATE, {"province": lease.province, "source": lease.source, **columns})
    of = [stored.record for stored in changed]
    differences = [(record.source_id, record.code, _changes(before[record.source_id], record)) for record in of]
    await _remember(connection, lease, differences, now)


def _changes(before: str, record: Record) -> dict[str, list[object]]:
    try:
        return changes(_RECORD.decode(before), record)
    except msgspec.DecodeError:
        return {}


async def rehash(connection: AsyncConnection, lease: Lease, hashes: dict[str, bytes]) -> None:
    """Note that items came written differently with the same values (a field nobody uses changed)."""
    if hashes:
        statement = text(
            "UPDATE records SET item_hash = new.item_hash"
            " FROM unnest(CAST(:ids AS text[]), CAST(:hashes AS bytea[])) AS new (source_id, item_hash)"
            " WHERE province_code = :province AND source = :source AND records.source_id = new.source_id"
        )
        parameters = {"ids": list(hashes), "hashes": list(hashes.values())}
        await connection.execute(statement, {"province": lease.province, "source": lease.source, **parameters})


async def remove(connection: AsyncConnection, lease: Lease, code: str, *, before: datetime, now: datetime) -> int:
    """Remove what the source no longer has under a code when asked singly, unless it changed since; returns how many went."""
    left = delete(records).where(*_of(lease), records.c.code == code, records.c.updated_at < before)
    gone = await connection.execute(left.returning(records.c.source_id, records.c.status))
    differences = [(source_id, code, {"removed": [status, None]}) for source_id, status in gone]
    await _remember(connection, lease, differences, now)
    return len(differences)


async def _remember(
    connection: AsyncConnection, lease: Lease, differences: Sequence[tuple[str, str, dict[str, list[object]]]], now: datetime
) -> None:
    """Write into the history what changed in each record, given as its key, its code and the changes."""
    rows = [(lease.province, lease.source, now, source_id, code, to_json(changed)) for source_id, code, changed in differences]
    await copy_rows(connection, "record_history", _HISTORY, rows)


def _of(lease: Lease) -> tuple[Any, ...]:
    return records.c.province_code == lease.province, records.c.source == lease.source


def _row(stored: Stored) -> tuple[Any, ...]:
    """Return the values of `_COLUMNS`."""
    record = stored.record
    return (
        record.source_id,
        record.code,
        stored.item_hash,
        stored.record_hash,
        stored.updated_at,
        int(record.status),
        stored.status_since,
        stored.first_updated_at,
        stored.is_skewed,
        to_json(record),
    )
