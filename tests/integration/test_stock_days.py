"""What is open at each agency is kept each day, the day's last state stays."""

from datetime import UTC, date, datetime, timedelta

from shared.db.engine import Database
from shared.db.stores import catalogue, stock_days
from shared.db.views.snapshot import open_snapshot
from shared.db.views.stock import kept_stock
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree
from shared.domain.catalogue import Agency
from shared.domain.periods import local_day
from shared.domain.statuses import Status
from shared.domain.stock import Stock
from tests.integration.world import HOUR, PROVINCE, World, record

DAY = date(2026, 11, 3)
NOON = datetime(2026, 11, 3, 5, tzinfo=UTC)


async def keep(database: Database, *, now: datetime = NOON, day: date = DAY, **found: int) -> None:
    async with database.begin() as connection:
        of_agencies = {code.replace("_", "."): Stock(open=number) for code, number in found.items()}
        await stock_days.keep(connection, PROVINCE, of_agencies, day=day, now=now)


async def kept(database: Database, within: AgencyTree = WHOLE_PROVINCE) -> list[tuple[date, datetime, int]]:
    async with open_snapshot(database, PROVINCE) as snapshot:
        found = await kept_stock(snapshot, date(2026, 1, 1), date(2026, 12, 31), within=within)
    return [(one.day, one.kept_at, one.stock.open) for one in found]


async def test_the_last_of_a_day_stays_whoever_writes_last(database: Database) -> None:
    await keep(database, H20_14=5)
    await keep(database, H20_14=7, now=NOON + HOUR)
    await keep(database, H20_14=6, now=NOON + HOUR / 2)
    assert await kept(database) == [(DAY, NOON + HOUR, 7)]


async def test_days_are_summed_over_the_agencies_the_latest_first(database: Database) -> None:
    await keep(database, H20_14=5, H20_15=2)
    await keep(database, H20_14=1, day=DAY + timedelta(days=1), now=NOON + 24 * HOUR)
    assert [(day.day, number) for day, _, number in await kept(database)] == [(4, 1), (3, 7)]
    assert [(day.day, number) for day, _, number in await kept(database, AgencyTree({"H20.15": None}))] == [(3, 2)]


async def test_a_cycle_keeps_every_agency_that_is_known(world: World) -> None:
    await world.monitor.once()
    world.portal.put(record(1))
    world.home.put(record(1))
    await world.monitor.once()
    rows = await world.rows("SELECT agency, day, open, on_portal FROM stock_days")
    assert rows == [{"agency": "H20.14", "day": local_day(datetime.now(UTC)), "open": 1, "on_portal": 1}]
    ended = record(1, status=Status.REFUSED, at=datetime.now(UTC))
    world.portal.put(ended)
    world.home.put(ended)
    await world.monitor.once()
    (row,) = await world.rows("SELECT open, on_portal FROM stock_days")
    assert (row["open"], row["on_portal"]) == (0, 0), "an agency that has nothing any more says so"


async def test_nothing_is_kept_before_every_source_was_read_once(world: World) -> None:
    world.portal.put(record(1))
    await world.monitor.poll(world.monitor.watched[0])
    await world.monitor.keep_stock()
    assert await world.rows("SELECT agency FROM stock_days") == []


async def test_stock_that_cannot_be_kept_stops_nothing(world: World, log_lines: list[dict[str, object]]) -> None:
    async with world.database.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE stock_days")
    world.portal.put(record(1))
    world.home.put(record(1))
    assert await world.monitor.once()
    assert [line["event"] for line in log_lines if str(line["event"]).endswith("_kept")] == ["scores_kept", "stock_not_kept"]


async def test_agencies_listed_without_a_dossier_are_kept_too(world: World) -> None:
    async with world.database.begin() as connection:
        await catalogue.store_agencies(connection, PROVINCE, [Agency(code="H20.15", name="Sở Y tế")])
    await world.monitor.once()
    assert [row["agency"] for row in await world.rows("SELECT agency FROM stock_days")] == ["H20.15"]
