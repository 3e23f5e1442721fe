"""Small ways to say "a day on which a unit had …": two thousand dossiers, all in time, unless something else is said.

One dossier of two thousand is worth a hundredth of a point in 2.1. What is not about 2.1 counts nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.catalogue import Agency
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted, ratios
from shared.domain.findings import Finding
from shared.domain.indicators import GroupId
from shared.domain.periods import Period
from shared.domain.published import Endpoint, PublishedGroup, PublishedMetric, PublishedScores, PublishedUnit
from shared.domain.score_review import review_scores
from shared.domain.score_watch import Scored, ScoreDay
from shared.domain.scoring import score
from shared.domain.units import Offices, units_of
from shared.policy.score_watch import score_plan

from .builders import at, calendar

OFFICES = Offices(office="H20.01", science="H20.09")
PLAN = score_plan(OFFICES)
POLICY = PLAN.policies[-1]
COMMUNES = [f"H20.{number}" for number in range(101, 113)]
COMMUNE = COMMUNES[0]
UNITS = units_of(
    [
        Agency(code="H20", name="Tỉnh Đồng Tháp", level=1),
        *(Agency(code=code, name=code, parent="H20", level=2) for code in ("H20.01", "H20.09", "H20.12")),
        *(Agency(code=code, name=code, parent="H20", level=3) for code in COMMUNES),
    ],
    OFFICES,
)
NOON = at("20 12:00")


def scored(code: str = COMMUNE, on_time: int = 2000, accepted: int = 2000, counted: Counted | None = None) -> Scored:
    """A unit with so many of its dossiers in time, or with all that is counted of it."""
    of = counted or Counted(counters=Counters(accepted=accepted, on_time=on_time))
    unit = UNITS[code]
    return Scored(unit=unit, card=score(ratios(of, View.PORTAL), POLICY, kind=unit.kind), accepted=of.counters.accepted)


def by_code(*found: Scored) -> dict[str, Scored]:
    return {each.unit.code: each for each in found}


def day(now: Iterable[Scored], before: Iterable[Scored] = (), *, as_of: datetime = NOON, **values: Any) -> ScoreDay:
    """A day of the year 2026."""
    year = Period(as_of.year, 1, 12)
    return ScoreDay(province="H20", period=year, as_of=as_of, now=by_code(*now), before=by_code(*before), **values)


def fell(points: str, *, code: str = COMMUNE, as_of: datetime = NOON, **values: Any) -> ScoreDay:
    """A day on which a unit has so many points less than it had at the end of the day before."""
    late = int(Decimal(points) * 100)
    return day([scored(code, 1900 - late)], [scored(code, 1900)], as_of=as_of, **values)


def found(of: ScoreDay, code: str = COMMUNE, standing: Mapping[str, Finding] | None = None) -> dict[str, Finding]:
    """What stands about a unit's scores."""
    return review_scores(code, of, PLAN, calendar(), standing or {})


def told(rule: str, of: ScoreDay, code: str = COMMUNE, standing: Finding | None = None) -> Finding | None:
    """What stands about a unit by one rule; `standing`: what stood by it."""
    return found(of, code, {rule: standing} if standing else {}).get(rule)


def later(moment: datetime, *, days: int) -> datetime:
    return moment + timedelta(days=days)


def published(code: str, total: str | None = None, **metrics: PublishedMetric) -> PublishedUnit:
    """A unit in the portal's ranking, with a total and with figures."""
    groups = {group: PublishedGroup(points=Decimal(0)) for group in GroupId}
    scores = PublishedScores(groups=groups, metrics=metrics, endpoints=(Endpoint.RESULTS,))
    return PublishedUnit(code=code, name=code, total=None if total is None else Decimal(total), scores=scores)


def in_time(percent: str) -> dict[str, PublishedMetric]:
    """The portal's figure of 2.1."""
    return {"2.1": PublishedMetric(ratio=Decimal(percent))}
