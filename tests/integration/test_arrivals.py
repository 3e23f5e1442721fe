"""What is measured as waiting for a review while changes arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from benchmarks import items
from benchmarks.arrivals import Change, Waiting
from benchmarks.nation import open_by_province
from benchmarks.province import Province, watched_province
from shared.db.engine import Database

EARLIER, LATER = (datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=ago) for ago in (40, 10))


def changed(province: Province, waiting: Waiting, now: datetime) -> None:
    province.change(1, updated=now, due=now + timedelta(days=9))
    waiting.add(Change(province.code, items.code(1, province=province.code), now, is_late=False))


async def test_a_change_waits_since_it_was_made_though_its_dossier_changes_again(database: Database) -> None:
    async with watched_province(database) as province:
        waiting = Waiting(database)
        for moment in (EARLIER, LATER):
            changed(province, waiting, moment)
        await province.load()
        await waiting.look()
        assert (len(waiting), waiting.age(LATER)) == (2, 30.0)
        await province.monitor.settle()
        await waiting.look()
    assert len(waiting) == 0
    longer, shorter = waiting.waited
    assert abs(longer - shorter - 30) < 0.001


async def test_a_change_that_is_read_on_one_side_alone_waits(database: Database) -> None:
    async with watched_province(database) as province:
        province.fill([1])
        await province.load()
        await province.monitor.settle()
        waiting = Waiting(database)
        changed(province, waiting, LATER)
        await province.monitor.poll(province.monitor.watched[0])
        await province.monitor.settle()
        await waiting.look()
        assert (len(waiting), waiting.waited) == (1, [])


async def test_a_dossier_of_the_same_number_in_another_province_waits_for_itself(database: Database) -> None:
    async with watched_province(database) as one, watched_province(database, "H34") as other:
        waiting = Waiting(database)
        for province in (one, other):
            changed(province, waiting, LATER)
        await one.load()
        await one.monitor.settle()
        await waiting.look()
        assert (len(waiting), len(waiting.waited)) == (1, 1)
        await other.load()
        await other.monitor.settle()
        await waiting.look()
    assert len(waiting) == 0


async def test_a_late_dossier_is_an_alert_of_its_own_province_alone(database: Database) -> None:
    late = items.NOW - timedelta(days=1)
    async with watched_province(database) as one, watched_province(database, "H34") as other:
        one.fill([1, 2])
        other.fill([1, 2], due=late)
        for province in (one, other):
            await province.load()
            await province.monitor.settle()
    assert await open_by_province(database) == {"H34": 2}


async def test_an_alert_of_another_provinces_dossier_fails(database: Database) -> None:
    async with watched_province(database) as province:
        province.fill([1], due=items.NOW - timedelta(days=1))
        await province.load()
        await province.monitor.settle()
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alerts SET dossier_code = 'H34' || substr(dossier_code, 4)"))
    with pytest.raises(AssertionError, match="H20 has 1 of H34"):
        await open_by_province(database)
