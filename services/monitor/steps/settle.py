"""Around the reviews: waking what waited for a source, telling how far alerts are settled, watching the sources."""

from collections.abc import Mapping
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


class Settling:
    """For one province."""

    def __init__(self, database: Database, province: str) -> None:
        self._database = database
        self._province = province
        self._woken: dict[str, datetime] = {}

    async def wake(self) -> dict[str, datetime]:
        """Make those dossiers due that wait for a source that was read since; returns how far each source is read."""
        async with self._database.begin() as connection:
            states = await sources.states(connection, self._province)
        read_to = {name: state.read_to for name, state in states.items() if state.read_to}
        fresh = [name for name, moment in read_to.items() if self._woken.get(name) != moment]
        woken = len(fresh)
        while woken:
            async with self._database.begin() as connection:
                woken = await dossiers.wake(connection, self._province, fresh, now=await clock(connection))
        self._woken = read_to
        return dict(read_to)

    async def settle(self, read_to: Mapping[str, datetime], now: datetime) -> bool:
        """Note that every alert is settled up to `read_to`, unless a review or look-up due at `now` is still to be done."""
        async with self._database.begin() as connection:
            return await settled.settle(connection, self._province, dict(read_to), now=now)

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
