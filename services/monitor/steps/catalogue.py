"""The portal's lists of agencies and procedures. Whatever changes about a procedure makes its dossiers due."""

from functools import partial

import structlog

from services.monitor.sources.source import CatalogueSource
from shared.db.engine import Database, clock, fence, retried
from shared.db.stores import catalogue, dossiers, sources
from shared.db.stores.sources import Counts, Lease
from shared.domain.catalogue import Agency, Procedure
from shared.domain.offers import count
from shared.domain.working_time import WorkingTime
from shared.errors import SourceError

log = structlog.get_logger()


async def read_catalogue(database: Database, source: CatalogueSource, lease: Lease, calendar: WorkingTime) -> None:
    """Read and store the catalogue; a source that refuses is recorded with the poll run and raises nothing."""
    async with database.begin() as connection:
        run = await sources.start_run(connection, lease.province, lease.source, "catalogue", now=await database.now())
    counts, error = Counts(), None
    try:
        counts = await retried(partial(_store, database, lease, calendar, await source.agencies(), await source.procedures()))
        await _make_due(database, lease)
    except SourceError as problem:
        error = problem.reason
    async with database.begin() as connection:
        now = await clock(connection)
        if error is None:
            await sources.catalogue_read(connection, lease.province, lease.source, now=now)
        await sources.end_run(connection, lease.province, run, counts, error=error, now=now)
    log.info("catalogue_read", source=lease.source, error=error, received=counts.received, refused=counts.refused)


async def _store(
    database: Database,
    lease: Lease,
    calendar: WorkingTime,
    agencies: tuple[list[Agency], list[str]],
    procedures: tuple[list[Procedure], list[str]],
) -> Counts:
    refused = len(agencies[1]) + len(procedures[1])
    async with database.begin() as connection:
        await sources.hold(connection, lease)
        await fence(connection, lease.province, alone=True)
        await catalogue.store_agencies(connection, lease.province, agencies[0])
        now = await clock(connection)
        changed = await catalogue.store_procedures(connection, lease.province, procedures[0], now=now)
        await catalogue.store_counts(connection, lease.province, count(procedures[0], calendar), now=now)
    return Counts(received=len(agencies[0]) + len(procedures[0]) + refused, changed=changed, refused=refused)


async def _make_due(database: Database, lease: Lease) -> None:
    """Make due what was judged before its procedure changed, also what an earlier reading was cut off at."""
    made = 1
    while made:
        async with database.begin() as connection:
            made = await dossiers.make_due_by_procedures(connection, lease.province, now=await clock(connection))
