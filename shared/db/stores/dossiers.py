"""The queue of reviews: one row per dossier, due when anything that can change its answer changed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import ask, one_text
from shared.db.stores.open_tally import STANDS, Stands
from shared.domain.measured import Measured
from shared.domain.standing import Standing

BATCH = 1000
"""At most so many dossiers a transaction."""


_INSERT = (
    "INSERT INTO dossiers (province_code, code, first_seen_at, next_review_at)"
    " SELECT $1, code, $2, $2 FROM unnest(string_to_array($3, ',')) AS code ON CONFLICT DO NOTHING RETURNING code"
)

_TYPES = {
    "code": "text",
    "next_review_at": "timestamptz",
    "waits_for": "text",
    "held": "text",
    "out_of_step": "text",
    "agency": "text",
    "procedure": "text",
    "sector": "text",
    "source": "text",
    "status": "smallint",
    "portal_status": "smallint",
    "online": "boolean",
    "submitted_at": "timestamptz",
    "due_at": "timestamptz",
    "ended_at": "timestamptz",
    "portal_overdue_at": "timestamptz",
    "stage": "text",
    "officer_id": "text",
    "counted_on": "date",
    "accepted": "boolean",
    "open_on_portal": "boolean",
    "paused_since": "timestamptz",
    "intake_by": "timestamptz",
    "taken_up_at": "timestamptz",
    "late_from": "timestamptz",
    "apologised": "boolean",
    "result_at_home": "boolean",
    "paid_online": "boolean",
    "online_result": "boolean",
}
_LISTS = ("waits_for", "held", "out_of_step")
_SETS = ", ".join(
    f"{name} = " + (f"string_to_array(new.{name}, ',')" if name in _LISTS else f"new.{name}") for name in _TYPES if name != "code"
)
_JUDGED = text(
    f"UPDATE dossiers SET judged_at = :now, rule_set = :rule_set, parked_at = NULL, parked_reason = NULL, {_SETS}"  # noqa: S608
    f" FROM unnest({', '.join(f'CAST(:{name} AS {type_}[])' for name, type_ in _TYPES.items())}) AS new ({', '.join(_TYPES)})"
    f" WHERE dossiers.province_code = :province AND dossiers.code = new.code RETURNING {STANDS}"
)
_CLAIM = text(
    f"SELECT code, first_seen_at, rule_set, next_review_at, {STANDS} FROM dossiers"  # noqa: S608 - names of ours
    " WHERE province_code = :province AND next_review_at <= :now"
    " ORDER BY next_review_at, code LIMIT :limit FOR UPDATE SKIP LOCKED"
)


class Claimed(msgspec.Struct, frozen=True):
    """A dossier locked for review. `stands`: what it counts for by its last review."""

    code: str
    first_seen_at: datetime
    rule_set: int
    due_since: datetime
    stands: Stands


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a review leaves on the dossier's row.

    `held`: sources whose news could not be judged yet; `out_of_step`: the `sync.*` rules of which it has an alert.
    """

    code: str
    next_review_at: datetime | None
    waits_for: Collection[str]
    held: Collection[str]
    out_of_step: Collection[str]
    standing: Standing
    measured: Measured = Measured()


async def touch(
    connection: AsyncConnection, province: str, codes: Collection[str], *, others: Collection[str] = (), now: datetime
) -> None:
    """Insert the dossiers that are new, lock all in the order of their codes, make them due; `others` only where they exist."""
    inserted: set[str] = set()
    if codes:
        rows = await ask(connection, _INSERT, province, now, one_text(sorted(codes)))
        inserted.update(code for (code,) in rows)  # due as they come, and held by the insertion itself
    await make_due(connection, province, {*codes, *others} - inserted, now=now)


async def make_due(connection: AsyncConnection, province: str, codes: Collection[str], *, now: datetime) -> None:
    """Lock the dossiers there are under these codes, in order, and make them due; a parked one gets another chance."""
    if codes:
        await connection.execute(
            text(_due("code = ANY(CAST(:codes AS text[]))")),
            {"province": province, "codes": sorted(codes), "now": now},
        )


async def wake(connection: AsyncConnection, province: str, sources: Collection[str], *, now: datetime) -> int:
    """Make a batch of those due that wait for one of the sources and are not due yet; returns how many, 0 when none is left."""
    waits = "waits_for <> '{}' AND waits_for && CAST(:sources AS text[])"  # as ix_dossiers_waiting says, or it is not used
    condition = f"{waits} AND (next_review_at IS NULL OR next_review_at > :now)"
    parameters = {"province": province, "sources": sorted(sources), "now": now, "limit": BATCH}
    return (await connection.execute(text(_due(condition, limited=True)), parameters)).rowcount


async def judged_under(connection: AsyncConnection, province: str, procedures: Collection[str]) -> list[str]:
    """Return the codes of a batch of the dossiers that were judged under these procedures."""
    query = (
        "SELECT code FROM dossiers WHERE province_code = :province AND procedure = ANY(CAST(:procedures AS text[]))"
        " AND judged_at IS NOT NULL ORDER BY code LIMIT :limit"
    )
    parameters = {"province": province, "procedures": sorted(procedures), "limit": BATCH}
    return list((await connection.execute(text(query), parameters)).scalars())


async def make_due_by_procedures(
    connection: AsyncConnection, province: str, procedures: Collection[str] = (), *, now: datetime
) -> int:
    """Make a batch of the dossiers due that were judged before their procedure changed; returns how many, 0 when none is left.

    `procedures`: only under these.
    """
    only = " AND d.procedure = ANY(CAST(:procedures AS text[]))" if procedures else ""
    changed = (
        "SELECT d.code FROM dossiers d JOIN procedures p ON p.province_code = d.province_code AND p.code = d.procedure"  # noqa: S608
        f" WHERE d.province_code = :province AND p.changed_at > d.judged_at{only}"
        " AND (d.next_review_at IS NULL OR d.next_review_at > :now)"
        " ORDER BY d.code LIMIT :limit"
    )
    parameters = {"province": province, "now": now, "limit": BATCH} | ({"procedures": sorted(procedures)} if only else {})
    return (await connection.execute(text(_due(f"code IN ({changed})")), parameters)).rowcount


async def make_due_by_rules(connection: AsyncConnection, province: str, rule_set: int, *, now: datetime) -> int:
    """Make a batch of the dossiers judged by older rules due; returns how many, 0 when none is left.

    Those with an unresolved alert come first, then those that have not ended.
    """
    first = (
        "SELECT d.code FROM dossiers d WHERE d.province_code = :province AND d.rule_set > 0 AND d.rule_set < :rule_set"
        " AND (d.next_review_at IS NULL OR d.next_review_at > :now) ORDER BY EXISTS (SELECT FROM alerts a"
        " WHERE a.province_code = d.province_code AND a.dossier_code = d.code AND a.state <> 'resolved') DESC,"
        " d.ended_at IS NULL DESC, d.code LIMIT :limit"
    )
    parameters = {"province": province, "rule_set": rule_set, "now": now, "limit": BATCH}
    return (await connection.execute(text(_due(f"code IN ({first})")), parameters)).rowcount


async def claim(connection: AsyncConnection, province: str, *, now: datetime, limit: int = BATCH) -> list[Claimed]:
    """Lock a batch of due dossiers that nobody else is reviewing."""
    rows = await connection.execute(_CLAIM, {"province": province, "now": now, "limit": limit})
    return [
        Claimed(code, first_seen_at, rule_set, due_since, Stands(agency, tuple(counts)))
        for code, first_seen_at, rule_set, due_since, agency, counts in rows
    ]


async def judged(
    connection: AsyncConnection, province: str, rows: Sequence[Judged], *, rule_set: int, now: datetime
) -> list[Stands]:
    """Write when each dossier is to be looked at again, and where it stands; the rows are locked by `claim`.

    Returns what they count for now, in no order.
    """
    if not rows:
        return []
    facts = [_facts(row) for row in rows]
    columns = {name: [fact[name] for fact in facts] for name in _TYPES}
    written = await connection.execute(_JUDGED, {"province": province, "now": now, "rule_set": rule_set, **columns})
    return [Stands(agency, tuple(counts)) for agency, counts in written]


def _facts(row: Judged) -> dict[str, Any]:
    """Return the columns of one row; lists travel as one text each, since arrays of arrays must be of one length."""
    return {
        "code": row.code,
        "next_review_at": row.next_review_at,
        "waits_for": ",".join(sorted(row.waits_for)),
        "held": ",".join(sorted(row.held)),
        "out_of_step": ",".join(sorted(row.out_of_step)),
        **msgspec.structs.asdict(row.standing),
        **msgspec.structs.asdict(row.measured),
    }


async def park(connection: AsyncConnection, province: str, code: str, *, reason: str, rule_set: int, now: datetime) -> None:
    """Take a dossier whose review raises out of the queue until something about it, or the rules, changes."""
    await connection.execute(
        text(
            "UPDATE dossiers SET next_review_at = NULL, waits_for = '{}', held = '{}', parked_at = :now, parked_reason = :reason,"
            " rule_set = :rule_set WHERE province_code = :province AND code = :code"
        ),
        {"province": province, "code": code, "reason": reason, "rule_set": rule_set, "now": now},
    )


def _due(condition: str, *, limited: bool = False) -> str:
    """Lock in the order of codes, then make due what is not due yet, as the lock found it.

    The condition is one of this module's own texts.
    """
    limit = " LIMIT :limit" if limited else ""
    return (
        "WITH chosen AS MATERIALIZED (SELECT code, next_review_at AS at FROM dossiers"  # noqa: S608
        f" WHERE province_code = :province AND {condition} ORDER BY code{limit} FOR UPDATE)"
        " UPDATE dossiers SET next_review_at = CAST(:now AS timestamptz) FROM chosen"
        " WHERE dossiers.province_code = :province AND dossiers.code = chosen.code AND (at IS NULL OR at > :now)"
    )
