"""Around the reviews: waking what waited for a source, telling how far alerts are settled, watching the sources."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from shared.db.engine import Database, clock
from shared.db.stores import alerts, dossiers, settled, sources
from shared.db.stores.alerts import SOURCE, Told
from shared.db.stores.sources import SourceState
from shared.domain.alerts import transitions
from shared.domain.dossiers import Place
from shared.domain.findings import Finding
from shared.domain.rules.source import stale


class Reading(msgspec.Struct, frozen=True):
    """How far each source is read at a moment; `wants_review`: something is due by then, or not settled up to there."""

    read_to: dict[str, datetime]
    now: datetime
    wants_review: bool


class Settling:
    """For one province."""

    def __init__(self, database: Database, province: str) -> None:
        self._database = database
        self._province = province
        self._woken: dict[str, datetime] = {}

    async def wake(self) -> Reading:
        """Make those dossiers due that wait for a source that was read since; returns how far each source is read.

        The sources are looked at first: whatever they brought is due by then.
        """
        async with self._database.single() as connection:
            states = await sources.states(connection, self._province)
            now = await clock(connection)
            is_owed = await settled.is_owed(connection, self._province, now=now)
        read_to = {name: state.read_to for name, state in states.items() if state.read_to}
        if fresh := [name for name, moment in read_to.items() if self._woken.get(name) != moment]:
            now, is_owed = await self._wake(fresh), True
        self._woken = read_to
        return Reading(read_to, now, is_owed or any(_is_ahead(state) for state in states.values()))

    async def _wake(self, fresh: Collection[str]) -> datetime:
        """Make those due that wait for one of these sources, batch by batch; returns when that was done."""
        woken = -1
        while woken:
            async with self._database.begin() as connection:
                now = await clock(connection)
                woken = await dossiers.wake(connection, self._province, fresh, now=now)
        return now

    async def settle(self, reading: Reading) -> bool:
        """Note that every alert is settled up to a reading, unless a review or look-up due by then is still to be done."""
        async with self._database.begin() as connection:
            return await settled.settle(connection, self._province, reading.read_to, now=reading.now)

    async def watch_sources(self) -> None:
        """Open and resolve `source.stale` alerts; those of a source that is no longer configured are resolved."""
        async with self._database.begin() as connection:
            await sources.watch_alone(connection, self._province)
            now = await clock(connection)
            states = await sources.states(connection, self._province)
            names = await sources.names(connection, self._province)
            found = {SOURCE + name: _stale(states[name], now) if name in states else [] for name in names}
            standing = await alerts.unresolved(connection, self._province, found.keys())
            changes = [
                Told(subject=subject, change=change, place=Place())
                for subject, findings in found.items()
                for change in transitions(standing.get(subject, []), findings, Place())
            ]
            await alerts.write(connection, self._province, changes, now=now)


def _is_ahead(state: SourceState) -> bool:
    return state.read_to is not None and (state.settled_to is None or state.settled_to < state.read_to)


def _stale(state: SourceState, now: datetime) -> list[Finding]:
    phase = stale(state.read_to, state.progress_at, state.interval)
    if phase.starts_at > now:
        return []
    return [
        Finding(
            rule=phase.rule,
            family=phase.rule,
            severity=phase.severity,
            since=phase.since,
            opens_at=phase.opens_at,
            responsible=phase.duty.responsible,
            details=msgspec.to_builtins(phase.details),
            ripe=True,
        )
    ]
