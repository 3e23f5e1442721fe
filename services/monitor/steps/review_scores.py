"""Reviewing the scores themselves, after the day's figures are kept: whatever fails here stops no dossier."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from services.monitor.steps.review import Reviewer
from services.monitor.steps.telling import Judgement, tell
from shared.db.engine import Connection, Database, clock, retried
from shared.db.score_day import read_scores
from shared.db.stores import alerts, sources
from shared.db.views.snapshot import open_snapshot
from shared.domain.dossiers import Place
from shared.domain.findings import Finding
from shared.domain.score_review import SUBJECTS, review_scores, subject
from shared.domain.score_watch import ScoreDay, ScorePlan

log = structlog.get_logger()

_FIRST = timedelta(days=1)
"""What is found within a day of the first complete reading stood before anybody looked."""


class ScoreReviewer:
    """Reviews the scores of the province and of every listed agency in the year that runs, unless newer rules are at work."""

    def __init__(self, database: Database, reviewer: Reviewer, plan: ScorePlan) -> None:
        self._database = database
        self._reviewer = reviewer
        self._province = reviewer.rules.province
        self._plan = plan

    async def drain(self) -> int:
        """Review every unit; returns how many. Nothing before everything was read once; while a source is behind, as of then."""
        async with open_snapshot(self._database, self._province) as snapshot:
            day = await read_scores(snapshot, self._plan, self._reviewer.calendar)
        return 0 if day is None else await retried(lambda: self._review(day))

    async def _review(self, day: ScoreDay) -> int:
        async with self._database.begin() as connection:
            if not await self._reviewer.may_review(connection):
                return 0
            await sources.watch_alone(connection, self._province)
            judged = self._judged(day, await self._standing(connection))
            baseline_at = await self._baseline_at(connection)
            await tell(connection, self._province, judged, baseline_at=baseline_at, now=await clock(connection))
        return len(day.now)

    async def _standing(self, connection: Connection) -> dict[str, Finding]:
        """Return what stands about scores, by subject."""
        subjects = await alerts.unresolved_subjects(connection, self._province, SUBJECTS)
        found = await alerts.unresolved(connection, self._province, subjects)
        return {about: alert.finding for about, of in found.items() for alert in of}

    async def _baseline_at(self, connection: Connection) -> datetime | None:
        states = (await sources.states(connection, self._province)).values()
        first = max((state.first_complete_at for state in states if state.first_complete_at), default=None)
        return first + _FIRST if first else None

    def _judged(self, day: ScoreDay, standing: Mapping[str, Finding]) -> list[Judgement]:
        """Judge each unit by itself; of one that cannot be judged what stood stands.

        A year that is over, and an agency nobody lists any more, end their alerts.
        """
        known = {subject(rule, code, day.period) for code in {*day.now, *day.unscored} for rule in SUBJECTS}
        judged = [_judgement(about, day) for about in standing if about not in known]
        for code in day.now:
            try:
                judged += self._of(code, day, standing)
            except Exception as error:  # one poisoned unit must not stop the others
                log.exception("unit_parked", unit=code, error=type(error).__name__)
        return judged

    def _of(self, code: str, day: ScoreDay, standing: Mapping[str, Finding]) -> list[Judgement]:
        subjects = {rule: subject(rule, code, day.period) for rule in SUBJECTS}
        stood = {rule: standing[about] for rule, about in subjects.items() if about in standing}
        found = review_scores(code, day, self._plan, self._reviewer.calendar, stood)
        return [_judgement(about, day, code, found.get(rule)) for rule, about in subjects.items()]


def _judgement(about: str, day: ScoreDay, code: str | None = None, finding: Finding | None = None) -> Judgement:
    return Judgement(subject=about, place=Place(code), findings=(finding,) if finding else (), known_since=day.as_of)
