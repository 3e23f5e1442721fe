"""The one idea: everything the system says about a dossier is one pure function of its sides, the rules and the time."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shared.domain.case import Case
from shared.domain.catalogue import Procedure
from shared.domain.counters import Mark
from shared.domain.dossiers import Dossier, Rules, Unreadable
from shared.domain.findings import WAITS, Finding, Phase, Review, Waits
from shared.domain.marks import VIEWS, MarkedView
from shared.domain.repairs import repairs
from shared.domain.rules import FAMILIES, Family
from shared.domain.working_time import WorkingTime

REVIEW_VERSION = 5
"""Raise it when the same inputs give another answer or other delays, or when a review writes what it did not before: every
dossier is then reviewed again, and monitors of an older version stop reviewing.
"""

_NONE: frozenset[str] = frozenset()


def review(
    dossier: Dossier,
    procedure: Procedure | None,
    rules: Rules,
    calendar: WorkingTime,
    read_to: Mapping[str, datetime],
    *,
    now: datetime,
) -> Review:
    """Return what is wrong with one dossier, what it counts for, and when to look again.

    Args:
        dossier: its sides and the findings that stood at the last review.
        procedure: its facts, None where the catalogue does not know it.
        rules: thresholds and sources; calendar: the province's working time.
        read_to: per source, when its last complete poll started; a source that was never read completely is missing.
        now: the moment of the review, aware.
    """
    return review_case(Case(dossier, procedure, rules, calendar), read_to, now=now)


def review_case(case: Case, read_to: Mapping[str, datetime], *, now: datetime) -> Review:
    """Return the same of a case that was built already: whoever asks more of it derives what follows from the sides once."""
    if case.dossier.is_empty:
        return Review(findings=())
    reviewer = _Reviewer(case, read_to, now)
    for family in FAMILIES:
        reviewer.judge(family)
    for view in VIEWS:
        reviewer.mark(view)
    reviewer.ask_unreadable()
    return reviewer.answer()


class _Reviewer:
    """Reads the phases of every rule off at its own moment and keeps the next moments at which something changes."""

    def __init__(self, case: Case, read_to: Mapping[str, datetime], now: datetime) -> None:
        self._case = case
        self._read_to = read_to
        self._now = now
        self._unreadable = case.unreadable(case.dossier.sides)
        self._changed = {name: side.changed_at for name, side in case.dossier.sides.items() if side.changed_at}
        self._unloaded = frozenset(home for home in case.homes_to_come if home not in read_to)
        self._slow_sides: dict[frozenset[str], frozenset[str]] = {}
        self._findings: list[Finding] = []
        self._marks: list[Mark] = []
        self._look_ups: set[str] = set()
        self._moments: list[datetime] = []
        self._waits_for: set[str] = set()
        self._held: set[str] = set()

    def answer(self) -> Review:
        return Review(
            findings=tuple(self._findings),
            marks=tuple(self._marks),
            repairs=repairs(self._case, self._marks),
            look_ups=frozenset(self._look_ups),
            next_review_at=min(self._moments, default=None),
            waits_for=frozenset(self._waits_for),
            held=frozenset(self._held),
        )

    def judge(self, family: Family) -> None:
        """Add the finding of one family, if it has one at its moment."""
        needs = family.needs(self._case)
        if self._unloaded:
            needs |= self._unloaded
        standing = self._case.dossier.standing.get(family.name)
        behind = self._slow(needs) or self._behind(needs, standing)
        judgement = WAITS if behind or not needs.isdisjoint(self._unreadable) else family.judge(self._case)
        if behind:
            self._waits_for |= behind
        if isinstance(judgement, Waits):
            self._findings += [standing] if standing else []
        elif judgement:
            self._read_off(family, judgement, standing, needs)

    def mark(self, marked: MarkedView) -> None:
        """Add the marks of one view; while a source is behind or cannot be read they stay as they were judged."""
        needs = marked.needs(self._case)
        behind = self._slow(needs)
        course = WAITS if behind or not needs.isdisjoint(self._unreadable) else marked.course(self._case)
        self._waits_for |= behind
        if isinstance(course, Waits):
            self._marks += [mark for mark in self._case.dossier.marks if mark.view is marked.view]
            return
        as_of = self._as_of(needs)
        reached = [phase.marks for phase in course if phase.starts_at is None or phase.starts_at <= as_of]
        self._marks += reached[-1]
        for phase in course:
            self._look_again(phase.starts_at, as_of, needs)

    def ask_unreadable(self) -> None:
        """A side that had to be refused is asked for again hourly, so that a mended record is not waited for in vain."""
        for source, side in self._case.dossier.sides.items():
            if isinstance(side, Unreadable):
                self._ask_again(source, max(side.refused_at, side.asked_at or side.refused_at))

    def _read_off(self, family: Family, phases: tuple[Phase, ...], standing: Finding | None, needs: frozenset[str]) -> None:
        """Take the phase that holds as far as the needed sources are read; each boundary to come is a moment to look again."""
        as_of = self._as_of(needs)
        for phase in phases:
            if phase.starts_at <= as_of and (phase.ends_at is None or as_of < phase.ends_at):
                self._findings.append(self._finding(family, phase, standing, as_of))
            for moment in (phase.starts_at, phase.opens_at, phase.ends_at):
                self._look_again(moment, as_of, needs)

    def _as_of(self, needs: frozenset[str]) -> datetime:
        """Return the moment up to which the needed sources are read."""
        return min([self._now, *(self._read_to[source] for source in needs)])

    def _slow(self, needs: frozenset[str]) -> frozenset[str]:
        """Return the needed sources never read completely, or last read before another side changed.

        The sides are judged only as they were at one moment: otherwise whatever is taken up between two polls would be a
        finding until the slower side is read.
        """
        known = self._slow_sides.get(needs)
        if known is None:
            unread = {source for source in needs if source not in self._read_to}
            passed_by = {
                (source, other)
                for source in needs - unread
                for other, moment in self._changed.items()
                if other != source and moment > self._read_to[source]
            }
            self._held |= {other for _, other in passed_by}
            known = self._slow_sides[needs] = frozenset(unread | {source for source, _ in passed_by})
        return known

    def _behind(self, needs: frozenset[str], standing: Finding | None) -> frozenset[str]:
        """Return the needed sources that are behind the moment the standing finding was judged at, on another source then."""
        if standing is None:
            return _NONE
        judged_at = standing.opens_at if standing.ripe else standing.since
        return frozenset(source for source in needs if self._read_to[source] < judged_at)

    def _finding(self, family: Family, phase: Phase, standing: Finding | None, as_of: datetime) -> Finding:
        return Finding(
            rule=phase.rule,
            family=family.name,
            severity=phase.severity,
            since=phase.since,
            opens_at=phase.opens_at,
            responsible=phase.duty.responsible,
            responsible_agency=phase.duty.agency,
            due_at=phase.due_at,
            stage=phase.stage,
            officer_id=phase.officer_id,
            details=msgspec.to_builtins(phase.details),
            ripe=self._is_ripe(phase, standing, as_of),
        )

    def _is_ripe(self, phase: Phase, standing: Finding | None, as_of: datetime) -> bool:
        """Return whether it lasted its hold and every source to be asked was asked since."""
        if phase.opens_at > as_of:
            return False
        unasked = {source for source in phase.ask if not (asked_at := self._asked_at(source)) or asked_at < phase.opens_at}
        if unasked and not (standing and standing.ripe):
            self._look_ups |= unasked
            return False
        for source in phase.ask:
            self._ask_again(source, self._asked_at(source) or phase.opens_at)
        return True

    def _asked_at(self, source: str) -> datetime | None:
        return self._case.dossier.side(source).asked_at

    def _ask_again(self, source: str, asked_at: datetime) -> None:
        again = asked_at + self._case.rules.ask_again_after
        if again <= self._now:
            self._look_ups.add(source)
        else:
            self._moments.append(again)

    def _look_again(self, moment: datetime | None, as_of: datetime, needs: frozenset[str]) -> None:
        """Note a moment at which the answer may change: later by the clock, or already past for a source that is behind."""
        if moment is None or moment <= as_of:
            return
        if moment > self._now:
            self._moments.append(moment)
        else:
            self._waits_for |= {source for source in needs if self._read_to[source] < moment}
