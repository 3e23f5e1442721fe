"""Storing petitions: what changed is written, with the dossiers they name made due, all at once."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.monitor.sources.source import PetitionSource
from services.monitor.steps.ingest import Item, refusal_of
from shared.db.engine import Database, clock
from shared.db.stores import dossiers, petitions, refusals, sources
from shared.db.stores.petitions import Known
from shared.db.stores.refusals import Refusal
from shared.db.stores.sources import Counts, Lease
from shared.domain.petitions import Petition, petition_digest


class PetitionPlan(msgspec.Struct):
    """What a page changes against what is stored."""

    new: list[Petition] = []
    changed: list[Petition] = []
    refused: list[Refusal] = []
    dossier_codes: set[str] = set()


def plan(source: PetitionSource, items: Sequence[Item], known: dict[str, Known], requested_at: datetime) -> PetitionPlan:
    """Return what is new, changed or refused, and the dossiers named before or now. Pure but for the source's translation."""
    result = PetitionPlan()
    for item in items:
        try:
            petition = source.petition(item.raw, requested_at=requested_at)
        except Exception as error:  # noqa: BLE001 - one item that a mapping did not foresee costs one item
            result.refused.append(refusal_of(item.item_hash, error, item.head.source_id))
            continue
        before = known.get(petition.code)
        if before and (before.hash == petition_digest(petition) or min(petition.updated_at, requested_at) < before.updated_at):
            continue
        (result.changed if before else result.new).append(petition)
        named = {petition.dossier_code, before.dossier_code if before else None}
        result.dossier_codes |= {code for code in named if code}
    return result


class PetitionIngest:
    """Writes for the petitions of one portal."""

    def __init__(self, database: Database, source: PetitionSource) -> None:
        self._database = database
        self._source = source

    async def page(
        self, lease: Lease, items: Sequence[Item], refused: Sequence[Refusal], *, requested_at: datetime, cursor: datetime | None
    ) -> Counts:
        """Store a page and move the cursor with it; raises `LeaseLost` and writes nothing when the source was taken."""
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            known = await petitions.known(connection, lease.province, [item.head.source_id for item in items])
            result = plan(self._source, items, known, requested_at)
            now = await clock(connection)
            readable = {item.head.source_id for item in items} - {refusal.source_id for refusal in result.refused}
            await refusals.mend(connection, lease, (), readable, now=now)
            await refusals.refuse(connection, lease, [*result.refused, *refused], now=now)
            await dossiers.make_due(connection, lease.province, result.dossier_codes, now=now)
            await petitions.write(connection, lease, [*result.new, *result.changed], requested_at=requested_at, now=now)
            await sources.advance(connection, lease, cursor=cursor, added=len(result.new), now=now)
        skewed = sum(petition.updated_at > requested_at for petition in (*result.new, *result.changed))
        refused_in_all = len(result.refused) + len(refused)
        return Counts(1, len(items) + len(refused), len(result.new), len(result.changed), refused_in_all, skewed)
