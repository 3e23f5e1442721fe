"""What came of each sending, written with what becomes of the delivery."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores import deliveries
from shared.db.stores.deliveries import Claimed
from shared.domain.delivery import Answer, Decision

_RECORD = """
WITH came AS (
    SELECT * FROM unnest(
        CAST(:ids AS bigint[]), CAST(:leases AS timestamptz[]), CAST(:states AS text[]), CAST(:dues AS timestamptz[]),
        CAST(:ats AS timestamptz[]), CAST(:took AS int[]), CAST(:statuses AS smallint[]), CAST(:errors AS text[]),
        CAST(:answers AS text[])
    ) AS came (id, lease, state, due_at, at, milliseconds, status, error, answer)
), moved AS (
    UPDATE deliveries d SET
        state = CASE WHEN d.state = 'waiting' OR came.state = 'delivered' THEN came.state ELSE d.state END,
        due_at = coalesce(came.due_at, d.due_at),
        finished_at = CASE WHEN came.state = 'waiting' THEN d.finished_at ELSE coalesce(d.finished_at, :now) END,
        attempts = d.attempts + 1,
        leased_until = NULL
    FROM came
    WHERE d.province_code = :province AND d.id = came.id AND d.leased_until = came.lease
    RETURNING d.id, d.attempts
)
INSERT INTO delivery_attempts (province_code, delivery_id, number, at, milliseconds, status, error, answer)
SELECT :province, id, moved.attempts, came.at, came.milliseconds, came.status, came.error, came.answer
FROM moved JOIN came USING (id)
RETURNING delivery_id
"""


class Attempt(msgspec.Struct, frozen=True):
    """What came of sending a claimed delivery, and what becomes of it."""

    claimed: Claimed
    answer: Answer
    milliseconds: int
    beginning: str | None
    decision: Decision


async def record(connection: AsyncConnection, province: str, attempts: Sequence[Attempt], *, now: datetime) -> set[int]:
    """Write what came of deliveries that are still ours; returns their ids.

    One that another monitor took meanwhile is left to it. One that was cancelled while it was being sent keeps the attempt, and
    stays cancelled unless it was accepted.
    """
    if not attempts:
        return set()
    parameters = {
        "ids": [attempt.claimed.id for attempt in attempts],
        "leases": [attempt.claimed.leased_until for attempt in attempts],
        "states": [attempt.decision.state.value for attempt in attempts],
        "dues": [attempt.decision.due_at for attempt in attempts],
        "ats": [attempt.claimed.at for attempt in attempts],
        "took": [attempt.milliseconds for attempt in attempts],
        "statuses": [attempt.answer.status for attempt in attempts],
        "errors": [attempt.answer.error for attempt in attempts],
        "answers": [attempt.beginning for attempt in attempts],
    }
    rows = await connection.execute(text(_RECORD), {"province": province, "now": now, **parameters})
    recorded = set(rows.scalars())
    done = [attempt.claimed for attempt in attempts if attempt.decision.due_at is None and attempt.claimed.id in recorded]
    await deliveries.next_is_due(connection, province, {(claimed.webhook_id, claimed.subject) for claimed in done}, now=now)
    return recorded
