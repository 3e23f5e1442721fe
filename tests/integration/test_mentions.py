"""A home record that tells the sector of its procedure tells it to every dossier under that procedure."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from sqlalchemy import text

from services.monitor.sources.source import Reading
from shared.db.engine import Database, fence
from shared.db.stores import dossiers
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import HomeSystem
from tests.integration.test_cycle import ago
from tests.integration.world import PROVINCE, RULES, FakeSource, World, record

SECTOR = "G15-TP02"
ANSWERS_FOR_ONE_SECTOR = msgspec.structs.replace(RULES, homes=(HomeSystem("igate", True, sectors=(SECTOR,)),))


class Naming(FakeSource):
    """A system whose records name their procedure, with its sector where the record has one."""

    def reading(self, item: msgspec.Raw, *, requested_at: object) -> Reading:
        reading = super().reading(item, requested_at=requested_at)  # type: ignore[arg-type]
        found = reading.record
        named = Procedure(code=found.procedure, name="Đăng ký khai sinh", sector=found.sector)
        return msgspec.structs.replace(reading, procedure=named)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A home system that answers for one sector; the portal, which names none, has two dossiers, reviewed."""
    made = World(database, home=Naming("igate"))
    made.rules = ANSWERS_FOR_ONE_SECTOR
    await made.open()
    made.portal.put(record(1, at=ago(5)))
    made.portal.put(record(2, at=ago(5), procedure="2.000002"))
    await made.monitor.once()
    assert await made.open_alerts() == set()
    yield made
    await made.aclose()


async def due(world: World) -> set[str]:
    rows = await world.rows("SELECT code FROM dossiers WHERE next_review_at <= now() AND judged_at IS NOT NULL")
    return {row["code"] for row in rows}


async def poll_home(world: World, number: int, **values: object) -> None:
    """Let the home system tell of another dossier, and read it."""
    world.home.put(record(number, at=ago(1), **values))
    await world.monitor.poll(world.monitor.watched[1])


async def test_the_first_sector_makes_the_dossiers_under_the_procedure_due_and_they_are_judged_by_it(world: World) -> None:
    await poll_home(world, 3, sector=SECTOR)
    assert await due(world) == {"H20.14-261120-0001"}
    await world.monitor.settle()
    assert ("H20.14-261120-0001", "sync.missing_at_home") in await world.open_alerts()
    assert ("H20.14-261120-0002", "sync.missing_at_home") not in await world.open_alerts()


async def test_a_sector_told_only_by_a_later_record_reaches_them_too(world: World) -> None:
    await poll_home(world, 3)
    assert await due(world) == set()
    await poll_home(world, 4, sector=SECTOR)
    assert "H20.14-261120-0001" in await due(world)


async def test_a_sector_that_is_known_makes_nothing_due(world: World) -> None:
    await poll_home(world, 3, sector=SECTOR)
    await world.monitor.settle()
    await world.open()  # a monitor that remembers nothing
    await poll_home(world, 4, sector=SECTOR)
    assert await due(world) == set()


async def test_the_catalogues_word_on_the_sector_stands(world: World) -> None:
    await world.rows(
        "INSERT INTO procedures (province_code, code, name, in_catalogue, facts)"
        """ VALUES (:province, '1.001193', 'x', true, '{"code": "1.001193"}') RETURNING 1""",
        province=PROVINCE,
    )
    await poll_home(world, 3, sector=SECTOR)
    assert await due(world) == set()
    assert await world.rows("SELECT sector, changed_at FROM procedures") == [{"sector": None, "changed_at": None}]


async def test_however_many_there_are_all_become_due(world: World) -> None:
    copies = (
        "INSERT INTO dossiers (province_code, code, first_seen_at, judged_at, procedure, rule_set)"
        " SELECT province_code, code || '-' || n, first_seen_at, judged_at, procedure, rule_set"
        f" FROM dossiers, generate_series(1, {2 * dossiers.BATCH}) n WHERE procedure = '1.001193' RETURNING 1"
    )
    await world.rows(copies)
    await poll_home(world, 3, sector=SECTOR)
    assert len(await due(world)) == 2 * dossiers.BATCH + 1


async def test_the_catalogue_never_waits_for_a_page_that_waits_for_it(world: World) -> None:
    """Both take the fence before any row. The other way round PostgreSQL breaks the deadlock, but only after a second."""
    waiting = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    insert = text(
        "INSERT INTO procedures (province_code, code, name, in_catalogue, facts)"
        """ VALUES (:province, :code, 'x', true, '{"code": "2.000815"}')"""
    )
    async with world.database.begin() as connection:
        await fence(connection, PROVINCE, alone=True)
        page = asyncio.create_task(poll_home(world, 3, procedure="2.000815", sector=SECTOR))
        while (await world.rows(waiting))[0]["n"] == 0:
            assert not page.done()
        await connection.execute(text("SET LOCAL lock_timeout = '500ms'"))
        await connection.execute(insert, {"province": PROVINCE, "code": "2.000815"})
    await page
    assert await world.rows("SELECT in_catalogue FROM procedures WHERE code = '2.000815'") == [{"in_catalogue": True}]
