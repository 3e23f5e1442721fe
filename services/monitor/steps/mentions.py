"""What records name in passing: agencies and procedures that nobody listed yet, and the dossiers that learn from it."""

from collections.abc import Sequence

import msgspec

from services.monitor.sources.source import Reading
from shared.db.engine import Connection, Database, clock, fence
from shared.db.stores import catalogue, dossiers
from shared.domain.catalogue import Agency, Procedure

Named = tuple[type, str, str | None]
"""An agency by its code, a procedure by its code and the sector it was named with."""


class Kept(msgspec.Struct, frozen=True):
    """What a page named for the first time; `procedures`: those nobody knew the sector of; `waiting`: dossiers under them."""

    named: frozenset[Named] = frozenset()
    procedures: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


class Mentions:
    """Of one source. What was kept once is not asked of the database again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: set[Named] = set()

    async def keep(self, connection: Connection, province: str, readings: Sequence[Reading]) -> Kept:
        """Write what is named, before any dossier is locked.

        A first sector is written alone, after the reviews that do not know of it; the first `dossiers.BATCH` they judged are told
        in `waiting`, to be made due in the same transaction.
        """
        agencies = {_key(agency): agency for reading in readings for agency in reading.agencies}
        procedures = {_key(reading.procedure): reading.procedure for reading in readings if reading.procedure}
        new_agencies = [agency for key, agency in agencies.items() if key not in self._kept]
        new_procedures = [procedure for key, procedure in procedures.items() if key not in self._kept]
        named = frozenset(map(_key, new_agencies)) | frozenset(map(_key, new_procedures))
        telling = [procedure for procedure in new_procedures if procedure.sector]
        is_first = await catalogue.lack_sector(connection, province, [procedure.code for procedure in telling])
        if is_first:
            await fence(connection, province, alone=True)  # before any row: the catalogue takes them in this order, too
        await catalogue.mention(connection, province, new_agencies, new_procedures)
        if not is_first:
            return Kept(named)
        told = await catalogue.tell_sectors(connection, province, telling, now=await clock(connection))
        return Kept(named, frozenset(told), frozenset(await dossiers.judged_under(connection, province, told)))

    async def finish(self, province: str, kept: Kept) -> None:
        """Remember what is committed, and make the rest of the dossiers due; after a kill the next catalogue reading does it."""
        self._kept |= kept.named
        made = len(kept.waiting)
        while made == dossiers.BATCH:
            async with self._database.begin() as connection:
                now = await clock(connection)
                made = await dossiers.make_due_by_procedures(connection, province, kept.procedures, now=now)


def _key(named: Agency | Procedure) -> Named:
    return type(named), named.code, named.sector if isinstance(named, Procedure) else None
