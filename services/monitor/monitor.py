"""The monitor of one province: polls each source, reviews what is due, asks before it accuses."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import structlog

from services.monitor.sources.source import CatalogueSource, DossierSource, TakesPetitions
from services.monitor.steps.catalogue import read_catalogue
from services.monitor.steps.evaluate import Evaluate
from services.monitor.steps.ingest import Ingest
from services.monitor.steps.look_up import LookUps
from services.monitor.steps.nightly import NightlyAudit
from services.monitor.steps.petitions import PetitionIngest
from services.monitor.steps.poll import Poll, is_due
from services.monitor.steps.review import Reviewer
from services.monitor.steps.review_petitions import PetitionReviewer
from services.monitor.steps.review_publication import PublicationReviewer
from services.monitor.steps.score_days import ScoreDays
from services.monitor.steps.settle import Settling
from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.fan_out import FanOut
from shared.config import PollConfig
from shared.db import schema
from shared.db.engine import Database, clock, translated
from shared.db.lease import Leases
from shared.db.stores import sources
from shared.db.stores.sources import Lease
from shared.errors import DatabaseUnavailable, LeaseLost, SourceError

log = structlog.get_logger()

ONCE_WAIT = timedelta(seconds=60)
"""How long `monitor --once` waits for a source that another monitor holds."""


class Watched(msgspec.Struct, frozen=True):
    """A source, how often its dossiers are polled, and how often its catalogue and its petitions (None: it has none)."""

    source: DossierSource
    every: timedelta
    catalogue_every: timedelta | None
    petitions_every: timedelta | None = None


class Monitor:
    """One bad source never stops the others: what it refuses is recorded with it, and its rules wait."""

    def __init__(
        self,
        database: Database,
        config: PollConfig,
        watched: Sequence[Watched],
        leases: Leases,
        reviewer: Reviewer,
        settling: Settling,
        nightly: NightlyAudit,
        score_days: ScoreDays,
        evaluation: Evaluate | None = None,
        dispatcher: Dispatcher | None = None,
        fan_out: FanOut | None = None,
    ) -> None:
        self.watched = tuple(watched)
        self._database = database
        self._leases = leases
        self._reviewer = reviewer
        self._settling = settling
        self.evaluation = evaluation
        self.dispatcher = dispatcher
        self._nightly = nightly
        self._score_days = score_days
        self._fan_out = fan_out
        self._partitioned: tuple[int, int] | None = None
        self._polls = {item.source.name: Poll(database, item.source, Ingest(database, item.source), config) for item in watched}
        self._petition_polls = {
            item.source.name: Poll(
                database, item.source.petitions, PetitionIngest(database, item.source.petitions), config, kind="petitions"
            )
            for item in watched
            if isinstance(item.source, TakesPetitions)
        }
        self._publication = PublicationReviewer(database, reviewer)
        self._asides = (PetitionReviewer(database, reviewer), self._publication)
        self._look_ups = {
            item.source.name: LookUps(database, item.source, per_second=config.lookups_per_second) for item in watched
        }

    async def once(self) -> bool:
        """Poll every source to the end, review, look up and deliver all that is due; returns whether all dossiers were read.

        The day's scores are kept at the end; if that or delivering fails, the next run does it.
        """
        read, *_ = await asyncio.gather(
            asyncio.gather(*(self.poll(item, wait=ONCE_WAIT) for item in self.watched)),
            asyncio.gather(*(self.poll_petitions(item, wait=ONCE_WAIT) for item in self.watched)),
            self.evaluate(),
        )
        await self.settle()
        await self._deliver()
        try:
            await self.keep_scores()
        except Exception as error:
            log.exception("scores_not_kept", error=type(error).__name__)
        return all(read)

    async def settle(self) -> bool:
        """Review all that is due and answer the look-ups owed until nothing is left; returns whether every alert is settled."""
        settled = await self.review()
        while sum(await asyncio.gather(*(self.look_up(item) for item in self.watched))):
            settled = await self.review()
        return settled

    async def poll(self, item: Watched, *, wait: timedelta = timedelta()) -> bool:
        """Poll one source, its catalogue first when that is due; returns whether its dossiers were read to the end."""
        lease = await self._leases.get(item.source.name, wait=wait)
        if lease is None:
            log.info("source_held_elsewhere", source=item.source.name)
            return False
        try:
            await self._catalogue(item, lease)
            await self._polls[item.source.name].run(lease)
        except SourceError:
            return False
        except LeaseLost:
            await self._lost(item.source.name)
            return False
        return True

    async def poll_petitions(self, item: Watched, *, wait: timedelta = timedelta()) -> bool:
        """Poll the petitions of a source that has them; returns whether they were read to the end.

        Whatever fails here stops no dossier.
        """
        if item.petitions_every is None or not isinstance(item.source, TakesPetitions):
            return False
        name = item.source.petitions.name
        lease = await self._leases.get(name, wait=wait)
        if lease is None:
            log.info("source_held_elsewhere", source=name)
            return False
        try:
            with translated():
                await self._petition_polls[item.source.name].run(lease)
        except SourceError:
            return False
        except LeaseLost:
            await self._lost(name)
            return False
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.exception("petitions_failed", source=name, error=type(error).__name__)
            return False
        return True

    async def evaluate(self) -> bool:
        """Read the portal's own scores, when that is due; returns whether all was read. Dossiers never wait for it."""
        if self.evaluation is None:
            return True
        name = self.evaluation.source.name
        lease = await self._leases.get(name)
        if lease is None:
            return False
        try:
            return await self.evaluation.run(lease)
        except LeaseLost:
            await self._lost(name)
        except Exception as error:
            log.exception("evaluation_failed", error=type(error).__name__)
        return False

    async def sweep(self, item: Watched) -> bool:
        """Read a source slowly once more, a day after the last time, for rows that arrived behind the overlap."""
        lease = await self._leases.get(item.source.name)
        if lease is None:
            return False
        try:
            return await self._polls[item.source.name].sweep(lease)
        except SourceError:
            return False
        except LeaseLost:
            await self._lost(item.source.name)
            return False

    async def look_up(self, item: Watched) -> int:
        """Answer a batch of the look-ups owed to a source; returns how many were answered."""
        lease = await self._leases.get(item.source.name)
        if lease is None:
            return 0
        try:
            return await self._look_ups[item.source.name].run(lease)
        except LeaseLost:
            await self._lost(item.source.name)
            return 0

    async def review(self) -> bool:
        """Review all that is due; returns whether every alert is settled thereby."""
        await self._ensure_partitions()
        read_to = await self._settling.wake()
        now = await self._database.now()
        await self._reviewer.drain()
        settled = await self._settling.settle(read_to, now)
        await self._settling.watch_sources()
        await self._review_asides()
        await self.tell()
        return settled

    async def _review_asides(self) -> None:
        """Review what is not a dossier; whatever fails there stops no dossier."""
        for aside in self._asides:
            try:
                with translated():
                    await aside.drain()
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.exception("review_failed", step=type(aside).__name__, error=type(error).__name__)

    async def _deliver(self) -> None:
        """Send what is due to the receivers of webhooks; what is not sent now is sent by the next run."""
        if self.dispatcher is None:
            return
        try:
            await self.dispatcher.drain()
        except Exception as error:
            log.exception("not_delivered", error=type(error).__name__)

    async def tell(self) -> None:
        """Put what happened on its way to the webhooks that want to hear of it; whatever fails here stops no review."""
        if self._fan_out is None:
            return
        try:
            with translated():
                await self._fan_out.run()
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.exception("fan_out_failed", error=type(error).__name__)

    async def audit(self) -> None:
        """Judge and count everything again, unless newer rules are at work; operations hear of what differs."""
        if await self._reviewer.is_current():
            await self._nightly.run()

    async def keep_scores(self) -> None:
        """Keep what is counted of every unit today."""
        log.info("scores_kept", changed=await self._score_days.keep())

    async def _ensure_partitions(self) -> None:
        """Make the histories' partitions ahead, once a month."""
        now = await self._database.now()
        if (now.year, now.month) != self._partitioned:
            async with self._database.begin() as connection:
                await schema.ensure_partitions(connection, now)
            self._partitioned = (now.year, now.month)

    async def _lost(self, source: str) -> None:
        log.warning("lease_lost", source=source)
        await self._leases.drop(source)

    async def _catalogue(self, item: Watched, lease: Lease) -> None:
        """Read the catalogue of a source that has one, when it is due or a procedure should have become public since."""
        if item.catalogue_every is None or not isinstance(item.source, CatalogueSource):
            return
        async with self._database.begin() as connection:
            state = await sources.hold(connection, lease)
            now = await clock(connection)
        if not (is_due(state.catalogue_read_at, item.catalogue_every, now) or self._publication.wants_reading(now)):
            return
        try:
            await read_catalogue(self._database, item.source, lease, self._reviewer.calendar)
        except LeaseLost:
            raise
        except Exception as error:
            log.exception("catalogue_failed", source=item.source.name, error=type(error).__name__)
