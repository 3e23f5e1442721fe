"""What the agencies and procedures are called that events name."""

from collections.abc import Iterable

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import agencies, procedures
from shared.db.views.scope import one_of
from shared.domain.events import Event, IncidentNews
from shared.domain.incidents import CauseKind
from shared.domain.rendering import Names


async def names_in(connection: AsyncConnection, province: str, events: Iterable[Event]) -> Names:
    """Return the names these events are rendered with; whoever may read an event may read them."""
    events = list(events)
    alerts = [event.alert for event in events if event.alert]
    incidents = [event.data for event in events if isinstance(event.data, IncidentNews)]
    causes = {kind: {news.code for news in incidents if news.kind is kind} for kind in CauseKind}
    agencies_named = {code for alert in alerts for code in alert.agencies}
    agencies_named |= causes[CauseKind.AGENCY] | {news.responsible_agency for news in incidents if news.responsible_agency}
    procedures_named = {alert.procedure for alert in alerts if alert.procedure} | causes[CauseKind.PROCEDURE]
    return Names(
        agencies=await _names(connection, agencies, province, agencies_named),
        procedures=await _names(connection, procedures, province, procedures_named),
    )


async def _names(connection: AsyncConnection, table: Table, province: str, codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    query = select(table.c.code, table.c.name).where(table.c.province_code == province, one_of(table.c.code, codes))
    return {row.code: row.name for row in await connection.execute(query) if row.name}
