"""Judging one unit's scores: what was found and what stood in, what stands out. The rules see values and no clock."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from shared.domain.alerts import listed
from shared.domain.findings import Duty, Finding, Responsible, Severity
from shared.domain.periods import Period
from shared.domain.rules import indicator, rank, score
from shared.domain.score_watch import ScoreDay, ScorePlan
from shared.domain.units import Offices
from shared.domain.working_time import WorkingTime

SUBJECTS = {
    "indicator.below_target": "indicators",
    "score.dropped": "score",
    "rank.dropped": "rank",
    "score.differs": "comparison",
}
"""The kind of subject of each rule about scores: `<kind>:<unit>:<period>`."""

_OURS = Duty(Responsible.OPS)


def subject(rule: str, code: str, period: Period) -> str:
    """Return what an alert of a rule about a unit is about."""
    return f"{SUBJECTS[rule]}:{code}:{period}"


def review_scores(
    code: str, day: ScoreDay, plan: ScorePlan, calendar: WorkingTime, standing: Mapping[str, Finding]
) -> dict[str, Finding]:
    """Return what stands about a unit's scores, by rule; `standing`: what stood, likewise.

    Nothing before the first working days of the period have passed. A drop stands until it is made up for, or for a whole later
    day without another; what the portal publishes must have been read to tell anything new.
    """
    if day.as_of < plan.watch.begins_at(day.period, calendar):
        return {}
    found = {
        "indicator.below_target": indicator.below_target(code, day, plan),
        "score.dropped": score.dropped(code, day, plan.watch),
        "rank.dropped": rank.dropped(code, day, plan.watch),
        "score.differs": score.differs(code, day, plan.watch),
    }
    return {
        rule: finding
        for rule, details in found.items()
        if (finding := _finding(rule, code, day, plan.offices, details, standing.get(rule))) is not None
    }


def _finding(rule: str, code: str, day: ScoreDay, offices: Offices, details: object, standing: Finding | None) -> Finding | None:
    if details is None:
        return standing if standing and _stands_on(rule, code, day, standing.details) else None
    told = msgspec.to_builtins(details)
    if standing and _is_no_news(standing.details, told):
        return standing
    since = standing.since if standing else day.as_of
    duty = _OURS if rule == "score.differs" else _duty(code, day.province, offices)
    return Finding(
        rule=rule,
        family=rule,
        severity=Severity.WARNING,
        since=since,
        opens_at=since,
        responsible=duty.responsible,
        responsible_agency=duty.agency,
        details=told,
        ripe=True,
    )


def _is_no_news(stood: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """The same below target on the same day: its figures are told anew once a day, or an alert's history held little else."""
    return bool(listed(told)) and listed(told) == listed(stood) and told["day"] == stood["day"]


def _duty(code: str, province: str, offices: Offices) -> Duty:
    """The unit itself; for the province its office, where it named one."""
    return Duty(Responsible.HANDLING, (offices.office or province) if code == province else code)


def _stands_on(rule: str, code: str, day: ScoreDay, told: Mapping[str, Any]) -> bool:
    """Return whether what was told still stands although nothing was found now."""
    if rule == "score.differs":
        return code not in day.published
    if rule == "score.dropped":
        return _is_recent(told, day.today) and float(day.now[code].card.total) < told["before"]
    if rule == "rank.dropped":
        if code == day.province and code not in day.published:
            return True
        move = day.moves.get(code)
        return _is_recent(told, day.today) and (move is None or move.rank > told["before"])
    return False


def _is_recent(told: Mapping[str, Any], today: date) -> bool:
    """Return whether no whole day has gone by since the one a drop was told of."""
    return today <= date.fromisoformat(told["day"]) + timedelta(days=1)
