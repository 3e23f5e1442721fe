"""The audit of each night, and what operations hear of it."""

from datetime import datetime

import structlog

from services.monitor.steps.audit import Audit, Auditor
from shared.db.engine import Database, clock, fence
from shared.db.stores import alerts, open_tally, sources
from shared.db.stores.alerts import Told
from shared.domain.alerts import transitions
from shared.domain.dossiers import Place
from shared.domain.findings import AuditDiffersDetails, Finding, of_operations

log = structlog.get_logger()

MOST_TOLD = 10
"""So many differences an alert tells one by one."""


class NightlyAudit:
    """For one province."""

    def __init__(self, database: Database, province: str, auditor: Auditor) -> None:
        self._database = database
        self._province = province
        self._auditor = auditor

    async def run(self) -> Audit:
        """Judge and count everything again; open or renew the alert `audit.differs`, or resolve it when nothing differs.

        What is open is put right: dossiers tell it. Of anything else nobody knows which side is wrong.
        """
        report = await self._auditor.run()
        log.info("audit_finished", judged=report.judged, owed=report.owed, differences=report.differences)
        subject = f"audit:{self._province}"
        async with self._database.begin() as connection:
            await sources.watch_alone(connection, self._province)
            now = await clock(connection)
            standing = (await alerts.unresolved(connection, self._province, [subject])).get(subject, [])
            since = min((alert.finding.since for alert in standing), default=now)
            found = [_differs(report, since)] if report.differences else []
            changes = [Told(subject=subject, change=change, place=Place()) for change in transitions(standing, found, Place())]
            await alerts.write(connection, self._province, changes, now=now)
        async with self._database.begin() as connection:
            await fence(connection, self._province, alone=True)
            await open_tally.count_anew(connection, self._province)
        return report


def _differs(report: Audit, since: datetime) -> Finding:
    details = AuditDiffersDetails(differences=report.differences, told=report.told[:MOST_TOLD])
    return of_operations("audit.differs", details, since=since)
