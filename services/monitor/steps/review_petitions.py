"""Reviewing petitions that are due: each by itself, seen as of the moment to which their list was read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import structlog

from services.monitor.steps.review import Reviewer
from services.monitor.steps.telling import Judgement, tell
from shared.db.engine import Database, clock, fence, retried
from shared.db.stores import petitions, sources
from shared.db.stores.alerts import PETITION
from shared.db.stores.petitions import Claimed, Judged
from shared.domain.dossiers import Place
from shared.domain.petitions import deadlines_of, late_from, owed
from shared.domain.phases import read_off
from shared.domain.rules import petition as rule

log = structlog.get_logger()


class Outcome(msgspec.Struct, frozen=True):
    """What stands of a petition, and what the review leaves with it."""

    judgement: Judgement
    judged: Judged


class PetitionReviewer:
    """Reviews the petitions of a province by the rules of its reviewer, as long as those are the latest."""

    def __init__(self, database: Database, reviewer: Reviewer) -> None:
        self._database = database
        self._reviewer = reviewer
        self._province = reviewer.rules.province

    async def drain(self) -> int:
        """Review until nothing is due; returns how many were reviewed. Nothing before the list was read once."""
        reviewed, batch = 0, -1
        while batch:
            batch = await retried(self._batch)
            reviewed += batch
        return reviewed

    async def _batch(self) -> int:
        async with self._database.begin() as connection:
            await fence(connection, self._province, alone=False)
            state = await sources.petitions_state(connection, self._province)
            if state is None or state.read_to is None or not await self._reviewer.may_review(connection):
                return 0
            rule_set = self._reviewer.rule_set or 0
            now = await clock(connection)
            as_of = min(now, state.read_to)
            claimed = await petitions.claim(connection, self._province, rule_set, as_of=as_of)
            if not claimed:
                return 0
            outcomes = self._sound(claimed, as_of)
            judged = [_judged(one.petition.code, outcomes) for one in claimed]
            await petitions.judged(connection, self._province, judged, rule_set=rule_set, now=now)
            told = [outcome.judgement for outcome in outcomes.values()]
            await tell(connection, self._province, told, baseline_at=state.first_complete_at, now=now)
        return len(claimed)

    def _sound(self, claimed: Sequence[Claimed], as_of: datetime) -> dict[str, Outcome]:
        """Return the outcomes by code; a petition that cannot be judged has none, is told in the log, and stops no other."""
        outcomes = {}
        for one in claimed:
            try:
                outcomes[one.petition.code] = self._outcome(one, as_of)
            except Exception as error:  # one poisoned petition must not stop the others
                log.exception("petition_parked", petition=one.petition.code, error=type(error).__name__)
        return outcomes

    def _outcome(self, claimed: Claimed, as_of: datetime) -> Outcome:
        petition, calendar = claimed.petition, self._reviewer.calendar
        deadlines = deadlines_of(petition, calendar)
        phases = rule.nearing_or_passed(petition, deadlines, self._reviewer.rules, calendar)
        review = read_off(rule.FAMILY, phases, as_of=as_of)
        judgement = Judgement(
            subject=PETITION + petition.code,
            place=Place(petition.agency),
            findings=review.findings,
            known_since=max(claimed.first_seen_at, petition.updated_at),
            by_other_rules=claimed.rule_set not in (0, self._reviewer.rule_set),
        )
        return Outcome(
            judgement, Judged(petition.code, review.next_review_at, owed(deadlines, as_of), late_from(petition, calendar))
        )


def _judged(code: str, outcomes: Mapping[str, Outcome]) -> Judged:
    return outcomes[code].judged if code in outcomes else Judged(code, None, None, None)
