"""Petitions: written where they changed, and the queue of their reviews."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.sources import Lease
from shared.db.tables import petitions
from shared.db.views.scope import one_of
from shared.domain.petitions import Petition, PetitionDeadline, petition_digest

BATCH = 1000
"""At most so many petitions a transaction."""

_AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier than anything a source tells: what changed is reviewed whatever its source is read to."""


class Known(msgspec.Struct, frozen=True):
    """What is stored of a petition, without its values."""

    hash: bytes
    updated_at: datetime
    dossier_code: str | None


class Claimed(msgspec.Struct, frozen=True):
    """A petition locked for review, when it was first seen, and the rules it was last judged by (0: by none)."""

    petition: Petition
    first_seen_at: datetime
    rule_set: int


class Judged(msgspec.Struct, frozen=True):
    """What a review leaves with a petition: when to look again, what is owed until when, and from when on it counts as late."""

    code: str
    next_review_at: datetime | None
    deadline: PetitionDeadline | None
    late_from: datetime | None


async def known(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, Known]:
    """Return what is stored under these codes."""
    query = select(petitions.c.code, petitions.c.hash, petitions.c.updated_at, petitions.c.dossier_code).where(
        petitions.c.province_code == province, petitions.c.code.in_(codes)
    )
    return {code: Known(*rest) for code, *rest in await connection.execute(query)}


async def write(
    connection: AsyncConnection, lease: Lease, changed: Sequence[Petition], *, requested_at: datetime, now: datetime
) -> None:
    """Write petitions that are new or differ, asked for at `requested_at`, and make them due."""
    if not changed:
        return
    rows = [_row(lease.province, petition, requested_at, now) for petition in sorted(changed, key=lambda petition: petition.code)]
    statement = upsert(petitions)
    kept = ("province_code", "code", "first_seen_at")
    news = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    await connection.execute(statement.on_conflict_do_update(index_elements=["province_code", "code"], set_=news), rows)


async def of_dossiers(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, tuple[Petition, ...]]:
    """Return the petitions that name these dossiers, in the order of their own codes."""
    query = (
        select(petitions.c.dossier_code, petitions.c.petition)
        .where(petitions.c.province_code == province, one_of(petitions.c.dossier_code, codes))
        .order_by(petitions.c.code)
    )
    found: dict[str, list[Petition]] = defaultdict(list)
    for code, petition in await connection.execute(query):
        found[code].append(petition)
    return {code: tuple(listed) for code, listed in found.items()}


async def claim(connection: AsyncConnection, province: str, rule_set: int, *, as_of: datetime) -> list[Claimed]:
    """Lock a batch of petitions that nobody else is reviewing: due at a moment, or judged by older rules."""
    rows = await connection.execute(
        select(petitions.c.petition, petitions.c.first_seen_at, petitions.c.rule_set)
        .where(
            petitions.c.province_code == province,
            (petitions.c.next_review_at <= as_of) | (petitions.c.rule_set < rule_set),
        )
        .order_by(petitions.c.code)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return [Claimed(*row) for row in rows]


async def judged(connection: AsyncConnection, province: str, rows: Sequence[Judged], *, rule_set: int, now: datetime) -> None:
    """Write what a review leaves; the rows are locked by `claim`."""
    statement = text(
        "UPDATE petitions SET judged_at = :now, rule_set = :rule_set, next_review_at = new.next_review_at, step = new.step,"
        " due_at = new.due_at, late_from = new.late_from FROM unnest(CAST(:codes AS text[]), CAST(:moments AS timestamptz[]),"
        " CAST(:steps AS text[]), CAST(:due AS timestamptz[]), CAST(:late AS timestamptz[]))"
        " AS new (code, next_review_at, step, due_at, late_from)"
        " WHERE petitions.province_code = :province AND petitions.code = new.code"
    )
    columns = {
        "codes": [row.code for row in rows],
        "moments": [row.next_review_at for row in rows],
        "steps": [row.deadline and row.deadline.step for row in rows],
        "due": [row.deadline and row.deadline.due_at for row in rows],
        "late": [row.late_from for row in rows],
    }
    await connection.execute(statement, {"province": province, "rule_set": rule_set, "now": now, **columns})


def _row(province: str, petition: Petition, requested_at: datetime, now: datetime) -> dict[str, object]:
    return {
        "province_code": province,
        "code": petition.code,
        "hash": petition_digest(petition),
        "petition": petition,
        "updated_at": min(petition.updated_at, requested_at),
        "status": int(petition.status),
        "kind": petition.kind and int(petition.kind),
        "agency": petition.agency,
        "dossier_code": petition.dossier_code,
        "received_at": petition.received_at,
        "first_seen_at": now,
        "next_review_at": _AT_ONCE,
        "complained_of": petition.is_complained_of,
    }
