"""What is open is tallied as reviews change it, so that the stock is what a recount of the dossiers finds at any moment."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from shared.db import schema
from shared.db.engine import Database
from shared.db.stores import open_tally
from shared.db.stores.open_tally import COUNTED, Stands
from shared.db.views import audit
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.db.views.stock import own_stock
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree
from shared.domain.statuses import Status
from shared.domain.stock import Stock, due_soon_until
from tests.integration.test_measures import drawn
from tests.integration.world import CALENDAR, HOUR, PROVINCE, World, record

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
BEFORE = "0016"
DOSSIERS, ROUNDS = 60, 8
TALLY = f"SELECT agency, {', '.join(COUNTED)} FROM open_tally ORDER BY agency"

_RECOUNT = text(
    """
    SELECT agency, count(*) FILTER (WHERE is_open) AS open, count(*) FILTER (WHERE open_on_portal) AS on_portal,
        count(*) FILTER (WHERE is_open AND due_at < :now AND (status IN (2, 4, 6) OR told)) AS overdue,
        count(*) FILTER (WHERE is_open AND status IN (2, 4, 6) AND due_at BETWEEN :now AND :soon) AS due_soon,
        count(*) FILTER (WHERE is_open AND intake_by <= :now AND taken_up_at IS NULL) AS untouched,
        count(*) FILTER (WHERE open_on_portal AND portal_overdue_at <= :now
            AND (portal_overdue_at < :now OR portal_status = 1)) AS overdue_on_portal,
        count(*) FILTER (WHERE late_from <= :now AND NOT apologised
            AND (ended_at IS NULL OR ended_at > CAST(:now AS timestamptz) - interval '30 days')) AS apologies,
        count(*) FILTER (WHERE is_open AND waits_in = 5) AS supplement,
        count(*) FILTER (WHERE is_open AND waits_in = 6) AS payment,
        count(*) FILTER (WHERE is_open AND waits_in = 8) AS stopped, count(*) FILTER (WHERE is_open AND waits_in = 11) AS paused
    FROM (
        SELECT *, ended_at IS NULL AND status IS NOT NULL AS is_open,
            CASE WHEN paused_since IS NOT NULL THEN coalesce(nullif(status, 0), portal_status) END AS waits_in,
            EXISTS (SELECT FROM findings WHERE findings.code = dossiers.code AND finding->>'rule' = 'deadline.overdue') AS told
        FROM dossiers WHERE agency IS NOT NULL
    ) AS each GROUP BY agency
    """
)


async def recounted(snapshot: Snapshot) -> dict[str, Stock]:
    """Return the stock of each agency from a look at every dossier."""
    parameters = {"now": snapshot.now, "soon": due_soon_until(CALENDAR, snapshot.now)}
    rows = (await snapshot.connection.execute(_RECOUNT, parameters)).mappings().all()
    found = {row["agency"]: Stock(**{name: row[name] for name in row if name != "agency"}) for row in rows}
    return {agency: stock for agency, stock in found.items() if stock != Stock()}


async def compared(world: World, moment: datetime) -> dict[str, Stock]:
    """Return the stock at a moment, which a recount must find too; of the province and of a part of it."""

    async def told(_: object) -> datetime:
        return moment

    async with open_snapshot(world.database, PROVINCE, moment=told) as snapshot:
        stock, wanted = await own_stock(snapshot, CALENDAR, within=WHOLE_PROVINCE), await recounted(snapshot)
        assert stock == wanted
        part = AgencyTree({"H20.14": None, "H20.99": None})
        assert await own_stock(snapshot, CALENDAR, within=part) == {
            agency: one for agency, one in wanted.items() if agency in part
        }
    return stock


def redrawn(world: World, rng: Random, number: int) -> None:
    """Let a dossier be another one, as far as both systems tell: elsewhere, in another status, with other dates."""
    now = datetime.now(UTC)
    oddity = rng.choice(["", "", "", "home speaks in tongues", "both do", "unreadable", "too far ahead"])
    sides = dict(zip((world.portal, world.home), drawn(rng, number, now.replace(microsecond=0)), strict=True))
    for source, found in sides.items():
        if found:
            values: dict[str, Any] = {"updated_at": now}
            if oddity == "both do" or (oddity == "home speaks in tongues" and source is world.home):
                values["status"] = Status.UNKNOWN
            if oddity == "too far ahead":
                values["due_at"] = datetime(2150, 1, 1, tzinfo=UTC)
            source.put(msgspec.structs.replace(found, **values))
            if oddity == "unreadable" and source is world.home:
                source.break_row(found.source_id, found.code, now)


async def removed(world: World, number: int) -> None:
    """Let no system have a dossier any more."""
    code = record(number).code
    for source in (world.portal, world.home):
        source.rows.pop(f"id-{number:05d}", None)
        source.broken.pop(f"id-{number:05d}", None)
    await world.rows("DELETE FROM records WHERE code = :code RETURNING 1", code=code)
    await world.rows("DELETE FROM refusals WHERE code = :code RETURNING 1", code=code)
    await world.rows("UPDATE dossiers SET next_review_at = now() WHERE code = :code RETURNING 1", code=code)


async def moments(world: World, rng: Random) -> list[datetime]:
    """Return now, and moments at which something drawn by lot is reached, just before it and just after it."""
    columns = ("due_at", "portal_overdue_at", "intake_by", "late_from", "ended_at + interval '30 days'")
    at = " UNION ALL ".join(f"SELECT {column} AS at FROM dossiers" for column in columns)
    reached = [row["at"] for row in await world.rows(f"SELECT at FROM ({at}) AS each WHERE at < '2099-01-01' ORDER BY at")]
    drawn_by_lot = rng.sample(reached, 5)
    return [datetime.now(UTC), *(moment + by for moment in drawn_by_lot for by in (-MICROSECOND, timedelta(0), MICROSECOND))]


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_changes_the_stock_is_what_a_recount_finds_at_any_moment(world: World, seed: int) -> None:
    rng = Random(seed)
    seen: set[str] = set()
    parked = 0
    for round_ in range(ROUNDS):
        for number in range(1, DOSSIERS + 1) if round_ == 0 else rng.sample(range(1, DOSSIERS + 1), DOSSIERS // 4):
            redrawn(world, rng, number)
        await world.monitor.once()
        for number in rng.sample(range(1, DOSSIERS + 1), 3):
            await removed(world, number)
        await world.monitor.review()
        for moment in await moments(world, rng):
            for stock in (await compared(world, moment)).values():
                seen |= {name for name, count in msgspec.structs.asdict(stock).items() if count}
        async with world.database.begin() as connection:
            assert await audit.differing_tallies(connection, PROVINCE) == []
        parked += len(await world.rows("SELECT 1 FROM dossiers WHERE parked_at IS NOT NULL AND status IS NOT NULL"))
    assert seen == set(Stock.__struct_fields__), "something of everything was there to be counted"
    assert parked, "so were dossiers whose review fails after one that did not"


@pytest.fixture
async def busy(world: World) -> World:
    """One dossier of each status that is waited in, one whose status at home nobody knows, one that is new, one that ended."""
    now = datetime.now(UTC).replace(microsecond=0)
    statuses = (Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED, Status.PAUSED, Status.UNKNOWN, Status.NEW, Status.FINISHED)
    for number, status in enumerate(statuses, start=1):
        values = {"at": now - HOUR, "submitted_at": now - 3 * DAY, "finished_at": now if status is Status.FINISHED else None}
        there = Status.SUPPLEMENT if status in (Status.PAUSED, Status.UNKNOWN) else status
        world.portal.put(record(number, status=there, **values))
        world.home.put(record(number, status=status, **values))
    await world.monitor.once()
    return world


async def test_each_column_counts_what_it_is_named_after(busy: World) -> None:
    (row,) = await busy.rows(TALLY)
    assert row == {"agency": "H20.14", "dossiers": 6, "open": 6, "supplement": 2, "payment": 1, "stopped": 1, "paused": 1}


@pytest.mark.parametrize("column", COUNTED)
async def test_an_audit_tells_a_column_that_was_tampered_with_and_the_night_puts_it_right(busy: World, column: str) -> None:
    before = await busy.rows(TALLY)
    await busy.rows(f"UPDATE open_tally SET {column} = {column} + 1 RETURNING 1")
    await busy.monitor.audit()
    (alert,) = await busy.rows("SELECT details->'told' AS told FROM alerts WHERE rule = 'audit.differs'")
    assert alert["told"] == '["open_tally H20.14"]'
    assert await busy.rows(TALLY) == before


async def test_a_row_that_is_missing_is_told_and_one_of_zeros_is_not(busy: World) -> None:
    await busy.rows("UPDATE open_tally SET agency = 'H20.15' RETURNING 1")
    await busy.rows("INSERT INTO open_tally (province_code, agency, dossiers) VALUES ('H20', 'H20.16', 0) RETURNING 1")
    async with busy.database.begin() as connection:
        assert await audit.differing_tallies(connection, PROVINCE) == ["open_tally H20.14", "open_tally H20.15"]


async def test_what_the_version_before_left_uncounted_is_counted_when_the_next_monitor_starts(busy: World) -> None:
    before = await busy.rows(TALLY)
    for statement in (
        "DELETE FROM open_tally",
        "INSERT INTO open_tally (province_code, agency, dossiers) VALUES ('H20', 'H20.14', 6)",
    ):
        await busy.rows(f"{statement} RETURNING 1")
    assert await busy.rows(TALLY) != before
    await busy.reviewer.start()
    assert await busy.rows(TALLY) == before


async def test_what_a_version_before_leaves_uncounted_beside_this_one_is_counted_by_the_next_follow_up(busy: World) -> None:
    before = await busy.rows(TALLY)
    for statement in (
        "DELETE FROM open_tally",
        "INSERT INTO open_tally (province_code, agency, dossiers) VALUES ('H20', 'H20.14', 6)",
    ):
        await busy.rows(f"{statement} RETURNING 1")
    async with open_snapshot(busy.database, PROVINCE) as snapshot:
        assert (await own_stock(snapshot, CALENDAR, within=WHOLE_PROVINCE))["H20.14"].open == 0, "not known, and no error"
    await busy.monitor.follow_up()
    assert await busy.rows(TALLY) == before


async def test_the_migration_counts_what_is_open_already(busy: World) -> None:
    before = await busy.rows(TALLY)
    await schema.migrate(busy.database.engine, BEFORE)
    assert await busy.rows("SELECT * FROM open_tally") == [{"province_code": "H20", "agency": "H20.14", "dossiers": 6}]
    await schema.migrate(busy.database.engine)
    assert await busy.rows(TALLY) == before


async def test_what_stays_as_it_is_moves_nothing(database: Database) -> None:
    everything = Stands("H20.14", (True,) * len(COUNTED))
    lines = text("SELECT ctid::text FROM open_tally")
    async with database.begin() as connection:
        await open_tally.move(connection, PROVINCE, [], [everything, everything])
        written = (await connection.execute(lines)).all()
        await open_tally.move(connection, PROVINCE, [everything, Stands(None, everything.counts)], [everything])
        assert (await connection.execute(lines)).all() == written
