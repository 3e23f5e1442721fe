"""Digests: each working morning of every agency, each week of the province, and of what came in masses."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta

import msgspec
import structlog

from services.monitor.steps.review import Reviewer
from shared.db.engine import Database, retried
from shared.db.mornings import mornings
from shared.db.stores import digests as store
from shared.db.stores import outbox
from shared.db.stores.digests import Came
from shared.db.stores.fan_out import agency_tree
from shared.db.views.agencies import units
from shared.db.views.events import last_position
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.db.views.stock import portal_stock
from shared.db.views.works import own_works
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree
from shared.domain.alerts import Reason
from shared.domain.events import EventType, News
from shared.domain.morning import AgencyWeek, Mass, Week, Work
from shared.domain.periods import local_day
from shared.domain.score_watch import ScorePlan
from shared.domain.stock import PortalStock
from shared.domain.units import Unit
from shared.domain.working_time import LOCAL
from shared.policy.measures import measures

log = structlog.get_logger()

READER = "digests"
_SETTLES = timedelta(minutes=1)
"""What comes in masses is told when nothing more of it came for so long."""

_MOST_ABOVE = 20
_WEEK = timedelta(days=7)
_OF = {Reason.BASELINE: EventType.DIGEST_BASELINE, Reason.RULES_CHANGED: EventType.DIGEST_RULES_CHANGED}

Told = list[tuple[str, News]]
_Gather = Callable[[Snapshot, date], Awaitable[Told]]


class Digests:
    """Of one province. Any number of monitors may run it: of each day, and each week, one of them writes."""

    def __init__(self, database: Database, reviewer: Reviewer, plan: ScorePlan, at: time) -> None:
        self._database = database
        self._reviewer = reviewer
        self._province = reviewer.rules.province
        self._plan = plan
        self._at = at

    async def run(self, *, now: datetime | None = None) -> int:
        """Write what is due; returns how many digests. `now`: the database's clock unless a test says otherwise.

        A morning that was missed is caught up on the same day, a week's within the week.
        """
        moment = now or await self._database.now()
        written = await retried(lambda: self._masses(moment))
        day = local_day(moment)
        if not self._has_begun(day, moment):
            return written
        monday = day - timedelta(days=day.weekday())
        written += await self._once(EventType.DIGEST_DAILY, day, self._mornings, moment)
        return written + await self._once(EventType.DIGEST_WEEKLY, monday, self._week, moment)

    def _has_begun(self, day: date, now: datetime) -> bool:
        is_working = self._reviewer.calendar.is_working_day(day)
        return is_working and datetime.combine(day, self._at, LOCAL) <= now

    async def _once(self, kind: EventType, day: date, gather: _Gather, now: datetime) -> int:
        """Write the digests of a kind if nobody has; nothing before everything was read and judged once."""
        async with self._database.begin() as connection:
            if await store.is_written(connection, self._province, kind, day):
                return 0
        async with open_snapshot(self._database, self._province) as snapshot:
            if snapshot.data_as_of is None:
                return 0
            told = await gather(snapshot, day)

        async def write() -> int:
            async with self._database.begin() as connection:
                if not await store.claim(connection, self._province, kind, day, now=now):
                    return 0
                await store.write(connection, self._province, kind, told, now=now)
            log.info("digests_written", kind=kind, digests=len(told))
            return len(told)

        return await retried(write)

    async def _mornings(self, snapshot: Snapshot, day: date) -> Told:
        found = await mornings(snapshot, self._plan, self._reviewer.calendar, within=WHOLE_PROVINCE)
        return [(morning.agency, msgspec.structs.replace(morning, day=day)) for morning in found]

    async def _week(self, snapshot: Snapshot, monday: date) -> Told:
        """Sum up every listed agency with what is below it; the worst are named."""
        rates = measures().overdue_rate
        stock = await portal_stock(snapshot.connection, self._province, snapshot.now)
        own = await own_works(snapshot, self._reviewer.calendar, within=WHOLE_PROVINCE)
        everywhere = await units(snapshot, self._plan.offices, within=WHOLE_PROVINCE)
        listed = [unit for unit in everywhere.values() if unit.is_listed and unit.code != self._province]
        weeks = [_agency_week(unit, stock, own) for unit in listed]
        above = [week for week in weeks if week.on_portal and 100 * week.overdue >= rates.percent * week.on_portal]
        above.sort(key=lambda week: (-week.overdue / week.on_portal, week.agency))
        since = datetime.combine(local_day(snapshot.now), time(), LOCAL) - _WEEK
        week = Week(
            day=monday,
            as_of=snapshot.data_as_of,
            most_percent=float(rates.percent),
            agencies=len(weeks),
            above=tuple(above[:_MOST_ABOVE]),
            above_count=len(above),
            on_portal=sum(one.open for one in stock.values()),
            overdue=sum(one.overdue for one in stock.values()),
            unacknowledged=sum(work.unacknowledged for work in own.values()),
            causes=await store.causes(snapshot.connection, self._province, since=since),
        )
        return [(self._province, week)]

    async def _masses(self, now: datetime) -> int:
        """Tell of what came in masses since this was done last, once nothing more of it comes."""
        async with self._database.begin() as connection:
            place = (connection, self._province)
            if not await outbox.has_news(*place, READER):
                return 0
            position, end = await outbox.hold(*place, READER), await last_position(*place)
            if position is None or end is None:
                return 0
            found = {reason: await store.came(*place, reason, position, end) for reason in _OF}
            if any(came and came.last_at > now - _SETTLES for came in found.values()):
                return 0
            tree = await agency_tree(*place)
            told = [(_OF[reason], _masses_of(came, tree, self._province)) for reason, came in found.items() if came]
            for kind, masses in told:
                await store.write(*place, kind, masses, now=now)
            await outbox.move(*place, READER, end)
        return sum(len(masses) for _, masses in told)


def _agency_week(unit: Unit, stock: Mapping[str, PortalStock], own: Mapping[str, Work]) -> AgencyWeek:
    portal = [stock[code] for code in unit.agencies if code in stock]
    return AgencyWeek(
        agency=unit.code,
        on_portal=sum(one.open for one in portal),
        overdue=sum(one.overdue for one in portal),
        unacknowledged=sum(own[code].unacknowledged for code in unit.agencies if code in own),
    )


def _masses_of(came: Came, tree: AgencyTree, province: str) -> Told:
    """Return what came to every agency with what is below it, and all of it to the province."""
    told: Told = [(province, _sum(province, came.of.values()))]
    for agency, branch in tree.branches().items():
        inside = [came.of[code] for code in branch if code in came.of]
        if inside and agency != province:
            told.append((agency, _sum(agency, inside)))
    return told


def _sum(agency: str, masses: Iterable[Mass]) -> Mass:
    opened: Counter[str] = Counter()
    resolved = 0
    for mass in masses:
        opened.update(mass.opened)
        resolved += mass.resolved
    return Mass(agency=agency, opened=dict(opened), resolved=resolved)
