"""Whether answers are complete and fresh: one entry for each thing they depend on, as health+json has it.

The form is that of draft-inadarei-api-health-check-06; `reasons` beside it is ours, for those who want a list.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from time import perf_counter
from typing import Any

import msgspec

from services.api.reader import Reader
from shared.db.schema import check_schema, head_revision
from shared.db.views.freshness import SourceFreshness, Status, read_beside
from shared.db.views.queues import queue_ages
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.errors import DatabaseUnavailable, SchemaError

QUEUE_WARNS_AFTER = timedelta(minutes=5)
"""How long events or deliveries may wait before that is told; answers are complete whatever receivers do."""

API_VERSION = "1"

_DATABASE, _SCHEMA, _SOURCES = "database:responseTime", "schema:revision", "sources:age"
_BEHIND = {Status.LOADING: "was never read completely", Status.STALE: "is not read any more"}


class Standing(StrEnum):
    """`warn`: something is wrong that spoils no answer."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


class Check(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One thing answers depend on: what was seen of it and whether that will do; `output` says what is wrong."""

    component_type: str
    status: Standing
    component_id: str | None = None
    observed_value: float | str | None = None
    observed_unit: str | None = None
    time: datetime | None = None
    output: str | None = None


class Report(msgspec.Struct, frozen=True):
    """All checks, by `component:measurement`."""

    checks: Mapping[str, tuple[Check, ...]]

    @property
    def reasons(self) -> list[str]:
        """Why answers are not complete or not fresh; empty when they are."""
        return [check.output or "" for check in self._all if check.status is Standing.FAIL]

    @property
    def status(self) -> Standing:
        """The worst of all."""
        found = {check.status for check in self._all}
        return next(standing for standing in (Standing.FAIL, Standing.WARN, Standing.PASS) if standing in found)

    def body(self) -> dict[str, Any]:
        """Return what is answered."""
        told = "; ".join(check.output for check in self._all if check.output)
        return {
            "status": self.status,
            "version": API_VERSION,
            **({"output": told} if told else {}),
            "reasons": self.reasons,
            "checks": {name: msgspec.to_builtins(checks) for name, checks in self.checks.items() if checks},
        }

    @property
    def _all(self) -> Iterable[Check]:
        return (check for checks in self.checks.values() for check in checks)


class Readiness:
    """Looks once for all who ask at the same time: however many ask, it holds one connection."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._looking: asyncio.Task[Report] | None = None

    async def report(self) -> Report:
        """Return how everything stands now."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(_report(self._reader))
        return await asyncio.shield(self._looking)


async def _report(reader: Reader) -> Report:
    started = perf_counter()
    try:
        revision = await check_schema(reader.database.engine)
        took = round((perf_counter() - started) * 1000, 1)
        async with reader.snapshot() as snapshot:
            return Report(await _checks(snapshot, took, revision))
    except DatabaseUnavailable as error:
        return Report({_DATABASE: (Check(component_type="datastore", status=Standing.FAIL, output=str(error)),)})
    except SchemaError as error:
        return Report({_SCHEMA: (Check(component_type="datastore", status=Standing.FAIL, output=str(error)),)})


async def _checks(snapshot: Snapshot, took: float, revision: str) -> dict[str, tuple[Check, ...]]:
    now = snapshot.now
    ages = await queue_ages(snapshot, within=WHOLE_PROVINCE)
    beside = await read_beside(snapshot.connection, snapshot.province, now)
    fresh = _stored(observed_value=took, observed_unit="ms", time=now)
    return {
        _DATABASE: (fresh,),
        _SCHEMA: (_schema(revision, now),),
        _SOURCES: (
            *(_source(source, now, Standing.FAIL) for source in snapshot.freshness.sources),
            *(_source(source, now, Standing.WARN) for source in beside),
            *(() if snapshot.freshness.sources else (_NO_SOURCE,)),
        ),
        "events:age": (_queue(ages.events, now, "events wait to be put on their way to webhooks"),),
        "webhooks:age": (_queue(ages.deliveries, now, "a receiver of a webhook does not accept what is due"),),
    }


_NO_SOURCE = Check(
    component_type="system", status=Standing.FAIL, output="no source is known yet: no monitor has run on this database"
)


def _stored(**seen: Any) -> Check:
    return Check(component_type="datastore", status=Standing.PASS, **seen)


def _schema(revision: str, now: datetime) -> Check:
    """A newer schema will do while the processes are replaced one by one."""
    if revision == head_revision():
        return _stored(observed_value=revision, time=now)
    told = "the schema is newer than this version, which still runs on it"
    return Check(component_type="datastore", status=Standing.WARN, observed_value=revision, time=now, output=told)


def _source(source: SourceFreshness, now: datetime, behind: Standing) -> Check:
    """A source that is behind stands as `behind`: only those that dossiers are judged by spoil answers."""
    is_ok = source.status is Status.OK
    return Check(
        component_type="system",
        component_id=source.name,
        status=Standing.PASS if is_ok else behind,
        observed_value=_seconds(now - source.read_to) if source.read_to else None,
        observed_unit="s" if source.read_to else None,
        time=now,
        output=None if is_ok else f"source {source.name} {_BEHIND[source.status]}",
    )


def _queue(age: timedelta, now: datetime, told: str) -> Check:
    waits = age >= QUEUE_WARNS_AFTER
    return Check(
        component_type="component",
        status=Standing.WARN if waits else Standing.PASS,
        observed_value=_seconds(age),
        observed_unit="s",
        time=now,
        output=told if waits else None,
    )


def _seconds(age: timedelta) -> float:
    return round(age.total_seconds(), 1)
