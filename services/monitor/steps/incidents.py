"""Masses of one cause: gathered where alerts open, closed when next to nothing of them is left."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec
import structlog

from shared.db.engine import Connection, Database, clock, retried
from shared.db.stores import incidents as store
from shared.db.stores.alerts import Told
from shared.db.stores.incidents import Incident, new_incident
from shared.db.stores.telling_again import tell_again
from shared.domain.alerts import Open, Reason
from shared.domain.dossiers import Rules
from shared.domain.events import EventType
from shared.domain.incidents import Mass, Standing, Suspect, has_ended, is_suspect, masses, suspect

log = structlog.get_logger()


async def gather(connection: Connection, rules: Rules, mass: Mass, changes: Sequence[Told], *, now: datetime) -> list[Told]:
    """Return the changes with each alert that opens inside an incident marked so; incidents that begin thereby are told.

    Called with the dossiers and the alerts locked, before anything of the alerts is written.
    """
    opening = {index: found for index, told in enumerate(changes) if (found := _suspect(told, rules))}
    if not opening:
        return list(changes)
    at_work = await store.hold_open(connection, rules.province)
    alone = [one for one in opening.values() if _incident_of(one, at_work) is None]
    if alone:
        at_work += await _begin(connection, rules, mass, alone, now)
    inside = {index: incident for index, one in opening.items() if (incident := _incident_of(one, at_work))}
    for incident in at_work:
        new = [opening[index] for index, around in inside.items() if around is incident]
        if new:
            await store.take_in(connection, rules.province, incident, new)
    return [
        msgspec.structs.replace(told, incident=inside[index].id, reason=Reason.INCIDENT) if index in inside else told
        for index, told in enumerate(changes)
    ]


async def _begin(connection: Connection, rules: Rules, mass: Mass, opening: list[Suspect], now: datetime) -> list[Incident]:
    """Begin the incidents there are around what opens by itself; what opened lately is found inside them, too."""
    lately = await store.recent(connection, rules, since=now - mass.within)
    around = [*(one.suspect for one in lately), *await store.coming(connection, rules)]
    begun = []
    for cause in masses(opening, around, mass):
        inside = [one for one in (*opening, *around) if one.shares(cause)]
        new = new_incident(cause, inside, rules.sync_owner or rules.province, now)
        incident = await store.begin(connection, rules.province, new, len(inside))
        await store.join(connection, rules.province, incident.id, [one.id for one in lately if one.suspect.shares(cause)])
        log.warning("incident_opened", incident=incident.id, kind=cause.kind, code=cause.code, dossiers=len(inside))
        begun.append(incident)
    return begun


def _suspect(told: Told, rules: Rules) -> Suspect | None:
    if not isinstance(told.change, Open) or not is_suspect(told.change.finding, told.reason):
        return None
    return suspect(told.change.finding, told.place, rules)


def _incident_of(one: Suspect, at_work: Sequence[Incident]) -> Incident | None:
    return next((incident for incident in at_work if one.shares(incident.cause)), None)


class Closing:
    """Closes the incidents of one province of which next to nothing is left; what still stands is told one by one."""

    def __init__(self, database: Database, rules: Rules, mass: Mass) -> None:
        self._database = database
        self._rules = rules
        self._mass = mass

    async def run(self) -> int:
        """Close all that are over; returns how many."""
        async with self._database.begin() as connection:
            open_ones = await store.open_ones(connection, self._rules.province)
        return sum([await retried(partial(self._closed, one)) for one in open_ones])

    async def _closed(self, incident: Incident) -> bool:
        try:
            return await self._close(incident)
        except _Joined:
            return False

    async def _close(self, incident: Incident) -> bool:
        """Close an incident if it is over; one that something joins at this moment is left to the next run."""
        province = self._rules.province
        async with self._database.begin() as connection:
            now, left = await clock(connection), await store.standing_ids(connection, province, incident.id)
            if not has_ended(await self._standing(connection, incident, len(left)), self._mass):
                return False
            untold = [id_ for id_, is_inside in left if is_inside]
            await tell_again(connection, province, dict.fromkeys(untold, EventType.ALERT_OPENED), Reason.INCIDENT_CLOSED, now=now)
            still = {one.id: one for one in await store.hold_open(connection, province)}
            standing = await store.standing_ids(connection, province, incident.id)
            if incident.id not in still or len(standing) > len(left):
                raise _Joined
            ended = Standing(await store.alerts_of(connection, province, incident.id), len(standing))
            await store.end(connection, province, still[incident.id], ended, now=now)
        log.info("incident_closed", incident=incident.id, alerts=ended.alerts, standing=ended.standing)
        return True

    async def _standing(self, connection: Connection, incident: Incident, standing: int) -> Standing:
        """Return how an incident stands; what is coming is asked for only where it may decide."""
        counted = Standing(await store.alerts_of(connection, self._rules.province, incident.id), standing)
        if not has_ended(counted, self._mass):
            return counted
        coming = sum(one.shares(incident.cause) for one in await store.coming(connection, self._rules))
        return msgspec.structs.replace(counted, coming=coming)


class _Joined(Exception):
    """Something joined an incident, or somebody else closed it, while it was being closed: nothing is written."""
