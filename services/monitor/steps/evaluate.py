"""Reading the portal's own scores: each part of the public evaluation by itself, so that a broken one costs only itself."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from hashlib import blake2b

import msgspec
import structlog

from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource, Reading, UnitRefused
from services.monitor.steps.poll import is_due
from shared.db.engine import Database, clock
from shared.db.stores import evaluation, refusals, sources
from shared.db.stores.refusals import Refusal
from shared.db.stores.sources import Counts, Lease, SourceState
from shared.domain.periods import Period, local_day, periods_of
from shared.domain.published import Endpoint, PublishedUnit
from shared.errors import SourceError

log = structlog.get_logger()

RETRY_AFTER = timedelta(hours=1)
"""How long after a reading that was not complete it is tried again, if that comes before the next one is due."""

_LONGEST_ERROR = 500
_MONTHS_AGAIN = 2

Readings = dict[Endpoint, Reading]


class Evaluate:
    """For one province."""

    def __init__(self, database: Database, source: EvaluationSource, every: timedelta) -> None:
        self.source = source
        self.every = every
        self._database = database

    async def run(self, lease: Lease) -> bool:
        """Read what is to be read, if it is due; returns whether all of it was read. Raises `LeaseLost`."""
        async with self._database.begin() as connection:
            state = await sources.hold(connection, lease)
            started_at = await clock(connection)
            if not due(state, self.every, started_at):
                return True
            run = await sources.start_run(connection, lease.province, lease.source, "evaluation", now=started_at)
            stored = await evaluation.months_read(connection, lease.province)
            root = self.source.root or await evaluation.root_id(connection, lease.province)
        counts, errors = Counts(), []
        for period in periods_to_ask(local_day(started_at), stored):
            readings, root, failed = await self._read(lease, period, root)
            await self._store(lease, period, readings, counts)
            errors += failed
        await self._end(lease, run, counts, _told(errors), started_at)
        return not errors

    async def _read(self, lease: Lease, period: Period, root: str | None) -> tuple[Readings, str | None, list[str]]:
        """Return what could be read of a period, the province's id, and what could not."""
        readings: Readings = {}
        failed = []
        for endpoint in reversed(Endpoint):  # the ranking first: it tells the province's id
            try:
                readings[endpoint] = await self.source.read(endpoint, period, root)
            except SourceError as problem:
                failed.append(f"{period} {problem.reason}")
                log.warning("evaluation_refused", endpoint=endpoint, period=str(period), reason=problem.reason)
            if endpoint is Endpoint.RESULTS and endpoint in readings and not self.source.root:
                root = _id_of(lease.province, readings[endpoint]) or root
        return readings, root, failed

    async def _store(self, lease: Lease, period: Period, readings: Readings, counts: Counts) -> None:
        """Store what was read of a period, all of it or nothing."""
        if not readings:
            return
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            now = await clock(connection)
            for endpoint, reading in readings.items():
                await evaluation.keep_answer(connection, lease, endpoint, period, reading.kept, now=now)
                refused = [_refusal(endpoint, period, unit) for unit in reading.refused]
                readable = [_key(endpoint, period, unit.code) for unit in reading.units]
                await refusals.mend(connection, lease, [], readable, now=now)
                await refusals.refuse(connection, lease, refused, now=now)
            added, changed = await evaluation.keep_scores(connection, lease, period, _by_unit(readings), now=now)
            await sources.advance(connection, lease, cursor=None, added=added, now=now)
        counts.add(_counted(readings, added, changed))

    async def _end(self, lease: Lease, run: int, counts: Counts, error: str | None, started_at: datetime) -> None:
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            now = await clock(connection)
            if error is None:
                await sources.complete(connection, lease, started_at=started_at, now=now)
            else:
                await sources.fail(connection, lease.province, lease.source, error=error, now=now)
            await sources.end_run(connection, lease.province, run, counts, error=error, now=now)
        log.info("evaluation_read", error=error, received=counts.received, changed=counts.changed, refused=counts.refused)


def due(state: SourceState, every: timedelta, now: datetime) -> bool:
    """Return whether the evaluation is to be read: an interval after its last complete reading started.

    After one that failed somewhat later, so that a part that is refused for good does not cost the others a reading every time.
    """
    return is_due(state.read_to, every, now) and is_due(state.error_at, min(every, RETRY_AFTER), now)


def periods_to_ask(today: date, stored: set[str]) -> list[Period]:
    """Return what to ask for on a local day: the year, this quarter and the last, the last two months that ended, and those of
    this year that are not `stored` yet. A month that runs is never asked for.
    """
    begun = [period for year in (today.year - 1, today.year) for period in periods_of(year) if period.first_day <= today]
    year = [period for period in begun if period.months == 12][-1:]
    quarters = [period for period in begun if period.months == 3][-2:]
    ended = [period for period in begun if period.months == 1 and period.last_day < today]
    again, before = ended[-_MONTHS_AGAIN:], ended[:-_MONTHS_AGAIN]
    missing = [period for period in before if period.year == today.year and str(period) not in stored]
    return [*year, *reversed(quarters), *reversed(again), *reversed(missing)]


def _by_unit(readings: Readings) -> dict[str, dict[Endpoint, PublishedUnit]]:
    found: dict[str, dict[Endpoint, PublishedUnit]] = defaultdict(dict)
    for endpoint, reading in readings.items():
        for unit in reading.units:
            found[unit.code][endpoint] = unit
    return found


def _id_of(province: str, reading: Reading) -> str | None:
    return next((unit.department_id for unit in reading.units if unit.code == province), None)


def _counted(readings: Readings, added: int, changed: int) -> Counts:
    refused = sum(len(reading.refused) for reading in readings.values())
    return Counts(
        pages=sum(reading.pages for reading in readings.values()),
        received=sum(len(reading.units) for reading in readings.values()) + refused,
        added=added,
        changed=changed,
        refused=refused,
    )


def _key(endpoint: Endpoint, period: Period, code: str) -> str:
    return f"{endpoint} {period} {code}"


def _refusal(endpoint: Endpoint, period: Period, unit: UnitRefused) -> Refusal:
    """Return a refusal that is one and the same for as long as the unit is refused."""
    key = _key(endpoint, period, unit.code)
    digest = blake2b(msgspec.msgpack.encode((key, unit.field, unit.reason)), digest_size=16).digest()
    return Refusal(item_hash=digest, field=unit.field, reason=unit.reason, source_id=key)


def _told(errors: list[str]) -> str | None:
    """Return the failures as one text, the first ones in full."""
    if not errors:
        return None
    text = "; ".join(errors)
    return text if len(text) <= _LONGEST_ERROR else f"{text[:_LONGEST_ERROR]}… ({len(errors)} in all)"
