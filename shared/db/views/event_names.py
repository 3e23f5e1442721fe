"""What the agencies and procedures are called that events name."""

from collections.abc import Iterable

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import agencies, procedures
from shared.db.views.scope import one_of
from shared.domain.digest_payloads import agencies_named as agencies_named_in
from shared.domain.digest_payloads import dossiers_named
from shared.domain.events import Event, IncidentNews
from shared.domain.incidents import CauseKind
from shared.domain.morning import Mass, Morning, Week
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
    digests = [event.data for event in events if isinstance(event.data, Morning | Week | Mass)]
    agencies_named |= {code for news in digests for code in agencies_named_in(news)}
    procedures_named |= {entry.procedure for news in digests for entry in dossiers_named(news) if entry.procedure}
    return Names(
        agencies=await _names(connection, agencies, province, agencies_named),
        procedures=await _names(connection, procedures, province, procedures_named),
    )


async def names_of_digest(connection: AsyncConnection, province: str, news: Morning | Week | Mass) -> Names:
    """Return the names a digest is rendered with."""
    codes = {entry.procedure for entry in dossiers_named(news) if entry.procedure}
    return Names(
        agencies=await _names(connection, agencies, province, set(agencies_named_in(news))),
        procedures=await _names(connection, procedures, province, codes),
    )


async def _names(connection: AsyncConnection, table: Table, province: str, codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    query = select(table.c.code, table.c.name).where(table.c.province_code == province, one_of(table.c.code, codes))
    return {row.code: row.name for row in await connection.execute(query) if row.name}
