"""Reviewing what is due: one queue, one reviewer. One transaction takes a batch from old findings to new ones."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from services.monitor.steps.incidents import gather
from services.monitor.steps.outcome import Outcome, failed, judged
from shared.db.engine import Connection, Database, clock, fence, retried
from shared.db.stores import alerts, dossiers, look_ups, marks, open_tally, repairs, reviews, rule_sets, settled, sources
from shared.db.stores.alerts import DOSSIER, Told
from shared.db.stores.dossiers import BATCH, Claimed
from shared.db.stores.sources import SourceState
from shared.domain.alerts import Alert, Open, Reason, Resolve, is_baseline, transitions
from shared.domain.case import Case
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Dossier, Place, Rules
from shared.domain.incidents import Mass
from shared.domain.measured import measured
from shared.domain.review import REVIEW_VERSION, review_case
from shared.domain.standing import delays, standing
from shared.domain.working_time import WorkingTime

log = structlog.get_logger()


class Reviewer:
    """Reviews the dossiers of one province by one set of rules, as long as no newer rules are at work."""

    def __init__(
        self, database: Database, rules: Rules, calendar: WorkingTime, fingerprint: str, *, mass: Mass | None = None
    ) -> None:
        self._database = database
        self.rules = rules
        self.calendar = calendar
        self.rule_set: int | None = None
        self._fingerprint = fingerprint
        self.mass = mass or Mass()
        self._superseded = False

    async def start(self) -> None:
        """Register these rules as the latest: what was judged by others is reviewed again, little by little.

        Whoever registers is alone, so that what other versions left uncounted is counted here.
        """
        async with self._database.begin() as connection:
            now = await clock(connection)
            self.rule_set = await rule_sets.register(connection, self.rules.province, self._fingerprint, REVIEW_VERSION, now=now)
            await open_tally.count_anew(connection, self.rules.province)

    async def drain(self) -> int:
        """Review until nothing is due; returns how many dossiers were reviewed. Nothing before every source was read once.

        A backlog is taken two batches at a time: one is judged here while PostgreSQL writes the other.
        """
        first = await self._next()
        if first < BATCH:
            return first + (await self._rest() if first and await self._is_owed() else 0)
        found = await asyncio.gather(self._rest(), self._rest(), return_exceptions=True)
        if errors := [one for one in found if isinstance(one, BaseException)]:
            raise errors[0]
        return first + sum(one for one in found if isinstance(one, int))

    async def count(self) -> None:
        """Count what another version left uncounted that was started meanwhile."""
        await retried(self._count)

    async def _count(self) -> None:
        async with self._database.begin() as connection:
            if not await open_tally.is_uncounted(connection, self.rules.province):
                return
            await fence(connection, self.rules.province, alone=True)
            await open_tally.count_anew(connection, self.rules.province)
        log.warning("tally_counted_anew", reason="a monitor of an older version is at work")

    async def _is_owed(self) -> bool:
        async with self._database.single() as connection:
            return await settled.is_owed(connection, self.rules.province, now=await clock(connection))

    async def _rest(self) -> int:
        reviewed, batch = 0, -1
        while batch:
            batch = await self._next()
            reviewed += batch
        return reviewed

    async def _next(self) -> int:
        return await retried(self._batch) or await retried(self._judged_by_others)

    async def is_current(self) -> bool:
        """Return whether no other rules are at work."""
        async with self._database.begin() as connection:
            return await self.may_review(connection)

    async def _judged_by_others(self) -> int:
        """Make a batch due that was judged by other rules, open alerts and unended dossiers first; returns how many."""
        async with self._database.begin() as connection:
            if not await self.may_review(connection):
                return 0
            return await dossiers.make_due_by_rules(
                connection, self.rules.province, self.rule_set or 0, now=await clock(connection)
            )

    async def _batch(self) -> int:
        province = self.rules.province
        async with self._database.begin() as connection:
            await fence(connection, province, alone=False)
            states = await sources.states(connection, province)
            if _is_first_load(states) or not await self.may_review(connection):
                return 0
            now = await clock(connection)
            claimed = await dossiers.claim(connection, province, now=now)
            if not claimed:
                return 0
            outcomes = await self._judge(connection, claimed, states, now)
            await self._write(connection, outcomes, baseline_of(states), now)
        for outcome in outcomes:
            if outcome.error:
                log.error("dossier_parked", dossier=outcome.dossier.code, error=outcome.error)
        return len(claimed)

    async def may_review(self, connection: Connection) -> bool:
        """Return whether no other rules are at work; told in the log once when that changes."""
        may = self.rule_set is not None and await rule_sets.is_latest(connection, self.rules.province, self.rule_set)
        if not may and not self._superseded:
            log.warning("reviewing_stopped", reason="another monitor works with newer rules")
        self._superseded = not may
        return may

    async def _judge(
        self, connection: Connection, claimed: Sequence[Claimed], states: Mapping[str, SourceState], now: datetime
    ) -> list[Outcome]:
        by_code = {claim.code: claim for claim in claimed}
        loaded, unreadable = await reviews.load_readable(connection, self.rules, by_code.keys())
        read_to = {name: state.read_to for name, state in states.items() if state.read_to}
        outcomes = [self._outcome(dossier, by_code[dossier.code], procedure, read_to, now) for dossier, procedure in loaded]
        return outcomes + [failed(Dossier(code=code, sides={}), by_code[code], error, now) for code, error in unreadable.items()]

    def _outcome(
        self, dossier: Dossier, claimed: Claimed, procedure: Procedure | None, read_to: Mapping[str, datetime], now: datetime
    ) -> Outcome:
        """Review one dossier; whatever it raises parks this one and never stops the batch."""
        try:
            case = Case(dossier, procedure, self.rules, self.calendar)
            stands, late, counts = standing(case), delays(case), measured(case)
            found = review_case(case, read_to, now=now)
        except Exception as error:  # noqa: BLE001 - one poisoned dossier must not stop the others
            return failed(dossier, claimed, type(error).__name__, now)
        return Outcome(dossier, claimed, found, stands, late, counts)

    async def _write(
        self, connection: Connection, outcomes: Sequence[Outcome], baseline_at: datetime | None, now: datetime
    ) -> None:
        if not outcomes or self.rule_set is None:
            return
        province = self.rules.province
        standing = await alerts.unresolved_of_dossiers(connection, province, [outcome.dossier.code for outcome in outcomes])
        changes = [
            told
            for outcome in outcomes
            for told in self._changes(outcome, standing.get(DOSSIER + outcome.dossier.code, []), baseline_at)
        ]
        sound = [outcome for outcome in outcomes if outcome.error is None]
        found = {outcome.dossier.code: outcome.review.findings for outcome in sound}
        await reviews.write_findings(connection, province, found, {o.dossier.code: o.dossier.standing for o in sound})
        await reviews.write_delays(connection, province, {o.dossier.code: o.delays for o in sound})
        wanted = [(source, o.dossier.code, o.claimed.due_since) for o in sound for source in o.review.look_ups]
        await look_ups.want(connection, province, wanted)
        stand = await dossiers.judged(connection, province, [judged(o) for o in sound], rule_set=self.rule_set, now=now)
        for outcome in outcomes:
            if outcome.error:
                await dossiers.park(
                    connection, province, outcome.dossier.code, reason=outcome.error, rule_set=self.rule_set, now=now
                )
        changes = await gather(connection, self.rules, self.mass, changes, now=now)
        await alerts.write(connection, province, changes, now=now)
        await open_tally.move(connection, province, [o.claimed.stands for o in sound], stand)
        counted = {o.dossier.code: o.review.marks for o in sound}
        await marks.write(connection, province, {o.dossier.code: o.dossier.marks for o in sound}, counted)
        possible = {o.dossier.code: o.review.repairs for o in sound}
        await repairs.write(connection, province, {o.dossier.code: o.dossier.repairs for o in sound}, possible)

    def _changes(self, outcome: Outcome, standing: Sequence[Alert], baseline_at: datetime | None) -> list[Told]:
        subject = DOSSIER + outcome.dossier.code
        place = outcome.place if outcome.place != Place() or not standing else standing[0].place
        findings = outcome.review.findings
        if outcome.error:
            told = {alert.finding.family: alert.finding for alert in standing}  # stays, and so does an earlier failure
            findings = (*told.values(), *(finding for finding in findings if finding.family not in told))
        return [
            Told(
                subject=subject,
                change=change,
                place=place,
                reason=self._reason(outcome, change, baseline_at),
                stands=outcome.standing,
            )
            for change in transitions(standing, findings, place)
        ]

    def _reason(self, outcome: Outcome, change: object, baseline_at: datetime | None) -> Reason | None:
        """Return why an alert changed where it was not the dossier: no record left, other rules, wrong from the start."""
        if isinstance(change, Resolve) and outcome.dossier.is_empty:
            return Reason.MERGED
        known_since = max(outcome.claimed.first_seen_at, outcome.dossier.changed_at or outcome.claimed.first_seen_at)
        if isinstance(change, Open) and is_baseline(change.finding, known_since, baseline_at):
            return Reason.BASELINE
        if outcome.claimed.rule_set not in (0, self.rule_set):
            return Reason.RULES_CHANGED
        return None


def _is_first_load(states: Mapping[str, SourceState]) -> bool:
    """Nothing is reviewed before each source was read once; a source added later holds up only the rules that need it."""
    return any(state.is_loading for state in states.values()) and not any(state.settled_to for state in states.values())


def baseline_of(states: Mapping[str, SourceState]) -> datetime | None:
    """Return when every source that can be read had been read completely for the first time."""
    return max((state.first_complete_at for state in states.values() if state.first_complete_at), default=None)
