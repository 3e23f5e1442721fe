"""Single questions to a source, asked before anyone is accused."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.sources import Lease
from shared.db.tables import look_ups
from shared.db.views.scope import one_of
from shared.domain.dossiers import Absent

_OWED = text(
    "SELECT l.code, l.failures, (SELECT r.record ->> 'spelling' FROM records r WHERE r.province_code = l.province_code"
    " AND r.source = l.source AND r.code = l.code LIMIT 1) AS spelling FROM look_ups l"
    " WHERE l.province_code = :province AND l.source = :source AND l.wanted_at <= (SELECT clock_timestamp())"
    " ORDER BY l.failures, l.wanted_at, l.code LIMIT :limit"
)
"""The clock is asked once, in a place of its own: otherwise of every row, and no index would serve."""


class Owed(msgspec.Struct, frozen=True):
    """A question that is owed, how often it failed, and how the source itself writes the code if it has the dossier."""

    code: str
    failures: int
    spelling: str | None


async def want(connection: AsyncConnection, province: str, wanted: Sequence[tuple[str, str, datetime]]) -> None:
    """Ask for look-ups, given as (source, code, since when the dossier is due); one that is owed already stays as it is.

    The debt keeps its age: what was due at a moment is not settled before its questions are answered and reviewed.
    """
    if wanted:
        statement = text(
            "INSERT INTO look_ups (province_code, source, code, wanted_at)"
            " SELECT :province, source, code, wanted_at"
            " FROM unnest(CAST(:sources AS text[]), CAST(:codes AS text[]), CAST(:moments AS timestamptz[]))"
            " AS new (source, code, wanted_at)"
            " ON CONFLICT (province_code, source, code) DO UPDATE SET wanted_at = excluded.wanted_at, failures = 0"
            " WHERE look_ups.wanted_at IS NULL"
        )
        sources, codes, moments = zip(*sorted(wanted), strict=True)
        parameters = {"sources": list(sources), "codes": list(codes), "moments": list(moments)}
        await connection.execute(statement, {"province": province, **parameters})


async def wanted_since(connection: AsyncConnection, lease: Lease, code: str) -> datetime | None:
    """Return since when a look-up is owed."""
    owed_since: datetime | None = await connection.scalar(select(look_ups.c.wanted_at).where(*_is(lease, code)))
    return owed_since


async def owed(connection: AsyncConnection, lease: Lease, *, limit: int) -> list[Owed]:
    """Return the look-ups owed to a source by now, the oldest first, those that failed least before the others."""
    rows = await connection.execute(_OWED, {"province": lease.province, "source": lease.source, "limit": limit})
    return [Owed(*row) for row in rows]


async def answered(connection: AsyncConnection, lease: Lease, code: str, *, asked_at: datetime | None) -> None:
    """Note that a question was answered, asked at `asked_at`; None: nobody can answer it."""
    values = {"wanted_at": None, "failures": 0, **({"asked_at": asked_at} if asked_at else {})}
    await connection.execute(update(look_ups).where(*_is(lease, code)).values(values))


async def failed(connection: AsyncConnection, lease: Lease, code: str) -> None:
    """Note that a question could not be asked; it stays owed."""
    await connection.execute(update(look_ups).where(*_is(lease, code)).values(failures=look_ups.c.failures + 1))


def _is(lease: Lease, code: str) -> tuple[Any, ...]:
    return look_ups.c.province_code == lease.province, look_ups.c.source == lease.source, look_ups.c.code == code


async def gone(connection: AsyncConnection, lease: Lease, codes: Collection[str], *, at: datetime) -> None:
    """Note that the source has nothing more under these codes since a moment."""
    if codes:
        statement = text(
            "INSERT INTO look_ups (province_code, source, code, gone_at)"
            " SELECT :province, :source, code, :at FROM unnest(CAST(:codes AS text[])) AS code"
            " ON CONFLICT (province_code, source, code) DO UPDATE SET gone_at = excluded.gone_at"
        )
        parameters = {"province": lease.province, "source": lease.source, "codes": sorted(codes), "at": at}
        await connection.execute(statement, parameters)


async def absences(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[tuple[str, str], Absent]:
    """Return when these dossiers were last asked for singly and when their records went away, by (code, source)."""
    query = select(look_ups.c.code, look_ups.c.source, look_ups.c.asked_at, look_ups.c.gone_at).where(
        look_ups.c.province_code == province, one_of(look_ups.c.code, codes)
    )
    return {(row.code, row.source): Absent(row.asked_at, row.gone_at) for row in await connection.execute(query)}
