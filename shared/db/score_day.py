"""Reading the scores of the year that runs, as of the moment to which every dossier is settled, and of the day before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import structlog

from shared.db.stores import rule_sets, sources
from shared.db.views.agencies import scored_units
from shared.db.views.counted import counted
from shared.db.views.official import published
from shared.db.views.score_days import counted_on
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.counters import View
from shared.domain.figures import Counted, ratios
from shared.domain.indicators import Policy
from shared.domain.periods import NoPolicy, Period, PeriodKind, local_day, policy_for
from shared.domain.published import PublishedUnit
from shared.domain.score_watch import Scored, ScoreDay, ScorePlan
from shared.domain.scoring import RatiosRefused, ScoreCard, score
from shared.domain.units import Unit
from shared.domain.working_time import LOCAL, WorkingTime

log = structlog.get_logger()

_DAY = timedelta(days=1)


async def read_scores(snapshot: Snapshot, plan: ScorePlan, calendar: WorkingTime) -> ScoreDay | None:
    """Return the scores of the province and of every listed agency, both days' by the policy of today.

    None before everything was read and judged once, and for a day without a policy.
    """
    as_of = snapshot.data_as_of
    policy = _policy(plan, local_day(as_of)) if as_of else None
    if as_of is None or policy is None:
        return None
    today, period = local_day(as_of), _year(local_day(as_of))
    units = await scored_units(snapshot, plan.offices, within=WHOLE_PROVINCE)
    now = _scored(units, await counted(snapshot, View.PORTAL, period, units, within=WHOLE_PROVINCE), policy, calendar)
    before = _scored(units, await _before(snapshot, period, units, today), policy, calendar)
    published_now, published_before = await _published(snapshot, period, today)
    return ScoreDay(
        province=snapshot.province,
        period=period,
        as_of=as_of,
        now=now,
        unscored=frozenset(unit.code for unit in units if unit.code not in now),
        before=before,
        published=published_now,
        published_before=published_before,
    )


def _year(day: date) -> Period:
    return Period.of(PeriodKind.YEAR, day)


def _policy(plan: ScorePlan, today: date) -> Policy | None:
    try:
        return policy_for(plan.policies, _year(today), today)
    except NoPolicy as error:
        log.warning("scores_not_reviewed", reason=str(error))
        return None


async def _before(snapshot: Snapshot, period: Period, units: Sequence[Unit], today: date) -> Mapping[str, Counted]:
    """Return what was counted by the end of the day before, nothing where that is no basis.

    A day on which a source was read for the first time, or other rules came to work, jumps for reasons of our own.
    """
    states = [*(await sources.states(snapshot.connection, snapshot.province)).values()]
    petitions = await sources.petitions_state(snapshot.connection, snapshot.province)
    jumps = [state.first_complete_at for state in (*states, *([petitions] if petitions else []))]
    jumps.append(await rule_sets.since(snapshot.connection, snapshot.province))
    if any(local_day(moment) >= today - _DAY for moment in jumps if moment):
        return {}
    codes = [unit.code for unit in units]
    return await counted_on(snapshot, View.PORTAL, period, codes, today - _DAY, within=WHOLE_PROVINCE)


async def _published(
    snapshot: Snapshot, period: Period, today: date
) -> tuple[dict[str, PublishedUnit], dict[str, PublishedUnit]]:
    """Return what the portal publishes, of what was read since yesterday began, and what it had published by its end."""
    found = await published(snapshot, period, within=WHOLE_PROVINCE)
    before = await published(snapshot, period, within=WHOLE_PROVINCE, until=datetime.combine(today, time(), LOCAL))
    fresh = {code: each.unit for code, each in found.items() if local_day(each.seen_at) >= today - _DAY}
    return fresh, {code: each.unit for code, each in before.items()}


def _scored(units: Sequence[Unit], found: Mapping[str, Counted], policy: Policy, calendar: WorkingTime) -> dict[str, Scored]:
    """Return the units with their cards, without those of which nothing was counted or whose figures cannot be scored."""
    cards = {unit.code: _card(found[unit.code], policy, unit, calendar) for unit in units if unit.code in found}
    return {
        unit.code: Scored(unit=unit, card=card, accepted=found[unit.code].counters.accepted)
        for unit in units
        if (card := cards.get(unit.code)) is not None
    }


def _card(found: Counted, policy: Policy, unit: Unit, calendar: WorkingTime) -> ScoreCard | None:
    minutes = round(calendar.day_length.total_seconds() / 60)
    try:
        return score(ratios(found, View.PORTAL, day_minutes=minutes), policy, kind=unit.kind)
    except RatiosRefused:
        log.exception("unit_parked", unit=unit.code)
        return None
