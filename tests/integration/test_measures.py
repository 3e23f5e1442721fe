"""Measures and stock as the database counts them, against a plain recount of the records themselves."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig
from shared.db.engine import Database
from shared.db.views.measures import measure_cells
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.db.views.stock import own_stock
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree
from shared.domain.catalogue import Procedure
from shared.domain.measures import TALLY, added
from shared.domain.periods import Span, local_day
from shared.domain.records import Apology, Channel, Record, Supplement
from shared.domain.statuses import Status
from shared.domain.stock import STOCK, summed
from shared.domain.working_time import LOCAL
from shared.policy import working_time
from tests.integration.world import HOUR, RULES, PortalWithCatalogue, World, record

DAY = timedelta(days=1)
LAND = "G13-DD"
CALENDAR = working_time(CalendarConfig())
AGENCIES = ("H20.14", "H20.14.05", "H20.114")
ENDED, FINISHED = (3, 7, 9, 10), (9, 10)
WAITS = {5: "supplement", 6: "payment", 8: "stopped", 11: "paused"}


def drawn(rng: Random, number: int, now: datetime) -> tuple[Record | None, Record | None]:
    """Draw the two sides of a dossier: mostly the same, sometimes one lags, lacks or has other dates."""
    submitted = now - rng.randrange(2, 40 * 24) * HOUR
    status = rng.choice([1, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 9, 10])
    accepted = None if status in (1, 3) else submitted + rng.choice([1, 4, 8, 9, 30]) * HOUR
    started = accepted or submitted
    ended = started + rng.randrange(1, 20) * DAY
    values: dict[str, Any] = {
        "agency": rng.choice(AGENCIES),
        "sector": rng.choice([LAND, "HT", None]),
        "channel": rng.choice([Channel.ONLINE, Channel.ONLINE, Channel.DIRECT]),
        "submitted_at": submitted,
        "accepted_at": min(accepted, now) if accepted else None,
        "due_at": None if status == 1 else started + rng.randrange(1, 30) * DAY,
        "finished_at": min(ended, now) if status in FINISHED or rng.random() < 0.05 else None,
        "refused_at": min(submitted + 2 * HOUR, now) if status == 3 else None,
        "paid_online": rng.random() < 0.3,
        "electronic_result": status in FINISHED and rng.random() < 0.7,
        "components_digitised": rng.random() < 0.5,
        "status": Status(status),
        "updated_at": min(started + DAY, now - HOUR),
        "supplements": (Supplement(asked_at=started + HOUR),) if status == 5 else (),
        "apology": Apology(sent_at=now) if rng.random() < 0.3 else None,
    }
    portal, home = (record(number, **values) for _ in range(2))
    lag = rng.random()
    if lag < 0.1:
        return None, home
    if lag < 0.2:
        return portal, None
    if lag < 0.35:
        portal = record(number, **{**values, "status": Status.PROCESSING, "electronic_result": False, "paid_online": False})
    elif lag < 0.4:
        home = record(number, **{**values, "status": Status.PAUSED})
    return portal, home


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A portal that lists a procedure with a paper result, and a home system."""
    made = World(database, portal=PortalWithCatalogue())
    made.portal.listed = [Procedure(code="1.001193", gives_paper_result=True)]
    await made.open()
    yield made
    await made.aclose()


@pytest.fixture
async def province(world: World) -> tuple[World, list[tuple[Record | None, Record | None]]]:
    """Two hundred drawn dossiers, the same every time, read and reviewed."""
    rng, now = Random(766), datetime.now(UTC).replace(microsecond=0)
    found = [drawn(rng, number, now) for number in range(1, 201)]
    for portal, home in found:
        if portal:
            world.portal.put(portal)
        if home:
            world.home.put(home)
    await world.monitor.once()
    return world, found


def has_ended(side: Record) -> bool:
    return side.status in ENDED or (side.status == 8 and bool(side.finished_at or side.refused_at))


def end(side: Record) -> datetime | None:
    if side.status in FINISHED:
        return side.finished_at or side.updated_at
    return {3: side.refused_at, 7: side.updated_at, 8: side.finished_at}.get(int(side.status))


def late(side: Record, now: datetime) -> bool:
    """Past due now and running, or standing still since after it, or ended after it."""
    began = side.supplements[-1].asked_at if side.supplements else side.updated_at
    if side.due_at is None or side.due_at >= now:
        return False
    ended = end(side)
    if ended or has_ended(side):
        return bool(ended and ended > side.due_at)
    return side.status in (2, 4, 6) or (side.status in (5, 8, 11) and began > side.due_at)


def intake(sides: list[Record], now: datetime) -> tuple[bool, bool, bool]:
    """Return whether it counts, whether it was in time, and whether it lies untouched past the window."""
    first = sides[0]
    if first.channel is not Channel.ONLINE:
        return False, False, False
    closes = first.submitted_at + 8 * HOUR
    acted = [
        side.accepted_at or side.refused_at or side.updated_at for side in sides if side.status not in (1, 7) or side.accepted_at
    ]
    if acted:
        return True, min(acted) <= closes, False
    if all(side.status == 1 for side in sides):
        return closes <= now, False, closes <= now
    withdrawn = min(side.updated_at for side in sides if side.status == 7)
    return withdrawn > closes, False, False


def overdue_there(portal: Record, now: datetime) -> bool:
    if has_ended(portal):
        return False
    if portal.status == 1:
        return portal.channel is Channel.ONLINE and portal.submitted_at + 8 * HOUR <= now
    return portal.due_at is not None and portal.due_at < now


def agreeing(portal: Record | None, home: Record) -> bool:
    return portal is not None and (portal.status == home.status or (home.status == 11 and portal.status in (4, 5, 6, 8)))


def recounted(portal: Record | None, home: Record | None, span: Span, now: datetime) -> Counter[str]:
    """Return what one dossier counts for in measures and stock, from its records alone."""
    side, there = home or portal, portal or home
    assert side
    assert there
    found: Counter[str] = Counter()
    day = (side.accepted_at or there.submitted_at).astimezone(LOCAL).date()
    sides = [one for one in (portal, home) if one]
    counts, in_time, untouched = intake(sides, now)
    online = there.channel is Channel.ONLINE
    if span.first <= day <= span.last:
        finished = home is not None and home.status in FINISHED and home.electronic_result
        missing_at_home = home is None and online and portal is not None and portal.status not in (3, 7)
        paid = any(one.paid_online for one in sides) and (home is not None or missing_at_home)
        land = side.accepted_at is not None and side.sector == LAND
        owing = home is not None and late(home, now)
        found += Counter(
            held=int(home is not None),
            status_in_step=int(home is not None and agreeing(portal, home)),
            results=int(finished),
            results_in_step=int(finished and portal is not None and portal.electronic_result),
            payments=int(paid),
            payments_in_step=int(paid and len(sides) == 2 and sides[0].paid_online == sides[1].paid_online),
            late=int(owing),
            apologised=int(owing and home.apology is not None),
            land=int(land),
            land_online=int(land and online),
            ended_online=int(online and side.status in FINISHED),
            with_result=int(online and side.status in FINISHED and side.electronic_result),
        )
    if portal and portal.accepted_at and span.first <= portal.accepted_at.astimezone(LOCAL).date() <= span.last:
        found += Counter(accepted=1, digitised=int(portal.components_digitised and portal.electronic_result))
    if span.first <= there.submitted_at.astimezone(LOCAL).date() <= span.last:
        found += Counter(submitted_online=int(counts), taken_up=int(in_time))
    if portal and not has_ended(portal):
        found += Counter(on_portal=1, overdue_on_portal=int(overdue_there(portal, now)))
    if not has_ended(side):
        waits = WAITS.get(int(side.status))
        ahead = CALENDAR.after(now, 24 * HOUR)
        soon = side.status in (2, 4, 6) and side.due_at is not None and now <= side.due_at <= ahead
        found += Counter(
            open=1, overdue=int(late(side, now)), untouched=int(untouched), due_soon=int(soon), waiting=int(waits is not None)
        )
        if waits:
            found[waits] += 1
    ended = home and end(home)
    if home and late(home, now) and home.apology is None and (ended is None or ended > now - 30 * DAY):
        found["apologies"] += 1
    return found


async def compared(snapshot: Snapshot, sides: list[Any], span: Span, within: AgencyTree) -> None:
    wanted: Counter[str] = Counter()
    for portal, home in sides:
        if within.is_whole or (home or portal).agency in within:
            wanted += recounted(portal, home, span, snapshot.now)
    cells = await measure_cells(snapshot, span, {LAND}, CALENDAR, within=within)
    tally = added(cells.values())
    checked = set(TALLY) - {"paused", "paused_minutes"}
    assert {name: getattr(tally, name) for name in checked} == {name: wanted[name] for name in checked}
    assert tally.paused == wanted["waiting"]
    stock = summed((await own_stock(snapshot, CALENDAR, within=within)).values())
    assert {name: getattr(stock, name) for name in STOCK} == {name: wanted[name] for name in STOCK}


async def test_the_database_counts_what_a_recount_of_the_records_counts(province) -> None:
    world, found = province
    async with open_snapshot(world.database, "H20") as snapshot:
        today = local_day(snapshot.now)
        for first, last in ((60, 0), (35, 5), (20, 6), (3, 3), (0, 0)):
            span = Span(today - first * DAY, today - last * DAY)
            await compared(snapshot, found, span, WHOLE_PROVINCE)
            await compared(snapshot, found, span, AgencyTree({"H20.14": None, "H20.14.05": "H20.14"}))
        await compared(snapshot, found, Span(today - 60 * DAY, today), AgencyTree({"H20.99": None}))


async def test_the_drawn_province_has_something_of_everything(province) -> None:
    world, _ = province
    async with open_snapshot(world.database, "H20") as snapshot:
        today = local_day(snapshot.now)
        tally = added(
            (await measure_cells(snapshot, Span(today - 60 * DAY, today), {LAND}, CALENDAR, within=WHOLE_PROVINCE)).values()
        )
        stock = summed((await own_stock(snapshot, CALENDAR, within=WHOLE_PROVINCE)).values())
    assert all(getattr(stock, name) for name in STOCK), stock
    assert all(getattr(tally, name) for name in TALLY), tally


async def test_waiting_is_counted_in_working_minutes(world: World) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    began = [now - 9 * DAY, now - 4 * DAY]
    for number, moment in enumerate(began, start=1):
        values = {"status": Status.PAYMENT, "accepted_at": moment, "updated_at": moment, "due_at": now + 9 * DAY}
        world.portal.put(record(number, **values))
        world.home.put(record(number, **values))
    await world.monitor.once()
    async with open_snapshot(world.database, "H20") as snapshot:
        span = Span(local_day(now), local_day(now))
        tally = added((await measure_cells(snapshot, span, (), CALENDAR, within=WHOLE_PROVINCE)).values())
        wanted = sum(int(CALENDAR.between(moment, snapshot.now) / timedelta(minutes=1)) for moment in began)
    assert (tally.paused, tally.paused_minutes) == (2, wanted)


async def test_an_audit_finds_what_a_measure_should_have_counted(province) -> None:
    world, _ = province
    auditor = Auditor(world.database, RULES, CALENDAR)
    assert (await auditor.run()).differences == 0
    (row,) = await world.rows("SELECT code FROM dossiers WHERE next_review_at IS NULL AND waits_for = '{}' ORDER BY code LIMIT 1")
    await world.rows("UPDATE dossiers SET apologised = NOT apologised WHERE code = :code RETURNING code", code=row["code"])
    assert (await auditor.run()).told == (f"dossier {row['code']}: measured",)
