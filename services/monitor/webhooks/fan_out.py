"""From the outbox to the deliveries of every webhook, in order, each exactly once however often it is cut off."""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from shared.db.engine import Connection, Database, clock, retried
from shared.db.stores import fan_out as store
from shared.db.stores import outbox
from shared.db.views.event_names import names_in
from shared.db.views.events import last_position
from shared.db.views.queues import WEBHOOKS
from shared.db.views.rows import Row
from shared.domain.events import Event, Position, event_of
from shared.domain.fan_out import FannedOut, addressees, earlier_ids, fan_out
from shared.domain.payloads import Rendering
from shared.domain.recipients import Subscription
from shared.domain.working_time import WorkingTime

log = structlog.get_logger()

_BATCH = 500


class Progress(msgspec.Struct, frozen=True):
    """What a run did: rows read, deliveries put on their way, rows that could not be told."""

    read: int = 0
    made: int = 0
    parked: int = 0


class FanOut:
    """For one province. `wake` is called when something is on its way."""

    def __init__(
        self,
        database: Database,
        province: str,
        calendar: WorkingTime,
        public_url: str | None = None,
        *,
        wake: Callable[[], None] | None = None,
        batch: int = _BATCH,
    ) -> None:
        self._database = database
        self._province = province
        self._calendar = calendar
        self._public_url = public_url
        self._wake = wake
        self._size = batch

    async def run(self) -> Progress:
        """Fan out all there is, batch by batch; nothing while another monitor is at it."""
        done, batch = Progress(), Progress(read=1)
        while batch.read:
            batch = await retried(self._batch)
            done = Progress(done.read + batch.read, done.made + batch.made, done.parked + batch.parked)
            if batch.made and self._wake:
                self._wake()
        if done.made or done.parked:
            log.info("events_fanned_out", read=done.read, deliveries=done.made, parked=done.parked)
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
        listening = await store.subscriptions(connection, self._province)  # after the end: who subscribed before it is there
        if end is None or not listening:
            await outbox.move(connection, self._province, WEBHOOKS, end or position)
            return Progress()
        rows = await outbox.read(connection, self._province, after=position, to=end, limit=self._size)
        events, unread = _readable(rows)
        fanned = await self._fanned_out(connection, events, listening)
        await store.add(connection, self._province, fanned.deliveries, now=await clock(connection))
        await outbox.move(connection, self._province, WEBHOOKS, Position(rows[-1]["xid"], rows[-1]["id"]) if rows else end)
        parked = unread + [(event.id, error) for event, error in fanned.unrendered]
        for outbox_id, error in parked:
            log.error("event_parked", outbox_id=outbox_id, error=error)
        return Progress(len(rows), len(fanned.deliveries), len(parked))

    async def _fanned_out(self, connection: Connection, events: Sequence[Event], listening: Sequence[Subscription]) -> FannedOut:
        found = addressees(events, listening)
        ids = earlier_ids(self._province, found)
        before = await store.told_before(connection, self._province, [one.id for one in listening], ids)
        names = await names_in(connection, self._province, (event for event, _ in found))
        return fan_out(self._province, found, Rendering(names, self._calendar, self._public_url), before)


def _readable(rows: Sequence[Row]) -> tuple[list[Event], list[tuple[int, str]]]:
    """Return the rows as events, and the numbers of those this version cannot read with the kind of error."""
    events, unread = [], []
    for row in rows:
        try:
            events.append(event_of(row))
        except msgspec.ValidationError as error:
            unread.append((row["id"], type(error).__name__))
    return events, unread
