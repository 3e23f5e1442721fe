"""What dossiers said earlier, and what was told of their alerts: what a rehearsal of other rules is held against."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.alerts import DOSSIER
from shared.db.stores.reviews import procedure_facts, records_of
from shared.db.tables import dossiers, outbox, record_history
from shared.db.views.rows import all_rows
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Seen
from shared.domain.events import EventType
from shared.domain.pasts import Change, Past, versions
from shared.domain.rehearsal import Span, Volume

_OWED_AFTER = timedelta(days=31)
"""So long after its end a dossier can still have alerts: an apology is owed for 30 days."""

_PARTS = 10_000
_MESSAGES = (EventType.ALERT_OPENED, EventType.ALERT_WORSENED, EventType.ALERT_MOVED, EventType.ALERT_RESOLVED)


async def count_lived(snapshot: Snapshot, span: Span, *, within: AgencyTree) -> int:
    """Return how many dossiers could have had alerts in a span."""
    query = select(func.count()).select_from(dossiers).where(*_lived(snapshot, span, within))
    return int(await snapshot.connection.scalar(query) or 0)


async def codes_lived(snapshot: Snapshot, span: Span, share: float, *, within: AgencyTree) -> list[str]:
    """Return the codes of those dossiers, of `share` of them where that is less than 1: the same ones each time."""
    drawn = func.abs(func.hashtext(dossiers.c.code)) % _PARTS < int(share * _PARTS)
    query = select(dossiers.c.code).where(*_lived(snapshot, span, within), drawn).order_by(dossiers.c.code)
    return list((await snapshot.connection.execute(query)).scalars())


async def pasts(snapshot: Snapshot, codes: Collection[str], *, within: AgencyTree) -> list[tuple[Past, Procedure | None]]:
    """Return the pasts of dossiers, with what is known of their procedures now."""
    found = select(dossiers.c.code, dossiers.c.procedure).where(
        dossiers.c.province_code == snapshot.province, one_of(dossiers.c.code, codes), at_agency(dossiers.c.agency, within)
    )
    under = {row["code"]: row["procedure"] for row in await all_rows(snapshot.connection, found)}
    facts = await procedure_facts(snapshot.connection, snapshot.province, {code for code in under.values() if code})
    listed = {procedure.code: procedure for procedure in facts}
    changes = await _changes(snapshot.connection, snapshot.province, under)
    records: dict[str, dict[str, list[Seen]]] = defaultdict(dict)
    for (code, source), seen in (await records_of(snapshot.connection, snapshot.province, under)).items():
        records[code][source] = seen
    return [(_past(code, records[code], changes), listed.get(procedure or "")) for code, procedure in under.items()]


async def told(snapshot: Snapshot, span: Span, *, within: AgencyTree) -> dict[tuple[str | None, str], Volume]:
    """Return what was told of dossiers' alerts in a span, by agency and rule.

    Not what was wrong from the start, and not what other rules opened or resolved.
    """
    agency, rule = (func.jsonb_extract_path_text(outbox.c.alert, name) for name in ("agency", "rule"))
    opened = func.count().filter(outbox.c.event == EventType.ALERT_OPENED)
    query = (
        select(agency.label("agency"), rule.label("rule"), opened.label("opened"), func.count().label("messages"))
        .where(outbox.c.province_code == snapshot.province, outbox.c.at > span.begins, outbox.c.at <= span.ends)
        .where(outbox.c.event.in_(_MESSAGES), outbox.c.reason.is_(None), outbox.c.subject.startswith(DOSSIER))
        .where(at_agency(agency, within))
        .group_by(literal_column("1"), literal_column("2"))
    )
    rows = await all_rows(snapshot.connection, query)
    return {(row["agency"], row["rule"]): Volume(row["opened"], row["messages"]) for row in rows}


def _lived(snapshot: Snapshot, span: Span, within: AgencyTree) -> list[ColumnElement[bool]]:
    alive = or_(dossiers.c.ended_at.is_(None), dossiers.c.ended_at >= span.begins - _OWED_AFTER)
    return [
        dossiers.c.province_code == snapshot.province,
        dossiers.c.rule_set > 0,
        alive,
        at_agency(dossiers.c.agency, within),
    ]


async def _changes(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[tuple[str, str], list[Change]]:
    query = (
        select(record_history.c.source, record_history.c.source_id, record_history.c.at, record_history.c.changes)
        .where(record_history.c.province_code == province, one_of(record_history.c.code, codes))
        .order_by(record_history.c.at, record_history.c.id)
    )
    found: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for row in await all_rows(connection, query):
        found[row["source"], row["source_id"]].append(Change(row["at"], row["changes"]))
    return found


def _past(code: str, records: dict[str, list[Seen]], changes: dict[tuple[str, str], list[Change]]) -> Past:
    return Past(
        code=code,
        records={
            source: [versions(seen, changes.get((source, seen.record.source_id), ())) for seen in of_source]
            for source, of_source in records.items()
        },
    )
