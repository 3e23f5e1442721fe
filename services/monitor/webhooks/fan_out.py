"""From the outbox to the deliveries of every webhook, in order, each exactly once however often it is cut off."""

from collections.abc import Callable, Collection, Sequence

import msgspec
import structlog

from services.monitor.webhooks.silences import Concluding
from shared.db.engine import Connection, Database, clock, retried
from shared.db.stores import fan_out as store
from shared.db.stores import held_deliveries, outbox, silences
from shared.db.views.event_names import names_in
from shared.db.views.events import last_position
from shared.db.views.queues import WEBHOOKS
from shared.db.views.rows import Row
from shared.domain.events import Event, Position, event_of
from shared.domain.fan_out import Addressed, FannedOut, Sorted, earlier_ids, fan_out, sort_out
from shared.domain.quiet import Quiet, Silence, key_of
from shared.domain.recipients import Subscription
from shared.domain.rendering import Rendering
from shared.domain.working_time import WorkingTime

log = structlog.get_logger()

_BATCH = 500


class Progress(msgspec.Struct, frozen=True):
    """What a run did: rows read, deliveries put on their way, rows that could not be told."""

    read: int = 0
    made: int = 0
    parked: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(self.read + other.read, self.made + other.made, self.parked + other.parked)


class FanOut:
    """For one province. `digest_only`: the rules that are told in digests only; `wake` is called when something is on its way."""

    def __init__(
        self,
        database: Database,
        province: str,
        calendar: WorkingTime,
        public_url: str | None = None,
        *,
        digest_only: Collection[str] = (),
        wake: Callable[[], None] | None = None,
        batch: int = _BATCH,
    ) -> None:
        self._database = database
        self._province = province
        self._calendar = calendar
        self._public_url = public_url
        self._wake = wake
        self._size = batch
        self._digest_only = frozenset(digest_only)
        self._concluding = Concluding(database, province, WEBHOOKS)

    async def run(self) -> Progress:
        """Fan out all there is, batch by batch, also what ended silences held back; nothing while another monitor is at it."""
        done = await self._drain()
        if await self._concluding.run():
            done += await self._drain()
        if done.made or done.parked:
            log.info("events_fanned_out", read=done.read, deliveries=done.made, parked=done.parked)
        return done

    async def _drain(self) -> Progress:
        done, batch = Progress(), Progress(read=1)
        while batch.read:
            batch = await retried(self._batch)
            done += batch
            if batch.made and self._wake:
                self._wake()
        return done

    async def _batch(self) -> Progress:
        """Take the next rows to their webhooks and the position past them, in one transaction."""
        async with self._database.begin() as connection:
            if not await outbox.has_news(connection, self._province, WEBHOOKS):
                return Progress()
            position = await outbox.hold(connection, self._province, WEBHOOKS)
            if position is None:
                return Progress()
            return await self._tell(connection, position)

    async def _tell(self, connection: Connection, position: Position) -> Progress:
        end = await last_position(connection, self._province)
        tree = await store.agency_tree(connection, self._province)
        # after the end: who subscribed, or kept silent, before it is there
        listening = await store.subscriptions(connection, self._province, tree)
        silenced_by = await silences.unconcluded(connection, self._province, tree)
        if end is None or not (listening or silenced_by):
            await outbox.move(connection, self._province, WEBHOOKS, end or position)
            return Progress()
        rows = await outbox.read(connection, self._province, after=position, to=end, limit=self._size)
        events, unread = _readable(rows)
        sorted_out = await self._sorted_out(connection, events, listening, silenced_by)
        fanned = await self._put_on_their_way(connection, sorted_out.addressed, listening)
        await outbox.move(connection, self._province, WEBHOOKS, Position(rows[-1]["xid"], rows[-1]["id"]) if rows else end)
        parked = unread + [(event.id, error) for event, error in fanned.unrendered]
        for outbox_id, error in parked:
            log.error("event_parked", outbox_id=outbox_id, error=error)
        return Progress(len(rows), len(fanned.deliveries), len(parked))

    async def _sorted_out(
        self, connection: Connection, events: Sequence[Event], listening: Sequence[Subscription], by: tuple[Silence, ...]
    ) -> Sorted:
        """Return who is told of what; what a silence holds back is kept for its end."""
        keys = {key for event in events if (key := key_of(event))}
        held = await silences.held_of(connection, self._province, keys) if by else {}
        before = Quiet(silences=by, digest_only=self._digest_only, held=held)
        found = sort_out(events, listening, before)
        await silences.keep(connection, self._province, before, found.quiet, found.silenced)
        return found

    async def _put_on_their_way(
        self, connection: Connection, found: Sequence[Addressed], listening: Sequence[Subscription]
    ) -> FannedOut:
        now, ids = await clock(connection), earlier_ids(self._province, found)
        before = await store.told_before(connection, self._province, [one.id for one in listening], ids)
        names = await names_in(connection, self._province, (event for event, _ in found))
        fanned = fan_out(self._province, found, Rendering(names, self._calendar, self._public_url), before, now=now)
        await store.add(connection, self._province, fanned.deliveries, now=now)
        windowed = {one.id for one in listening if not one.window.is_open_always}
        await held_deliveries.supersede(connection, self._province, windowed, fanned.deliveries, now=now)
        return fanned


def _readable(rows: Sequence[Row]) -> tuple[list[Event], list[tuple[int, str]]]:
    """Return the rows as events, and the numbers of those this version cannot read with the kind of error."""
    events, unread = [], []
    for row in rows:
        try:
            events.append(event_of(row))
        except msgspec.ValidationError as error:
            unread.append((row["id"], type(error).__name__))
    return events, unread
