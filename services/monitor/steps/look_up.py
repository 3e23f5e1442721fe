"""Asking a source for single dossiers before anyone is accused."""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from services.monitor.sources.source import DossierSource
from services.monitor.steps.ingest import Ingest
from services.monitor.steps.pace import Pace
from shared.db.engine import Database, retried
from shared.db.stores import look_ups
from shared.db.stores.look_ups import Owed
from shared.db.stores.sources import Lease
from shared.domain import codes
from shared.errors import SourceError, SourcePayload

log = structlog.get_logger()

_BATCH = 60
_AT_ONCE = 3
_REST = 10.0  # seconds in which a source that was down is not asked
_GIVE_UP_AFTER = 3


class LookUps:
    """Answers the look-ups owed to one source. The answer is stored as that side's record, or as its absence."""

    def __init__(self, database: Database, source: DossierSource, *, per_second: int) -> None:
        self._database = database
        self._source = source
        self._ingest = Ingest(database, source)
        self._pace = Pace(per_second)
        self._rests_until = 0.0

    async def run(self, lease: Lease) -> int:
        """Answer a batch; returns how many were answered. A source that is down ends the batch, what is owed stays owed."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rests_until:
            return 0
        async with self._database.single() as connection:
            owed = await look_ups.owed(connection, lease, limit=_BATCH)
        batch = _Batch()
        answered = sum(await asyncio.gather(*(self._ask(lease, question, batch) for question in owed)))
        if batch.is_down:
            self._rests_until = loop.time() + _REST
        if owed:
            log.info("look_ups_asked", source=lease.source, owed=len(owed), answered=answered)
        return answered

    async def _ask(self, lease: Lease, question: Owed, batch: "_Batch") -> bool:
        """Ask and store the answer; returns whether there was one."""
        async with batch.slots:
            if batch.is_down:
                return False
            await self._pace.turn()
            requested_at = await self._database.now()
            try:
                items = await self._source.look_up(_spellings(question))
            except SourcePayload as problem:
                return await self._unreadable(lease, question, problem)
            except SourceError:
                batch.is_down = True  # it refuses us or does not answer: that says nothing about this dossier
                return False
            await retried(partial(self._ingest.answer, lease, question.code, items, requested_at=requested_at))
            return True

    async def _unreadable(self, lease: Lease, question: Owed, problem: SourceError) -> bool:
        """Ask again later; after some times its side counts as one that cannot be read, and every rule that needs it waits."""
        if question.failures + 1 < _GIVE_UP_AFTER:
            async with self._database.begin() as connection:
                await look_ups.failed(connection, lease, question.code)
            return False
        await self._ingest.unanswerable(lease, question.code, problem.reason)
        return True


class _Batch:
    """What the questions of one batch share."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self.is_down = False


def _spellings(question: Owed) -> Sequence[str]:
    """The source's own spelling first, then every other way a system may write the code."""
    own = [question.spelling] if question.spelling else []
    return [*own, *(spelling for spelling in codes.spellings(question.code) if spelling not in own)]
