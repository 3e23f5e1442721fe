"""The monitor of one province: polls each source, reviews what is due, asks before it accuses."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol

import msgspec
import structlog

from services.monitor.hourly import Hourly
from services.monitor.metrics import MonitorMetrics
from services.monitor.sources.source import CatalogueSource, DossierSource, TakesPetitions
from services.monitor.steps.acknowledgements import Lapsing
from services.monitor.steps.catalogue import read_catalogue
from services.monitor.steps.digests import Digests
from services.monitor.steps.evaluate import Evaluate
from services.monitor.steps.heartbeat import Heartbeat
from services.monitor.steps.incidents import Closing
from services.monitor.steps.ingest import Ingest
from services.monitor.steps.look_up import LookUps
from services.monitor.steps.nightly import NightlyAudit
from services.monitor.steps.petitions import PetitionIngest
from services.monitor.steps.poll import Poll, is_due
from services.monitor.steps.retention import Retention
from services.monitor.steps.review import Reviewer
from services.monitor.steps.review_overdue_rate import OverdueRateReviewer
from services.monitor.steps.review_petitions import PetitionReviewer
from services.monitor.steps.review_publication import PublicationReviewer
from services.monitor.steps.review_scores import ScoreReviewer
from services.monitor.steps.score_days import ScoreDays
from services.monitor.steps.settle import Settling
from services.monitor.steps.stock_days import StockDays
from services.monitor.steps.unacknowledged import Unacknowledged
from services.monitor.steps.worth import Valuing
from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.fan_out import FanOut
from shared.config import PollConfig
from shared.db import schema
from shared.db.engine import Database, clock, translated
from shared.db.lease import Leases
from shared.db.stores import sources
from shared.db.stores.sources import Lease
from shared.errors import DatabaseUnavailable, LeaseLost, SourceError
from shared.policy.measures import measures

log = structlog.get_logger()


ONCE_WAIT = timedelta(seconds=60)
"""How long `monitor --once` waits for a source that another monitor holds."""


class Watched(msgspec.Struct, frozen=True):
    """A source, how often its dossiers are polled, and how often its catalogue and its petitions (None: it has none)."""

    source: DossierSource
    every: timedelta
    catalogue_every: timedelta | None
    petitions_every: timedelta | None = None


class Aside(Protocol):
    """Reviews what is not a dossier, until nothing is due."""

    async def drain(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What a monitor does besides polling, each step built by whoever builds the monitor."""

    reviewer: Reviewer
    settling: Settling
    nightly: NightlyAudit
    score_days: ScoreDays
    score_reviewer: ScoreReviewer
    valuing: Valuing
    retention: Retention
    heartbeat: Heartbeat
    unacknowledged: Unacknowledged
    digests: Digests
    evaluation: Evaluate | None = None
    fan_out: FanOut | None = None
    dispatcher: Dispatcher | None = None


class Monitor:
    """One bad source never stops the others: what it refuses is recorded with it, and its rules wait."""

    def __init__(
        self,
        database: Database,
        config: PollConfig,
        watched: Sequence[Watched],
        leases: Leases,
        steps: Steps,
    ) -> None:
        self.watched = tuple(watched)
        self._database = database
        self._leases = leases
        self.steps = steps
        self.metrics = MonitorMetrics()
        self.metrics.watch_pool(database)
        if steps.dispatcher:
            steps.dispatcher.count_with(self.metrics.delivered)
        self._stock_days = StockDays(database, steps.reviewer)
        self._closing = Closing(database, steps.reviewer.rules, steps.reviewer.mass)
        self._lapsing = Lapsing(database, steps.reviewer.rules.province)
        self._partitioned: tuple[int, int] | None = None
        keeping = {"keep the stock": self.keep_stock, "keep the scores": self.keep_scores}
        self.hourly = {name: Hourly(database.now, keep) for name, keep in keeping.items()}
        self._has_settled = False
        self._polls = {item.source.name: Poll(database, item.source, Ingest(database, item.source), config) for item in watched}
        self._petition_polls = {
            item.source.name: Poll(
                database, item.source.petitions, PetitionIngest(database, item.source.petitions), config, kind="petitions"
            )
            for item in watched
            if isinstance(item.source, TakesPetitions)
        }
        self._publication = PublicationReviewer(database, steps.reviewer)
        rates = OverdueRateReviewer(database, steps.reviewer, measures().overdue_rate)
        self._asides = (PetitionReviewer(database, steps.reviewer), self._publication, rates)
        self._look_ups = {
            item.source.name: LookUps(database, item.source, per_second=config.lookups_per_second) for item in watched
        }

    async def once(self) -> bool:
        """Poll every source to the end, review, look up and deliver all that is due; returns whether all dossiers were read.

        At the end alerts are valued, the day's scores and stock kept, what is due delivered; what fails there the next run does.
        """
        read, *_ = await asyncio.gather(
            asyncio.gather(*(self.poll(item, wait=ONCE_WAIT) for item in self.watched)),
            asyncio.gather(*(self.poll_petitions(item, wait=ONCE_WAIT) for item in self.watched)),
            self.evaluate(),
        )
        await self.settle()
        for step, failed in (
            (self.value_alerts, "alerts_not_valued"),
            (self.keep_scores, "scores_not_kept"),
            (self.keep_stock, "stock_not_kept"),
            (self.look_after_alerts, "alerts_not_looked_after"),
            (self.write_digests, "digests_not_written"),
            (self.tell, "not_told"),
            (self.deliver, "not_delivered"),
        ):
            try:
                await step()
            except Exception as error:
                log.exception(failed, error=type(error).__name__)
        return all(read)

    async def settle(self) -> bool:
        """Review all that is due and answer the look-ups owed until nothing is left, then follow up and tell.

        Returns whether every alert is settled.
        """
        settled = await self.review()
        while sum(await asyncio.gather(*(self.look_up(item) for item in self.watched))):
            settled = await self.review()
        await self.follow_up()
        await self.tell()
        return settled

    async def poll(self, item: Watched, *, wait: timedelta = timedelta()) -> bool:
        """Poll one source, its catalogue first when that is due; returns whether its dossiers were read to the end."""
        name = item.source.name
        lease = await self._leases.get(name, wait=wait)
        if lease is None:
            log.info("source_held_elsewhere", source=name)
            self.metrics.polled(name, "held_elsewhere")
            return False
        try:
            await self._catalogue(item, lease)
            self.metrics.read(name, await self._polls[name].run(lease))
        except (SourceError, LeaseLost) as error:
            self.metrics.polled(name, "failed")
            if isinstance(error, LeaseLost):
                await self._lost(name)
            return False
        self.metrics.polled(name, "read")
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
        if self.steps.evaluation is None:
            return True
        name = self.steps.evaluation.source.name
        lease = await self._leases.get(name)
        if lease is None:
            return False
        try:
            with translated():
                return await self.steps.evaluation.run(lease)
        except LeaseLost:
            await self._lost(name)
        except DatabaseUnavailable:
            raise
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
        """Review all dossiers that are due, and tell what came of it; returns whether every alert is settled thereby.

        Done every second: where nothing is due it asks the database three short questions.
        """
        reading, started = await self.steps.settling.wake(), perf_counter()
        await self._ensure_partitions(reading.now)
        settled, reviewed = True, 0
        if reading.wants_review:
            reviewed = await self.steps.reviewer.drain()
            self.metrics.reviewed(reviewed)
            settled = await self.steps.settling.settle(reading)
        if settled:
            self._note_first(reading.read_to)
            self.metrics.settled(reading.read_to, reading.now + timedelta(seconds=perf_counter() - started))
        if reviewed:
            await self.tell()
        return settled

    async def follow_up(self) -> None:
        """Close incidents that are over, let acknowledgements lapse, review sources, petitions, procedures and agencies."""
        await self.steps.reviewer.count()
        await self._closing.run()
        await self._lapsing.run()
        await self.steps.settling.watch_sources()
        for aside in self._asides:
            await self._review_aside(aside)

    async def _review_aside(self, aside: Aside) -> None:
        """Review something; whatever fails there stops no dossier."""
        try:
            with translated():
                await aside.drain()
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.exception("review_failed", step=type(aside).__name__, error=type(error).__name__)

    async def deliver(self) -> None:
        """Send what is due to the receivers of webhooks."""
        if self.steps.dispatcher is not None:
            await self.steps.dispatcher.drain()

    async def tell(self) -> None:
        """Put what happened on its way to the webhooks that want to hear of it; whatever fails here stops no review."""
        if self.steps.fan_out is None:
            return
        try:
            with translated():
                await self.steps.fan_out.run()
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.exception("fan_out_failed", error=type(error).__name__)

    async def audit(self) -> None:
        """Judge and count everything again, unless newer rules are at work; operations hear of what differs."""
        if await self.steps.reviewer.is_current():
            await self.steps.nightly.run()

    def _note_first(self, read_to: Mapping[str, datetime]) -> None:
        """Once every source was read and all of it judged, the day is to be kept: what was kept before it says little."""
        if not self._has_settled and read_to.keys() >= {item.source.name for item in self.watched}:
            self._has_settled = True
            for keeping in self.hourly.values():
                keeping.make_due()

    async def keep_scores(self) -> None:
        """Keep what is counted of every unit today, then review the scores."""
        log.info("scores_kept", changed=await self.steps.score_days.keep())
        await self._review_aside(self.steps.score_reviewer)

    async def let_go(self) -> None:
        """Let go of what was kept as long as configured."""
        await self.steps.retention.run()

    async def beat(self) -> None:
        """Send the sign of life, if all is well."""
        self.metrics.beat(await self.steps.heartbeat.run())

    async def keep_stock(self) -> None:
        """Keep what is open at every agency today."""
        log.info("stock_kept", agencies=await self._stock_days.keep())

    async def write_digests(self) -> None:
        """Write the digests that are due, unless newer rules are at work."""
        if await self.steps.reviewer.is_current():
            await self.steps.digests.run()

    async def look_after_alerts(self) -> None:
        """Remind of alerts nobody has acknowledged, and pass on what was open for too long."""
        changed = await self.steps.unacknowledged.run()
        if changed:
            log.info("alerts_looked_after", changed=changed)

    async def value_alerts(self) -> None:
        """Tell of each unresolved alert what doing it is worth by the scores as they stand."""
        changed = await self.steps.valuing.run()
        if changed:
            log.info("alerts_valued", changed=changed)

    async def _ensure_partitions(self, now: datetime) -> None:
        """Make the histories' partitions ahead, once a month."""
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
            with translated():
                await read_catalogue(self._database, item.source, lease, self.steps.reviewer.calendar)
        except (LeaseLost, DatabaseUnavailable):
            raise
        except Exception as error:
            log.exception("catalogue_failed", source=item.source.name, error=type(error).__name__)
