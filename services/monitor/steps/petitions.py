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


class TranslatedPetitions(msgspec.Struct):
    """Petitions asked for at `requested_at`; `refused`: those that could not be translated."""

    requested_at: datetime
    read: list[tuple[Item, Petition]] = []
    refused: list[Refusal] = []


class PetitionPlan(msgspec.Struct):
    """What a page changes against what is stored."""

    new: list[Petition] = []
    changed: list[Petition] = []
    dossier_codes: set[str] = set()


def translate(source: PetitionSource, items: Sequence[Item], requested_at: datetime) -> TranslatedPetitions:
    """Translate petitions, each by itself."""
    result = TranslatedPetitions(requested_at)
    for item in items:
        try:
            result.read.append((item, source.petition(item.raw, requested_at=requested_at)))
        except Exception as error:  # noqa: BLE001 - one item that a mapping did not foresee costs one item
            result.refused.append(refusal_of(item.item_hash, error, item.head.source_id))
    return result


def plan(translated: TranslatedPetitions, known: dict[str, Known]) -> PetitionPlan:
    """Return what is new or changed, and the dossiers named before or now. Pure."""
    result = PetitionPlan()
    requested_at = translated.requested_at
    for _, petition in translated.read:
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

    async def prepare(self, _: Lease, items: Sequence[Item], *, requested_at: datetime) -> TranslatedPetitions:
        """Translate a page."""
        return translate(self._source, items, requested_at)

    async def page(
        self, lease: Lease, translated: TranslatedPetitions, refused: Sequence[Refusal], *, cursor: datetime | None
    ) -> Counts:
        """Store a page and move the cursor with it; raises `LeaseLost` and writes nothing when the source was taken."""
        readable = [item.head.source_id for item, _ in translated.read]
        all_refused = [*translated.refused, *refused]
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            result = plan(translated, await petitions.known(connection, lease.province, readable))
            written = [*result.new, *result.changed]
            now = await clock(connection)
            await refusals.mend(connection, lease, (), readable, now=now)
            await refusals.refuse(connection, lease, all_refused, now=now)
            await dossiers.make_due(connection, lease.province, result.dossier_codes, now=now)
            await petitions.write(connection, lease, written, requested_at=translated.requested_at, now=now)
            await sources.advance(connection, lease, cursor=cursor, added=len(result.new), now=now)
        skewed = sum(petition.updated_at > translated.requested_at for petition in written)
        received = len(readable) + len(all_refused)
        return Counts(1, received, len(result.new), len(result.changed), len(all_refused), skewed)
