"""What the portal publishes of itself: its answers as received, and the scores of every unit, as a history that only grows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.sources import Lease
from shared.db.tables import evaluation_answers, official_scores
from shared.db.views.official import unit_of_row
from shared.db.views.rows import all_rows
from shared.domain.periods import Period
from shared.domain.published import Endpoint, PublishedUnit, merged


async def keep_answer(
    connection: AsyncConnection, lease: Lease, endpoint: Endpoint, period: Period, answer: bytes, *, now: datetime
) -> bool:
    """Keep an answer where it differs from the one before, else note that it was seen again; returns whether it differs."""
    digest = blake2b(answer, digest_size=16).digest()
    of = _of(evaluation_answers, lease, period, evaluation_answers.c.endpoint == endpoint)
    query = select(evaluation_answers.c.fetched_at, evaluation_answers.c.answer_hash).where(*of)
    latest = (await connection.execute(query.order_by(evaluation_answers.c.fetched_at.desc()).limit(1))).first()
    if latest and latest.answer_hash == digest:
        seen = update(evaluation_answers).where(*of, evaluation_answers.c.fetched_at == latest.fetched_at)
        await connection.execute(seen.values(last_seen_at=now))
        return False
    row = {"endpoint": endpoint, "period": str(period), "answer_hash": digest, "answer": answer.decode()}
    await connection.execute(
        insert(evaluation_answers).values(province_code=lease.province, fetched_at=now, last_seen_at=now, **row)
    )
    return True


async def keep_scores(
    connection: AsyncConnection,
    lease: Lease,
    period: Period,
    read: Mapping[str, Mapping[Endpoint, PublishedUnit]],
    *,
    now: datetime,
) -> tuple[int, int]:
    """Keep what was read of each unit, by code and part of the evaluation; returns how many units are new, how many differ."""
    kept = await _latest(connection, lease, period)
    again, news = [], []
    for code, parts in sorted(read.items()):
        earlier, fetched_at, seen_at = kept.get(code, (None, now, now))
        found = merged(earlier, parts)
        whole = earlier is None or parts.keys() >= set(earlier.scores.endpoints)
        if found == earlier:
            again += [(code, fetched_at)] if whole else []
        else:
            news.append(_row(found) | {"fetched_at": now, "seen_at": now if whole else seen_at})
    for code, fetched_at in again:
        row = _of(official_scores, lease, period, official_scores.c.unit_code == code, official_scores.c.fetched_at == fetched_at)
        await connection.execute(update(official_scores).where(*row).values(seen_at=now))
    if news:
        key = {"province_code": lease.province, "period": str(period)}
        await connection.execute(insert(official_scores), [key | row for row in news])
    added = sum(row["unit_code"] not in kept for row in news)
    return added, len(news) - added


async def months_read(connection: AsyncConnection, province: str) -> set[str]:
    """Return the periods every part of the evaluation has answered for, as text."""
    query = (
        select(evaluation_answers.c.period)
        .where(evaluation_answers.c.province_code == province)
        .group_by(evaluation_answers.c.period)
        .having(func.count(evaluation_answers.c.endpoint.distinct()) == len(Endpoint))
    )
    return set((await connection.execute(query)).scalars())


async def root_id(connection: AsyncConnection, province: str) -> str | None:
    """Return the portal's own id of the province, as last received; None before."""
    query = select(official_scores.c.department_id).where(
        official_scores.c.province_code == province,
        official_scores.c.unit_code == province,
        official_scores.c.department_id.is_not(None),
    )
    found: str | None = await connection.scalar(query.order_by(official_scores.c.fetched_at.desc()).limit(1))
    return found


async def _latest(
    connection: AsyncConnection, lease: Lease, period: Period
) -> dict[str, tuple[PublishedUnit | None, datetime, datetime]]:
    """Return the latest scores of every unit with when they were fetched and last seen."""
    query = (
        select(official_scores)
        .ext(distinct_on(official_scores.c.unit_code))
        .where(*_of(official_scores, lease, period))
        .order_by(official_scores.c.unit_code, official_scores.c.fetched_at.desc())
    )
    rows = await all_rows(connection, query)
    return {row["unit_code"]: (unit_of_row(row), row["fetched_at"], row["seen_at"]) for row in rows}


def _row(unit: PublishedUnit) -> dict[str, Any]:
    return {
        "unit_code": unit.code,
        "name": unit.name,
        "department_id": unit.department_id,
        "total": unit.total,
        "scores": unit.scores,
    }


def _of(table: Any, lease: Lease, period: Period, *more: Any) -> Sequence[Any]:
    return table.c.province_code == lease.province, table.c.period == str(period), *more
