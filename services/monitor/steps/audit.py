"""The audit: every dossier judged again at its `judged_at`, every tally counted again; both must come out as they are stored."""

from collections.abc import Mapping

import msgspec

from shared.db.engine import Database
from shared.db.stores import reviews, sources
from shared.db.stores.sources import SourceState
from shared.db.views import audit
from shared.db.views.audit import Judged
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.domain.case import Case
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Dossier, Rules
from shared.domain.findings import Review
from shared.domain.measured import Measured, measured
from shared.domain.review import review
from shared.domain.working_time import WorkingTime

MOST_TOLD = 100
"""So many differences are told one by one; all are counted."""


class Audit(msgspec.Struct, frozen=True):
    """What an audit found.

    `judged`: dossiers judged again; `owed`: those left out because their next review is owed or failed. `differences`: how many;
    `told`: the first of them, as `dossier <code>: <parts>` (`unreadable` where what is stored cannot be decoded) or the key of a
    tally.
    """

    judged: int
    owed: int
    differences: int
    told: tuple[str, ...]


class Auditor:
    """Audits one province by the rules and the calendar it is judged by."""

    def __init__(self, database: Database, rules: Rules, calendar: WorkingTime) -> None:
        self._database = database
        self._rules = rules
        self._calendar = calendar

    async def run(self) -> Audit:
        """Judge and count everything again, in one snapshot of the database; nothing is written."""
        async with open_snapshot(self._database, self._rules.province) as snapshot:
            states = await sources.states(snapshot.connection, snapshot.province)
            judged, differing, after = 0, [], ""
            while batch := await audit.judged_after(snapshot.connection, snapshot.province, after, now=snapshot.now):
                differing += await self._batch(snapshot, batch, states)
                judged, after = judged + len(batch), batch[-1].code
            differing += await audit.differing_tallies(snapshot.connection, snapshot.province)
            owed = await audit.count_dossiers(snapshot.connection, snapshot.province) - judged
        return Audit(judged, owed, len(differing), tuple(differing[:MOST_TOLD]))

    async def _batch(self, snapshot: Snapshot, batch: list[Judged], states: Mapping[str, SourceState]) -> list[str]:
        stored = {item.code: item for item in batch}
        loaded, unreadable = await reviews.load_readable(snapshot.connection, self._rules, stored)
        told = {dossier.code: self._parts(dossier, stored[dossier.code], procedure, states) for dossier, procedure in loaded}
        told |= {code: ["unreadable"] for code in unreadable}
        return [f"dossier {code}: {', '.join(parts)}" for code, parts in sorted(told.items()) if parts]

    def _parts(
        self, dossier: Dossier, stored: Judged, procedure: Procedure | None, states: Mapping[str, SourceState]
    ) -> list[str]:
        """Return which parts of the answer come out differently."""
        read_to = {name: min(state.read_to, stored.judged_at) for name, state in states.items() if state.read_to}
        again = review(dossier, procedure, self._rules, self._calendar, read_to, now=stored.judged_at)
        counts = measured(Case(dossier, procedure, self._rules, self._calendar))
        return differing_parts(dossier, stored, again, counts)


def differing_parts(dossier: Dossier, stored: Judged, again: Review, counts: Measured) -> list[str]:
    """Return the names of the parts of a review that differ from what is stored; `counts`: what measures count of it now."""
    same = {
        "findings": {finding.family: finding for finding in again.findings} == dossier.standing,
        "marks": again.marks == dossier.marks,
        "repairs": again.repairs == dossier.repairs,
        "next_review_at": again.next_review_at == stored.next_review_at,
        "measured": counts == stored.measured,
        "waits_for": again.waits_for == stored.waits_for,
    }
    return [part for part, holds in same.items() if not holds]
