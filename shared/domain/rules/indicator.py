"""Indicators and the total below the targets of the province's plan: told to who answers for them (`facts/targets.md`)."""

from collections.abc import Iterator
from fractions import Fraction

from shared.domain.findings import BelowTargetDetails, IndicatorBelow, TotalBelow
from shared.domain.indicators import AgencyKind
from shared.domain.score_watch import Scored, ScoreDay, ScorePlan
from shared.domain.scoring import IndicatorScore, State
from shared.domain.targets import Target, gap, missing_count, total_gap
from shared.domain.units import Unit, led

_WITH_FIGURES = (State.SCORED, State.PROVISIONAL)


def below_target(code: str, day: ScoreDay, plan: ScorePlan) -> BelowTargetDetails | None:
    """Every indicator that a unit leads on and that is below its target, exactly, and its total below that of every agency; None
    where nothing is.

    What it leads on by its kind is its own figure; what by a task of its own (1.3, 1.4) the province's. A unit with few dossiers
    is told nothing of its figures, those of the catalogue among them: what it offers is judged with what it does.
    """
    scored = day.now[code]
    listed = list(_below(scored, day, plan))
    total = total_below(scored, plan)
    if not listed and total is None:
        return None
    return BelowTargetDetails(period=str(day.period), day=day.today, indicators=listed, total_below=total)


def province_below(day: ScoreDay, plan: ScorePlan) -> list[IndicatorBelow]:
    """Return every indicator of the whole province that is below its target, whoever leads on it."""
    whole = day.now.get(day.province)
    told = [_short(whole, target, day.province, plan) for target in plan.targets.of.values()] if whole else []
    return [one for one in told if one]


def has_total(scored: Scored, plan: ScorePlan) -> bool:
    """Return whether a unit is an agency whose total says something: not of few dossiers, nor without all its figures."""
    is_agency = scored.unit.kind not in (None, AgencyKind.PROVINCE)
    return is_agency and scored.card.complete and scored.accepted >= plan.watch.dossiers


def total_below(scored: Scored, plan: ScorePlan) -> TotalBelow | None:
    """Return an agency's total that is short; None where it is not or says nothing."""
    missing = total_gap(scored.card.total, plan.targets)
    if not missing or not has_total(scored, plan):
        return None
    return TotalBelow(points=float(scored.card.total), target=float(plan.targets.total), gap=float(missing))


def _below(scored: Scored, day: ScoreDay, plan: ScorePlan) -> Iterator[IndicatorBelow]:
    figures_of = {"own": scored, "province": day.now.get(day.province)}
    for target in plan.targets.of.values():
        whose = led(scored.unit, target, plan.offices)
        of = figures_of[whose] if whose else None
        if of and (told := _short(of, target, day.province, plan)):
            yield told


def _short(scored: Scored, target: Target, province: str, plan: ScorePlan) -> IndicatorBelow | None:
    """Return the indicator of a target as it stands on a card, where it has figures of enough dossiers and is below."""
    found = _of(scored, target) if scored.accepted >= plan.watch.dossiers else None
    return _told(found, target, _owner(found, scored.unit, province)) if found and not _reaches(found, target) else None


def _of(scored: Scored, target: Target) -> IndicatorScore | None:
    """Return the indicator as it stands on a card, where it has figures."""
    found = next((found for found in scored.card.indicators if found.indicator.id == target.indicator), None)
    return found if found and found.state in _WITH_FIGURES else None


def _reaches(found: IndicatorScore, target: Target) -> bool:
    """Without a number on either side nothing is missing."""
    if target.percent is None or found.scored_ratio is None:
        return True
    return found.scored_ratio * 100 >= Fraction(target.percent)


def _owner(found: IndicatorScore, unit: Unit, province: str) -> str:
    """Return whose figures they are: some are the province's on every card."""
    return unit.code if unit.kind in found.indicator.applies_to else province


def _told(found: IndicatorScore, target: Target, agency: str) -> IndicatorBelow:
    return IndicatorBelow(
        id=found.indicator.id,
        name=found.indicator.name,
        agency=agency,
        percent=float(found.percent or 0),
        target=float(target.percent or 0),
        gap=float(gap(found, target) or 0),
        missing_count=missing_count(found, target),
    )
