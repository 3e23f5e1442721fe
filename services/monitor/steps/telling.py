"""Alerts about what is not a dossier: from what was found of some subjects to the changes that are written."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.db.engine import Connection
from shared.db.stores import alerts
from shared.db.stores.alerts import Told
from shared.domain.alerts import Alert, Open, Reason, is_baseline, transitions
from shared.domain.dossiers import Place
from shared.domain.findings import Finding


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A subject with what stands there. `known_since`: when it was first seen or last changed.

    `by_other_rules`: it was judged before, by other rules than now. `family`: of the alerts of this subject only those of this
    family are judged, None: all.
    """

    subject: str
    place: Place
    findings: tuple[Finding, ...]
    known_since: datetime
    by_other_rules: bool = False
    family: str | None = None

    def judges(self, alert: Alert) -> bool:
        return self.family in (None, alert.finding.family)


async def tell(
    connection: Connection, province: str, judged: Sequence[Judgement], *, baseline_at: datetime | None, now: datetime
) -> None:
    """Open, change and resolve the alerts of these subjects; `baseline_at`: when their source was first read completely."""
    standing = await alerts.unresolved(connection, province, [judgement.subject for judgement in judged])
    changes = [
        Told(subject=one.subject, change=change, place=one.place, reason=_reason(one, change, baseline_at))
        for one in judged
        for change in transitions(filter(one.judges, standing.get(one.subject, [])), one.findings, one.place)
    ]
    await alerts.write(connection, province, changes, now=now)


def _reason(judged: Judgement, change: object, baseline_at: datetime | None) -> Reason | None:
    if isinstance(change, Open) and is_baseline(change.finding, judged.known_since, baseline_at):
        return Reason.BASELINE
    return Reason.RULES_CHANGED if judged.by_other_rules else None
