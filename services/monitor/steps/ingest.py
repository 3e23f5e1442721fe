"""Storing what a source said: decode only what differs, write only what changed, make those dossiers due, all at once."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec

from services.monitor.sources.source import DossierSource, Head, Listing, Reading
from services.monitor.steps.mentions import Kept, Mentions
from shared.db.engine import Connection, Database, clock
from shared.db.stores import dossiers, look_ups, records, refusals, sources
from shared.db.stores.records import AlreadyStored, Known, Stored
from shared.db.stores.refusals import Refusal
from shared.db.stores.sources import Counts, Lease
from shared.domain.records import digest
from shared.errors import RecordRefused

_FIRST_STOCK = 1000
"""New records after which the tables are looked at for the first time, then at ten times as many."""

_TURN = 5
"""Items translated in one go, a tenth of a millisecond; between two goes whoever writes or waits for an answer has a turn."""

_FRESH = timedelta(minutes=5)
"""A record newer than that is not taken away by an answer that may have been made before it."""


class Item(msgspec.Struct, frozen=True):
    """An item with a readable head, and the hash of its bytes as they came."""

    head: Head
    raw: msgspec.Raw
    item_hash: bytes


class Translated(msgspec.Struct):
    """Items asked for at `requested_at`, translated where they are not stored with these very bytes.

    `unchanged`: keys of those that are; `read` and `refused`: the others, by what became of them; `new`: keys under which nothing
    was stored then, nor about to be.
    """

    requested_at: datetime
    unchanged: list[str] = []
    new: frozenset[str] = frozenset()
    read: list[tuple[Item, Reading]] = []
    refused: list[tuple[Item, Refusal]] = []

    @property
    def source_ids(self) -> list[str]:
        """The keys of the items that differ from what is stored."""
        return [item.head.source_id for item, _ in (*self.read, *self.refused)]


class Plan(msgspec.Struct):
    """What a page changes against what is stored.

    `unchanged`: keys of items stored with these very bytes; `joined_codes`: dossiers of which the source had no such record.
    """

    unchanged: list[str] = []
    new: list[Stored] = []
    changed: list[Stored] = []
    rehashed: dict[str, bytes] = {}
    readings: list[Reading] = []
    refused: list[Refusal] = []
    joined_codes: set[str] = set()
    left_codes: set[str] = set()
    readable_codes: set[str] = set()

    @property
    def due_codes(self) -> set[str]:
        """The dossiers that are there already, since a record of them is."""
        return {stored.record.code for stored in self.changed} | self.left_codes


def open_items(source: Listing, raws: Iterable[msgspec.Raw]) -> tuple[list[Item], list[Refusal]]:
    """Read the heads; of an item that came twice the later one counts."""
    items: dict[str, Item] = {}
    refused = []
    marked = _marked(source.mark)
    for raw in raws:
        hashing = marked.copy()
        hashing.update(raw)
        item_hash = hashing.digest()
        try:
            head = source.head(raw)
        except RecordRefused as error:
            refused.append(refusal_of(item_hash, error))
            continue
        item = Item(head, raw, item_hash)
        standing = items.pop(head.source_id, item)
        items[head.source_id] = item if head.updated_at >= standing.head.updated_at else standing
    return list(items.values()), refused


async def translate(source: DossierSource, items: Sequence[Item], requested_at: datetime) -> Translated:
    """Translate items, each by itself; gives others a turn now and then."""
    result = Translated(requested_at)
    for count, item in enumerate(items, start=1):
        try:
            result.read.append((item, source.reading(item.raw, requested_at=requested_at)))
        except Exception as error:  # noqa: BLE001 - one item that a mapping did not foresee costs one item
            result.refused.append((item, refusal_of(item.item_hash, error, item.head.source_id)))
        if count % _TURN == 0:
            await asyncio.sleep(0)
    return result


def plan(translated: Translated, known: dict[str, Known]) -> Plan:
    """Return what of these items is new, changed, written differently or refused. Pure."""
    result = Plan(unchanged=list(translated.unchanged))
    for item, refusal in translated.refused:
        before = known.get(item.head.source_id)
        result.refused.append(msgspec.structs.replace(refusal, code=refusal.code or (before.code if before else None)))
    for item, reading in translated.read:
        before = known.get(item.head.source_id)
        if before and before.item_hash == item.item_hash:  # stored meanwhile: the page before ended with it
            result.unchanged.append(item.head.source_id)
        else:
            _place(result, reading, before, item.item_hash, translated.requested_at)
    return result


def _place(result: Plan, reading: Reading, before: Known | None, item_hash: bytes, requested_at: datetime) -> None:
    record = reading.record
    updated_at = min(record.updated_at, requested_at)
    result.readable_codes.add(record.code)
    if before and updated_at < before.updated_at:
        return  # an older answer overtaken by a newer one
    record_hash = digest(record)
    if before and before.record_hash == record_hash:
        result.rehashed[record.source_id] = item_hash
        return
    same_status = before is not None and before.status == record.status
    stored = Stored(
        record=record,
        item_hash=item_hash,
        record_hash=record_hash,
        updated_at=updated_at,
        status_since=before.status_since if before and same_status else updated_at,
        first_updated_at=before.first_updated_at if before else updated_at,
    )
    (result.changed if before else result.new).append(stored)
    result.readings.append(reading)
    if before is None or before.code != record.code:
        result.joined_codes.add(record.code)
    if before and before.code != record.code:
        result.left_codes.add(before.code)


class Ingest:
    """Writes for one source."""

    def __init__(self, database: Database, source: DossierSource) -> None:
        self._database = database
        self._source = source
        self._mentions = Mentions(database)
        self._page_before: frozenset[str] = frozenset()
        self._added, self._take_stock_at = 0, _FIRST_STOCK

    async def prepare(self, lease: Lease, items: Sequence[Item], *, requested_at: datetime) -> Translated:
        """Translate what is not stored with these very bytes: all that can be done of a page while the one before is written.

        What is found here may be stored otherwise by then; `page` compares again what it writes.
        """
        hashes, translated = await self._translated(lease, items, requested_at)
        keys = frozenset(item.head.source_id for item in items)
        translated.new = keys - hashes.keys() - self._page_before
        self._page_before = keys
        return translated

    async def _translated(
        self, lease: Lease, items: Sequence[Item], requested_at: datetime
    ) -> tuple[dict[str, bytes], Translated]:
        """Return the hashes stored under the keys of these items, and what differs from them translated."""
        async with self._database.single() as connection:
            hashes = await records.item_hashes(connection, lease, [item.head.source_id for item in items])
        differing = [item for item in items if hashes.get(item.head.source_id) != item.item_hash]
        translated = await translate(self._source, differing, requested_at)
        translated.unchanged = list(hashes.keys() - {item.head.source_id for item in differing})
        return hashes, translated

    async def page(self, lease: Lease, translated: Translated, refused: Sequence[Refusal], *, cursor: datetime | None) -> Counts:
        """Store a page and move the source's cursor with it; raises `LeaseLost` and writes nothing when the source was taken.

        What was new when it was prepared is nearly always new, and not asked for again; where it is not, all is compared.
        """
        if not (translated.read or translated.refused or refused) and await self._passed(lease, cursor):
            return Counts(1, len(translated.unchanged))
        try:
            result, kept = await self._page(lease, translated, refused, cursor)
        except AlreadyStored:
            translated.new = frozenset()
            result, kept = await self._page(lease, translated, refused, cursor)
        await self._mentions.finish(lease.province, kept)
        await self._take_stock(len(result.new))
        received = len(translated.unchanged) + len(translated.read) + len(translated.refused) + len(refused)
        skewed = sum(stored.is_skewed for stored in (*result.new, *result.changed))
        return Counts(1, received, len(result.new), len(result.changed), len(result.refused), skewed)

    async def _passed(self, lease: Lease, cursor: datetime | None) -> bool:
        """Move the cursor past a page that is stored already, as most are; not where it may close something that was refused."""
        async with self._database.single() as connection:
            now, has_refusals = await refusals.moment(connection, lease)
            if not has_refusals:
                await sources.advance(connection, lease, cursor=cursor, added=0, now=now)
        return not has_refusals

    async def _page(
        self, lease: Lease, translated: Translated, refused: Sequence[Refusal], cursor: datetime | None
    ) -> tuple[Plan, Kept]:
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            result = await self._plan(connection, lease, translated)
            result.refused.extend(refused)
            now, has_refusals = await refusals.moment(connection, lease)
            kept = await self._write(connection, lease, result, translated, has_refusals=has_refusals, now=now)
            await sources.advance(connection, lease, cursor=cursor, added=len(result.new), now=now)
        return result, kept

    async def _plan(self, connection: Connection, lease: Lease, translated: Translated) -> Plan:
        """Compare with what is stored, as nobody can change it any more: the caller holds the source."""
        asked = [key for key in translated.source_ids if key not in translated.new]
        return plan(translated, await records.known(connection, lease, asked))

    async def _take_stock(self, added: int) -> None:
        """Tell PostgreSQL of growth in time. By itself it looks every minute; until then it plans for tables that are all but
        empty and reads the whole of them for every page, which makes a first load slower with each dossier.
        """
        self._added += added
        if self._added >= self._take_stock_at:
            self._take_stock_at = 10 * self._added
            async with self._database.begin() as connection:
                await records.take_stock(connection)

    async def answer(self, lease: Lease, code: str, raws: Sequence[msgspec.Raw], *, requested_at: datetime) -> None:
        """Store the answer of a look-up: as that side's record, or as its absence when the source has nothing under the code.

        The dossier becomes due as of when the question was owed, so that nothing is called settled before it is reviewed.
        """
        items, refused = open_items(self._source, raws)
        _, translated = await self._translated(lease, items, requested_at)
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            result = await self._plan(connection, lease, translated)
            result.refused.extend(msgspec.structs.replace(refusal, code=refusal.code or code) for refusal in refused)
            if not raws:
                result.readable_codes.add(code)
            now, has_refusals = await refusals.moment(connection, lease)
            kept = await self._write(connection, lease, result, translated, has_refusals=has_refusals, now=now)
            await self._make_due(connection, lease, code, now)
            removed = 0 if raws else await records.remove(connection, lease, code, before=requested_at - _FRESH, now=now)
            await look_ups.gone(connection, lease, {code} if removed else (), at=now)
            await look_ups.answered(connection, lease, code, asked_at=requested_at)
            await sources.advance(connection, lease, cursor=None, added=len(result.new) - removed, now=now)
        await self._mentions.finish(lease.province, kept)

    async def unanswerable(self, lease: Lease, code: str, reason: str) -> None:
        """Note that a source cannot answer for a code: its side cannot be read, and every rule that needs it waits."""
        refusal = Refusal(item_hash=_marked(f"{lease.source}/{code}").digest(), field="look-up", reason=reason, code=code)
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            now = await clock(connection)
            await self._make_due(connection, lease, code, now)
            await refusals.refuse(connection, lease, [refusal], now=now)
            await look_ups.answered(connection, lease, code, asked_at=None)

    async def _make_due(self, connection: Connection, lease: Lease, code: str, now: datetime) -> None:
        owed_since = await look_ups.wanted_since(connection, lease, code)
        await dossiers.make_due(connection, lease.province, {code}, now=min(owed_since or now, now))

    async def _write(
        self,
        connection: Connection,
        lease: Lease,
        result: Plan,
        translated: Translated,
        *,
        has_refusals: bool,
        now: datetime,
    ) -> Kept:
        """Write under the locks of every dossier concerned, taken in the order of their codes; returns what was named."""
        kept = await self._mentions.keep(connection, lease.province, result.readings)
        mended = await _mend(connection, lease, result, translated, now) if has_refusals else []
        news = await refusals.refuse(connection, lease, result.refused, now=now)
        unreadable = {*mended, *(refusal.code for refusal in news if refusal.code)}
        others = result.due_codes | unreadable | kept.waiting
        await dossiers.touch(connection, lease.province, result.joined_codes, others=others, now=now)
        await records.add(connection, lease, result.new)
        await records.change(connection, lease, result.changed, now=now)
        await records.rehash(connection, lease, result.rehashed)
        await look_ups.gone(connection, lease, result.left_codes, at=now)
        return kept


async def _mend(connection: Connection, lease: Lease, result: Plan, translated: Translated, now: datetime) -> list[str]:
    """Close the refusals of what can be read again; returns the dossier codes whose side changed thereby."""
    refused_codes = {refusal.code for refusal in result.refused if refusal.code}
    refused_ids = {refusal.source_id for refusal in result.refused if refusal.source_id}
    readable_codes = result.readable_codes | await records.codes(connection, lease, result.unchanged)
    readable_ids = {*translated.unchanged, *translated.source_ids} - refused_ids
    return await refusals.mend(connection, lease, readable_codes - refused_codes, readable_ids, now=now)


def _marked(mark: str) -> blake2b:
    """Return the beginning of what tells an item apart from every other, and from itself once it is translated differently."""
    return blake2b(mark.encode(), digest_size=16)


def refusal_of(item_hash: bytes, error: Exception, source_id: str | None = None) -> Refusal:
    """Return why an item cannot be used; of an error nobody foresaw only its kind, its text may hold values."""
    if isinstance(error, RecordRefused):
        return Refusal(
            item_hash=item_hash, field=error.field, reason=error.reason, code=error.code, source_id=error.source_id or source_id
        )
    return Refusal(item_hash=item_hash, field="record", reason=f"not foreseen: {type(error).__name__}", source_id=source_id)
