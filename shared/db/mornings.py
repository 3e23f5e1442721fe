"""Reading the morning page of one agency, or of all of them at once."""

from shared.db.score_day import read_scores
from shared.db.views.agencies import units
from shared.db.views.snapshot import Snapshot
from shared.db.views.works import own_works
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree
from shared.domain.morning import Morning, Work, merged
from shared.domain.periods import local_day
from shared.domain.score_lines import score_line
from shared.domain.score_watch import ScorePlan
from shared.domain.units import Unit
from shared.domain.working_time import WorkingTime


async def morning_of(snapshot: Snapshot, plan: ScorePlan, calendar: WorkingTime, unit: Unit, *, within: AgencyTree) -> Morning:
    """Return the morning page of a unit, of what of it may be seen; its score and rank everyone of it may know."""
    branch = AgencyTree({code: None for code in unit.agencies if within.is_whole or code in within})
    seen = within if within.is_whole and unit.code == snapshot.province else branch
    work = merged((await own_works(snapshot, calendar, within=seen)).values())
    scores = await read_scores(snapshot, plan, calendar)
    return Morning(
        agency=unit.code,
        day=local_day(snapshot.now),
        as_of=snapshot.data_as_of,
        work=work,
        score=score_line(unit.code, scores, plan) if scores else None,
    )


async def mornings(snapshot: Snapshot, plan: ScorePlan, calendar: WorkingTime, *, within: AgencyTree) -> list[Morning]:
    """Return the morning pages of every listed agency and of the province, of those with something to say."""
    own = await own_works(snapshot, calendar, within=within)
    scores = await read_scores(snapshot, plan, calendar)
    found = []
    for unit in (await units(snapshot, plan.offices, within=WHOLE_PROVINCE)).values():
        of_unit = own.values() if unit.code == snapshot.province else [own.get(code, Work()) for code in unit.agencies]
        if (work := merged(of_unit)).is_nothing:
            continue
        line = score_line(unit.code, scores, plan) if scores else None
        day, as_of = local_day(snapshot.now), snapshot.data_as_of
        found.append(Morning(agency=unit.code, day=day, as_of=as_of, work=work, score=line))
    return found
