"""The end of a silence: what it held back and still stands is told."""

from datetime import datetime

import structlog

from shared.db.engine import Connection, Database, clock, retried
from shared.db.stores import incidents, outbox, silences
from shared.db.stores.telling_again import tell_again
from shared.domain.alerts import Reason
from shared.domain.events import EventType
from shared.domain.incidents import Standing

log = structlog.get_logger()

_BATCH = 500


class Concluding:
    """Concludes the silences of one province that have ended. Whoever reads the outbox as `reader` holds back meanwhile."""

    def __init__(self, database: Database, province: str, reader: str, *, batch: int = _BATCH) -> None:
        self._database = database
        self._province = province
        self._reader = reader
        self._size = batch

    async def run(self) -> int:
        """Conclude all that have ended; returns how many alerts are told thereby. Nothing while another monitor is at it."""
        told = 0
        while (batch := await retried(self._batch)) is not None:
            told += batch
        return told

    async def _batch(self) -> int | None:
        """Tell a batch of what one silence held back; None when no silence that has ended is left.

        Until it is concluded nothing more is held by it either: it holds back only what happened before its end.
        """
        async with self._database.begin() as connection:
            place = (connection, self._province)
            now = await clock(connection)
            if not await silences.has_ended(*place, now=now) or await outbox.hold(*place, self._reader) is None:
                return None
            if (ended := await silences.ended(*place, now=now)) is None:
                return None
            held = await silences.let_go(*place, ended, limit=self._size)
            told = await tell_again(*place, held, Reason.SILENCE_ENDED, now=now) if held else 0
            is_last = len(held) < self._size
            await silences.told(*place, ended, told, concluded_at=now if is_last else None)
            masses = await _tell_incidents(connection, self._province, ended, now)
        if is_last:
            log.info("silence_concluded", silence=ended)
        return told + masses


async def _tell_incidents(connection: Connection, province: str, silence: int, now: datetime) -> int:
    """Tell of the incidents that a silence held back and that are not over, as they stand now; returns how many."""
    found = await incidents.let_go(connection, province, silence)
    for incident in found:
        standing = len(await incidents.standing_ids(connection, province, incident.id))
        known = Standing(await incidents.alerts_of(connection, province, incident.id), standing)
        await incidents.tell(connection, province, EventType.INCIDENT_OPENED, incident, known, now=now)
    return len(found)
