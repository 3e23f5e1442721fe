"""What is on its way to receivers: claimed for a while, recorded, moved on. Of one subject only the oldest that waits is sent.

A row behind another one of its subject is put off when it is first looked at, and is due at once when the one before it is done:
however many wait behind one dead receiver, each of them is looked at once, not at every claim. Nothing is put off behind one that
another monitor is just done with: the one before is locked for it. What is held until the window of its receiver opens is not due
before, and nothing waits behind it.

Locks are taken in this order: webhooks by id, then deliveries. A claim waits for nobody: it skips what is locked.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PUT_OFF = timedelta(hours=1)
_PUT_OFF_AT_ONCE = 300

_FREE = """
SELECT d.id, d.webhook_id, d.subject, d.expires_at
FROM webhooks w
LEFT JOIN unnest(CAST(:webhooks AS bigint[]), CAST(:free AS int[]), CAST(:busy AS int[])) AS room (id, free, busy)
    ON room.id = w.id
CROSS JOIN LATERAL (
    SELECT due.*, row_number() OVER () AS place
    FROM (
        SELECT d.id, d.webhook_id, d.subject, d.expires_at, d.due_at
        FROM deliveries d
        WHERE d.province_code = w.province_code AND d.webhook_id = w.id AND d.state = 'waiting' AND d.due_at <= :now
        AND (d.leased_until IS NULL OR d.leased_until <= :now)
        ORDER BY d.due_at, d.id
        LIMIT coalesce(room.free, :each) FOR UPDATE SKIP LOCKED
    ) due
) d
WHERE w.province_code = :province AND w.active AND w.disabled_at IS NULL AND coalesce(room.free, :each) > 0
ORDER BY coalesce(room.busy, 0) + d.place, d.due_at, d.id
LIMIT :limit
"""

_LEASE = """
UPDATE deliveries d SET leased_until = :until
FROM unnest(CAST(:ids AS bigint[])) AS free (id)
WHERE d.province_code = :province AND d.id = free.id
AND d.id = (
    SELECT o.id FROM deliveries o
    WHERE o.province_code = d.province_code AND o.webhook_id = d.webhook_id AND o.subject = d.subject AND o.state = 'waiting'
    AND (o.held_until IS NULL OR o.held_until <= :now)
    ORDER BY o.xid, o.outbox_id LIMIT 1
)
RETURNING d.id, d.webhook_id, d.subject, d.message_id, d.body, d.attempts - d.tried_before AS tried, d.expires_at, d.leased_until
"""

_RECEIVERS = """
SELECT w.id, w.url, ARRAY(
    SELECT s.sealed FROM webhook_secrets s
    WHERE s.province_code = w.province_code AND s.webhook_id = w.id AND (s.expires_at IS NULL OR s.expires_at > :now)
    ORDER BY s.id DESC
) AS sealed
FROM webhooks w
WHERE w.province_code = :province AND w.id = ANY(CAST(:webhooks AS bigint[])) AND w.active AND w.disabled_at IS NULL
"""

_PUT_BEHIND_OFF = """
UPDATE deliveries d SET due_at = least(:later, d.expires_at)
FROM unnest(CAST(:webhooks AS bigint[])) AS held (webhook_id)
CROSS JOIN LATERAL (
    SELECT due.id, (
        SELECT o.id FROM deliveries o
        WHERE o.province_code = due.province_code AND o.webhook_id = due.webhook_id AND o.subject = due.subject
        AND o.state = 'waiting' AND (o.held_until IS NULL OR o.held_until <= :now)
        ORDER BY o.xid, o.outbox_id LIMIT 1
    ) AS first
    FROM (
        SELECT d.id, d.province_code, d.webhook_id, d.subject
        FROM deliveries d
        WHERE d.province_code = :province AND d.webhook_id = held.webhook_id AND d.state = 'waiting' AND d.due_at <= :now
        AND (d.leased_until IS NULL OR d.leased_until <= :now) AND (d.expires_at IS NULL OR d.expires_at > :now)
        ORDER BY d.due_at, d.id
        LIMIT :at_once FOR UPDATE SKIP LOCKED
    ) due
) behind
CROSS JOIN LATERAL (
    SELECT o.id FROM deliveries o
    WHERE o.province_code = :province AND o.id = behind.first AND o.id <> behind.id AND o.state = 'waiting'
    FOR UPDATE SKIP LOCKED
) AS standing
WHERE d.province_code = :province AND d.id = behind.id
"""

_EXPIRE = """
UPDATE deliveries d SET state = 'expired', finished_at = :now, leased_until = NULL
FROM unnest(CAST(:ids AS bigint[])) AS late (id)
WHERE d.province_code = :province AND d.id = late.id AND d.state = 'waiting'
"""

_NEXT_IS_DUE = """
UPDATE deliveries d SET due_at = :now
FROM unnest(CAST(:webhooks AS bigint[]), CAST(:subjects AS text[])) AS done (webhook_id, subject)
WHERE d.province_code = :province AND d.due_at > :now AND d.id = (
    SELECT n.id FROM deliveries n
    WHERE n.province_code = :province AND n.webhook_id = done.webhook_id AND n.subject = done.subject AND n.state = 'waiting'
    AND (n.held_until IS NULL OR n.held_until <= :now)
    ORDER BY n.xid, n.outbox_id LIMIT 1
)
"""

_PUT_BACK = """
UPDATE deliveries d SET leased_until = NULL, due_at = :due
FROM unnest(CAST(:ids AS bigint[]), CAST(:leases AS timestamptz[])) AS claimed (id, lease)
WHERE d.province_code = :province AND d.id = claimed.id AND d.leased_until = claimed.lease
"""


class Claimed(msgspec.Struct, frozen=True):
    """A delivery that is ours to send until `leased_until`. `tried`: attempts already made since it was made or replayed;
    `sealed`: the secrets to sign with, the newest first; `at`: when it was claimed.
    """

    id: int
    webhook_id: int
    subject: str
    message_id: str
    body: str
    url: str
    tried: int
    expires_at: datetime | None
    leased_until: datetime
    sealed: tuple[bytes, ...]
    at: datetime


class Room(msgspec.Struct, frozen=True):
    """How many more may be sent to one receiver now, and how many are."""

    free: int
    busy: int


async def claim(
    connection: AsyncConnection,
    province: str,
    rooms: dict[int, Room],
    *,
    each: int,
    limit: int,
    lease: timedelta,
    now: datetime,
) -> tuple[list[Claimed], bool]:
    """Take up to `limit` deliveries that are due, the receivers in turn; `each` is the room of one that is not in `rooms`.

    What has expired is marked so instead, what is not the oldest of its subject is put off. Returns also whether there was any
    of either: then there may be more to claim at once. Nothing is claimed for a receiver that is switched off.
    """
    parameters = {
        "webhooks": list(rooms),
        "free": [room.free for room in rooms.values()],
        "busy": [room.busy for room in rooms.values()],
    }
    given = {"province": province, "now": now, "each": each, "limit": limit}
    found = (await connection.execute(text(_FREE), {**given, **parameters})).all()
    if not found:
        return [], False
    expired = [row for row in found if row.expires_at and row.expires_at <= now]
    if expired:
        await connection.execute(text(_EXPIRE), {"province": province, "ids": [row.id for row in expired], "now": now})
        await next_is_due(connection, province, {(row.webhook_id, row.subject) for row in expired}, now=now)
    gone = {row.id for row in expired}
    ids = [row.id for row in found if row.id not in gone]
    leased = {"province": province, "ids": ids, "until": now + lease, "now": now}
    rows = (await connection.execute(text(_LEASE), leased)).mappings().all()
    taken = gone | {row["id"] for row in rows}
    behind = {row.webhook_id for row in found if row.id not in taken}
    if behind:
        await _put_off(connection, province, behind, now)
    return await _with_receivers(connection, province, rows, now), bool(expired or behind)


async def put_back(connection: AsyncConnection, province: str, claimed: Collection[Claimed], *, due_at: datetime) -> None:
    """Give up deliveries without having tried them; they are due again at a moment."""
    parameters = {"ids": [one.id for one in claimed], "leases": [one.leased_until for one in claimed]}
    await connection.execute(text(_PUT_BACK), {"province": province, "due": due_at, **parameters})


async def next_is_due(connection: AsyncConnection, province: str, done: Collection[tuple[int, str]], *, now: datetime) -> None:
    """Make the next delivery of each (webhook, subject) due, after the one before it was done."""
    if done:
        webhooks, subjects = zip(*sorted(done), strict=True)
        parameters: dict[str, Any] = {"webhooks": list(webhooks), "subjects": list(subjects)}
        await connection.execute(text(_NEXT_IS_DUE), {"province": province, "now": now, **parameters})


async def _with_receivers(connection: AsyncConnection, province: str, rows: Sequence[Any], now: datetime) -> list[Claimed]:
    """Return what was leased with where it goes; without what has just lost its receiver, which is never sent."""
    parameters = {"province": province, "webhooks": sorted({row["webhook_id"] for row in rows}), "now": now}
    to = {row.id: (row.url, tuple(row.sealed)) for row in await connection.execute(text(_RECEIVERS), parameters)}
    return [
        Claimed(**row, url=to[row["webhook_id"]][0], sealed=to[row["webhook_id"]][1], at=now)
        for row in rows
        if row["webhook_id"] in to
    ]


async def _put_off(connection: AsyncConnection, province: str, held: Collection[int], now: datetime) -> None:
    """Put off what is due for these receivers behind another one of its subject."""
    parameters = {"webhooks": sorted(held), "later": now + _PUT_OFF, "at_once": _PUT_OFF_AT_ONCE}
    await connection.execute(text(_PUT_BEHIND_OFF), {"province": province, "now": now, **parameters})
