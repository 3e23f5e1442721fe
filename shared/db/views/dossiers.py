"""One dossier with everything that is known of it."""

from collections.abc import Sequence

from sqlalchemy import Text, and_, literal, select, type_coerce

from shared.db.tables import OF_DOSSIERS, dossiers, findings, look_ups, record_history, records, refusals, sources
from shared.db.types import ReadableJson
from shared.db.views.dossier_list import NAMES
from shared.db.views.rows import Row, all_rows, columns, one_row
from shared.db.views.scope import at_agency, of_dossier
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.findings import Finding
from shared.domain.records import Record


async def find_dossier(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Row | None:
    """Return where a dossier stands and when it was judged, None for one that is not there or not to be seen."""
    query = select(dossiers, *NAMES).where(
        dossiers.c.province_code == snapshot.province, dossiers.c.code == code, at_agency(dossiers.c.agency, within)
    )
    return await one_row(snapshot.connection, query)


async def sources_of_dossier(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Sequence[Row]:
    """Return every source that is configured, or was and has a record of this dossier, with when it was asked for it singly."""
    asked = and_(
        look_ups.c.province_code == sources.c.province_code, look_ups.c.source == sources.c.name, look_ups.c.code == code
    )
    recorded = select(records.c.source).where(records.c.province_code == snapshot.province, records.c.code == code)
    query = (
        select(*columns(sources, "name", "role", "position"), *columns(look_ups, "asked_at", "wanted_at"))
        .select_from(sources.outerjoin(look_ups, asked))
        .where(sources.c.province_code == snapshot.province, OF_DOSSIERS, sources.c.active | sources.c.name.in_(recorded))
        .where(of_dossier(snapshot.province, literal(code, Text), within))
        .order_by(sources.c.position, sources.c.name)
    )
    return await all_rows(snapshot.connection, query)


async def records_of_dossier(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Sequence[Row]:
    """Return the records with this code, of any source; `record` is None where it can no longer be decoded."""
    record = type_coerce(records.c.record, ReadableJson(Record)).label("record")
    query = (
        select(*columns(records, "source", "source_id", "updated_at", "status_since", "first_updated_at"), record)
        .where(records.c.province_code == snapshot.province, records.c.code == code)
        .where(of_dossier(snapshot.province, records.c.code, within))
        .order_by(records.c.source, records.c.source_id)
    )
    return await all_rows(snapshot.connection, query)


async def refusals_of_dossier(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Sequence[Row]:
    """Return the refusals of this dossier that are not mended, the latest last."""
    query = (
        select(*columns(refusals, "source", "field", "reason", "refused_at"))
        .where(refusals.c.province_code == snapshot.province, refusals.c.code == code, refusals.c.mended_at.is_(None))
        .where(of_dossier(snapshot.province, refusals.c.code, within))
        .order_by(refusals.c.refused_at, refusals.c.id)
    )
    return await all_rows(snapshot.connection, query)


async def findings_of_dossier(snapshot: Snapshot, code: str, *, within: AgencyTree) -> list[Finding]:
    """Return what stood at the last review, in the order of families, without what can no longer be decoded."""
    query = (
        select(type_coerce(findings.c.finding, ReadableJson(Finding)))
        .where(findings.c.province_code == snapshot.province, findings.c.code == code)
        .where(of_dossier(snapshot.province, findings.c.code, within))
        .order_by(findings.c.family)
    )
    return [finding for finding in (await snapshot.connection.execute(query)).scalars() if finding]


async def history_of_dossier(snapshot: Snapshot, code: str, limit: int, *, within: AgencyTree) -> Sequence[Row]:
    """Return what changed in the records with this code, newest first."""
    query = (
        select(*columns(record_history, "at", "source", "source_id", "changes"))
        .where(record_history.c.province_code == snapshot.province, record_history.c.code == code)
        .where(of_dossier(snapshot.province, record_history.c.code, within))
        .order_by(record_history.c.at.desc(), record_history.c.id.desc())
        .limit(limit)
    )
    return await all_rows(snapshot.connection, query)
